/**
 * A small real log for questions beside components: what statements say of images, and what their SBOMs list.
 *
 *     1 SBOM of shop (MIT, a hash) · 2 provenance of shop on BASE, with times · 3 SBOM of api (GPL-2.0-only, the hash)
 *     4 SBOM of api again, by the same tool (mit) · 5 provenance of a binary, no image · 6 SBOM of web (MIT)
 *     7 revocation of entry 6 · 8 provenance of web on BASE · 9 revocation of entry 8
 */
import { formatStatement } from '../../src/attestation/statement.ts'
import { parseTarget } from '../../src/attestation/revocation.ts'
import { CYCLONEDX, SLSA_PROVENANCE_V1 } from '../../src/attestation/predicate-types.ts'
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import {
  createTestLedger,
  digestOf,
  idOfPayload,
  keys,
  revocationPayload,
  signEnvelope,
} from './test-ledger.ts'

export const BASE = digestOf('base')
export const HASH = `sha512:${'ab'.repeat(64)}`
export const COMMIT = 'c'.repeat(40)
export const BUILDER = 'https://ci.test/hosted'
export const BUILT = { startedOn: '2026-11-24T08:00:00Z', finishedOn: '2026-11-24T08:05:00.5+01:00' }
export const MADE = '2026-11-24T09:00:00Z'

function subjectOf(
  image: string,
  name = `registry.test/${image}`,
): { name: string; digest: { sha256: string } } {
  return { name, digest: { sha256: digestOf(image).slice('sha256:'.length) } }
}

function sbom(image: string, licence: string, hashes: readonly JsonValue[] = []): Uint8Array {
  const components = [
    {
      type: 'library',
      name: 'a',
      version: '1',
      purl: 'pkg:npm/a@1',
      licenses: [{ license: { name: licence } }],
      hashes,
    },
  ]
  const metadata = { timestamp: MADE, tools: [{ name: 'syft', version: '1' }] }
  const predicate = { bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, metadata, components }
  return formatStatement({ subjects: [subjectOf(image)], predicateType: CYCLONEDX, predicate })
}

function provenance(image: string, name?: string, metadata: Record<string, string> = BUILT): Uint8Array {
  const resolvedDependencies = [
    { uri: 'git+https://git.test/shop', digest: { gitCommit: COMMIT } },
    { uri: 'pkg:docker/base@1', digest: { sha256: BASE.slice('sha256:'.length) } },
  ]
  const predicate = {
    buildDefinition: {
      buildType: 'https://example.com/build/v1',
      externalParameters: {},
      resolvedDependencies,
    },
    runDetails: { builder: { id: BUILDER }, metadata },
  }
  return formatStatement({ subjects: [subjectOf(image, name)], predicateType: SLSA_PROVENANCE_V1, predicate })
}

export async function tellFoundStory(): Promise<Ledger> {
  const ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
  const hashes = [{ alg: 'SHA-512', content: HASH.slice('sha512:'.length) }]
  const [web, webProvenance] = [sbom('web', 'MIT'), provenance('web', undefined, { startedOn: 'yesterday' })]
  const revoke = (payload: Uint8Array) =>
    ledger.submit(
      signEnvelope(
        revocationPayload({
          target: parseTarget(`attestation:${idOfPayload(payload)}`),
          mode: 'all',
          reason: 'false-statement',
        }),
        keys.admin,
      ),
    )
  for (const payload of [
    sbom('shop', 'MIT OR Apache-2.0', hashes),
    provenance('shop'),
    sbom('api', 'GPL-2.0-only', hashes),
    sbom('api', 'mit'),
    provenance('binary', 'binary-linux-amd64'),
    web,
  ])
    await ledger.submit(signEnvelope(payload, keys.ci))
  await revoke(web)
  await ledger.submit(signEnvelope(webProvenance, keys.ci))
  await revoke(webProvenance)
  return ledger
}
