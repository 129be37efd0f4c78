/** A real ledger for tests: real keys, real envelopes, real storage; only time and randomness are decided here. */
import { attestationIdOf, pae } from '../../src/attestation/pae.ts'
import { IN_TOTO_PAYLOAD_TYPE, signStatement } from '../../src/attestation/sign-statement.ts'
import { revocationStatement, type Revocation } from '../../src/attestation/revocation.ts'
import { formatStatement } from '../../src/attestation/statement.ts'
import { trustRootStatement, type Grant, type TrustRoot } from '../../src/attestation/trust-root.ts'
import type { AttestationId } from '../../src/brand.ts'
import { sha256 } from '../../src/crypto/sha256.ts'
import type { SigningKey } from '../../src/crypto/signing-key.ts'
import { formatBase64 } from '../../src/encoding/base64.ts'
import { formatHex } from '../../src/encoding/hex.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { createLog } from '../../src/ledger/create.ts'
import { Ledger, type LedgerOptions } from '../../src/ledger/ledger.ts'
import type { Clock, Storage } from '../../src/ledger/ports.ts'
import { testKey } from './test-key.ts'

export { testKey }

export const ORIGIN = 'ledger.test'
const CYCLONEDX = 'https://cyclonedx.org/bom'
const SLSA_V1 = 'https://slsa.dev/provenance/v1'

/** No test waits for a timer of the ledger. In a browser, where these run too, a timer is a number. */
function letGo(timer: NodeJS.Timeout | number): void {
  if (typeof timer !== 'number') timer.unref()
}

/** A clock that stands still unless a test moves it; sleeping is real, since the index runs beside. */
function testClock(): Clock & { advance(milliseconds: number): void } {
  let now = Date.UTC(2026, 10, 24, 12, 0, 0)
  return {
    now: () => now,
    sleep: (milliseconds) => new Promise((resolve) => letGo(setTimeout(resolve, milliseconds))),
    advance: (milliseconds) => {
      now += milliseconds
    },
  }
}

export const signEnvelope = signStatement

export function idOfPayload(payload: Uint8Array): AttestationId {
  return attestationIdOf(pae(IN_TOTO_PAYLOAD_TYPE, payload))
}

export function digestOf(name: string): `sha256:${string}` {
  return `sha256:${formatHex(sha256(utf8(name)))}`
}

/** An SBOM of the image `registry.test/<name>`, listing npm packages as `name@version`. */
export function sbomPayload(image: string, packages: readonly string[], tool = 'syft'): Uint8Array {
  const components = packages.map((one) => {
    const [name = '', version = ''] = one.split('@')
    return {
      type: 'library',
      name,
      version,
      purl: version === '' ? `pkg:npm/${name}` : `pkg:npm/${name}@${version}`,
    }
  })
  return formatStatement({
    subjects: [imageSubject(image)],
    predicateType: CYCLONEDX,
    predicate: {
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      version: 1,
      metadata: { tools: [{ name: tool, version: '1.0' }] },
      components,
    },
  })
}

export function provenancePayload(
  image: string,
  repository: string,
  commit: string,
  builder: string,
): Uint8Array {
  const uri = `git+https://${repository}`
  const predicate = {
    buildDefinition: {
      buildType: 'https://example.com/build/v1',
      externalParameters: {},
      resolvedDependencies: [{ uri, digest: { gitCommit: commit } }],
    },
    runDetails: { builder: { id: builder } },
  }
  return formatStatement({ subjects: [imageSubject(image)], predicateType: SLSA_V1, predicate })
}

function imageSubject(image: string): { name: string; digest: Record<string, string> } {
  return { name: `registry.test/${image}`, digest: { sha256: digestOf(image).slice('sha256:'.length) } }
}

export function revocationPayload(
  parts: Pick<Revocation, 'target' | 'mode' | 'reason'> & Partial<Revocation>,
): Uint8Array {
  return revocationStatement({
    log: ORIGIN,
    issuedAt: '2026-11-24T12:00:00Z',
    nonce: formatHex(sha256(utf8(JSON.stringify(parts))).subarray(0, 16)),
    ...parts,
  })
}

export interface Keys {
  readonly log: SigningKey
  readonly admin: SigningKey
  readonly ci: SigningKey
}

export const keys: Keys = { log: testKey('log', 'ed25519'), admin: testKey('admin'), ci: testKey('ci') }

/** Trust root v1: `admin` administers and revokes; each other name may submit anything that is no control statement. */
export function trustRoot(
  submitters: Readonly<Record<string, readonly SigningKey[]>>,
  origin = ORIGIN,
): TrustRoot {
  const all = { admin: [keys.admin], ...submitters }
  const grants: Grant[] = Object.keys(submitters).map((to) => ({
    to,
    role: 'submit',
    predicateTypes: ['https://*'],
  }))
  return {
    version: 1,
    log: origin,
    admission: 'registered',
    admins: { principals: ['admin'], threshold: 1 },
    principals: Object.fromEntries(
      Object.entries(all).map(([name, list]) => [name, { keys: list.map((key) => key.publicKey.id) }]),
    ),
    keys: Object.fromEntries(
      Object.values(all)
        .flat()
        .map((key) => [key.publicKey.id, { spki: formatBase64(key.publicKey.spki) }]),
    ),
    grants: [{ to: 'admin', role: 'revoke' }, ...grants],
  }
}

export interface TestLedgerOptions extends Partial<LedgerOptions> {
  readonly submitters?: Readonly<Record<string, readonly SigningKey[]>>
}

/** Creates a ledger in empty storage and opens it. */
export async function createTestLedger(storage: Storage, options: TestLedgerOptions = {}): Promise<Ledger> {
  const clock = options.clock ?? testClock()
  const log = { origin: ORIGIN, key: keys.log, store: storage.log, signer: storage.signer }
  const root = trustRoot(options.submitters ?? { ci: [keys.ci] })
  await createLog(log, signEnvelope(trustRootStatement(root), keys.admin), clock)
  return openTestLedger(storage, { ...options, clock })
}

export function openTestLedger(storage: Storage, options: Partial<LedgerOptions> = {}): Promise<Ledger> {
  return Ledger.open(storage, {
    origin: ORIGIN,
    logKey: keys.log,
    clock: testClock(),
    version: 'test',
    onFatal: (cause) => {
      throw cause
    },
    onIndexStopped: (cause) => {
      throw cause
    },
    onMapStopped: (_map, cause) => {
      throw cause
    },
    ...options,
  })
}
