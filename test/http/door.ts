/**
 * A stand-in for a ledger, for tests of what HTTP alone decides: paths, parameters, headers, limits, problems.
 * It holds nothing and proves nothing; with a real ledger, see ledger.test.ts.
 */
import { attestationId, imageDigest, logIndex, treeSize } from '../../src/brand.ts'
import { Fault } from '../../src/errors.ts'
import { createApp } from '../../src/http/app.ts'
import type { AppOptions } from '../../src/http/app.ts'
import type { LedgerDoor } from '../../src/http/ledger-door.ts'
import { startServer } from '../../src/http/serve.ts'
import type { ServerLimits } from '../../src/http/serve.ts'
import { emptyIntake } from '../../src/sbom/intake.ts'
import { formatSearchQuestion } from '../../src/verify/search-wire.ts'
import type { AsOf } from '../../src/verify/answer.ts'

export const ID = attestationId(`sha256:${'ab'.repeat(32)}`)
const asOf: AsOf = {
  origin: 'localhost',
  treeSize: treeSize(300),
  rootHash: '',
  checkpoint: 'localhost\n300\n',
  indexedThrough: treeSize(300),
  recordedAt: null,
  servedAt: '2026-11-24T12:00:00Z',
}
const rest = { entries: {}, asOf, assurance: 'rows', notEstablished: [] } as const
const coverage = { images: 0, withSbom: 0, unknown: 0, unreadableEntries: 0 }

const noRoot = { checkpoint: '', entry: '', inclusion: [], consistency: [] }
const output = {
  cosign: async () => undefined,
  checkpoint: () => 'localhost/index/status/v1\n256\n',
  tile: async ({ width }: { readonly width: number }) => new Uint8Array(32 * width),
  entryBundle: async () => new Uint8Array(2),
}

const search: LedgerDoor['search'] = async ({ question }) => ({
  question: formatSearchQuestion(question),
  items: [],
  coverage: { images: 0, affected: 0, notAffected: 0, undetermined: 0, unknown: 0, unreadableEntries: 0 },
  ...rest,
})

const revocations: LedgerDoor['revocations'] = async (target) => ({
  target,
  state: 'not-revoked',
  known: false,
  revocations: [],
  verdicts: [],
  ...rest,
})

/** Answers every question with something of the right shape; a tree of 300 entries; `change` replaces methods. */
export function createDoor(change: Partial<LedgerDoor> = {}): LedgerDoor {
  return {
    submit: async () => ({
      created: true,
      answer: { attestation: ID, signatures: [], intake: emptyIntake, entries: {}, asOf },
    }),
    status: async () => ({
      origin: 'localhost',
      logKey: 'localhost+00000000+AA==',
      trustRoot: { id: ID, version: 1, entry: logIndex(0) },
      asOf,
      coverage,
      version: '0.1.0',
    }),
    admission: () => 'registered',
    notReady: () => undefined,
    gauges: () => ({ treeSize: treeSize(300), indexedThrough: treeSize(300), indexBehindMs: 0 }),
    entry: async (index) => {
      if (index >= 300) throw new Fault('not-recorded', `entry ${index}: the log has 300 entries`)
      return { entry: index, entries: {}, asOf }
    },
    attestation: async (attestation) => ({ attestation, entries: {}, asOf }),
    pae: async () => new TextEncoder().encode('DSSEv1 1 t 1 b'),
    image: async (image) => ({
      image,
      names: [],
      status: 'unknown',
      revoked: false,
      signers: [],
      attestations: [],
      sboms: [],
      provenance: [],
      coverage,
      ...rest,
    }),
    images: async ({ component }) => ({
      question: { component },
      items: [],
      coverage: { images: 0, affected: 0, notAffected: 0, undetermined: 0, unknown: 0, unreadableEntries: 0 },
      ...rest,
    }),
    found: async ({ builder = '' }) => ({ question: { builder }, items: [], coverage, ...rest }),
    deployments: async () => ({ question: {}, items: [], coverage, ...rest }),
    unknownImages: async () => ({ question: {}, items: [], coverage, ...rest }),
    packages: async ({ component }) => ({
      question: { component },
      items: [],
      versions: 0,
      images: 0,
      coverage,
      ...rest,
    }),
    names: async ({ name, match = 'exact' }) => ({
      question: { name, match },
      items: [],
      coverage,
      ...rest,
    }),
    search,
    revocations,
    records: {
      consistency: async (from, to = treeSize(300)) => ({
        from,
        to,
        fromRoot: '',
        toRoot: '',
        proof: [],
        asOf,
      }),
      bundle: async () => ({}),
      proofFile: async () => 'c2sp.org/tlog-proof@v1\n',
      events: async () => ({ items: [], entries: {}, asOf }),
      signed: async (from, to) => {
        if (to > 300) throw new Fault('not-recorded', `entry ${to - 1}: the log has 300 entries`)
        // As if what entry 299 is of were withheld.
        const list = Array.from({ length: Math.min(to, 299) - from }, () => new Uint8Array(3))
        return { list, lasting: to < 300 }
      },
      entryList: async (indexes) =>
        indexes.map((index) => ({ index, body: new Uint8Array(3), pae: new Uint8Array(3) })),
      manifests: async () => ({ list: [new Uint8Array(3)], lasting: true }),
    },
    maps: {
      outputDoor: () => ({ ...output, checkpoint: async () => output.checkpoint() }),
      versions: () => ['v1'],
      checkServed: () => undefined,
    },
    proofs: {
      lookUp: async () => ({ map: noRoot, prefixes: [], keys: [], absent: [], asOf }),
      images: async () => ({
        question: { component: 'pkg:npm/a' },
        items: [],
        coverage: {
          images: 0,
          affected: 0,
          notAffected: 0,
          undetermined: 0,
          unknown: 0,
          unreadableEntries: 0,
        },
        ...rest,
      }),
      found: async () => ({ question: { commit: 'a' }, items: [], coverage, ...rest }),
      search,
      revocations,
      statusMap: async () => ({
        asOf,
        status: { map: noRoot, prefixes: [], keys: [], absent: [] },
        bases: [],
        inclusion: new Uint8Array(),
      }),
    },
    checkpoint: () => asOf.checkpoint,
    tile: async ({ level, index, width }) =>
      width <= Math.min(256, Math.floor(300 / 256 ** level) - 256 * index)
        ? new Uint8Array(32 * width)
        : undefined,
    entryBundle: async ({ index, width }) =>
      256 * index + width <= 300 ? new Uint8Array(3 * width) : undefined,
    ...change,
  }
}

export interface TestServer extends AsyncDisposable {
  readonly url: string
  /** What was reported as a failure of ours. */
  readonly reported: { readonly error: unknown; readonly requestId: string }[]
}

export async function serveDoor(
  door: LedgerDoor,
  options: Partial<AppOptions> & { readonly limits?: Partial<ServerLimits> } = {},
): Promise<TestServer> {
  const reported: { error: unknown; requestId: string }[] = []
  const report = (error: unknown, requestId: string) => void reported.push({ error, requestId })
  const app = createApp(door, { report, ...options })
  const limits = options.limits ?? {}
  const server = await startServer(app, { host: '127.0.0.1', port: 0, limits })
  return { url: server.url, reported, [Symbol.asyncDispose]: () => server.close() }
}

export const IMAGE = imageDigest(`sha256:${'cd'.repeat(32)}`)

/** The members of a JSON answer. */
export async function jsonOf(response: Response): Promise<Record<string, unknown>> {
  return JSON.parse(await response.text()) as Record<string, unknown>
}
