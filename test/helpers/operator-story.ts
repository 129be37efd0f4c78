/**
 * A small log, and the maps that an operator with its key may publish of it (lying-operator.ts):
 *
 *     0 trust root · 1 SBOM of shop (lodash 4.17.20, left-pad 1.3.0) · 2 of api (4.17.21) · 3 of web (4.17.15) · 4 revocation of web
 *     5 an SBOM that nobody can read · 6 SBOM of late (lodash 4.17.1)
 */
import { parseTarget } from '../../src/attestation/revocation.ts'
import { formatStatement } from '../../src/attestation/statement.ts'
import { trustRootStatement } from '../../src/attestation/trust-root.ts'
import { auditIndex, type IndexAuditReport } from '../../src/client/audit-index.ts'
import { equalBytes } from '../../src/encoding/bytes.ts'
import { manifestKey, unreadableKey } from '../../src/map/keys.ts'
import type { MapName } from '../../src/map/output-log.ts'
import { verifierKeyOf } from '../../src/tlog/signed-note.ts'
import { clientOfOperator, type Operator, type ToldRoot } from './lying-operator.ts'
import { makeWorld, mapAt, type World, type WorldEntry } from './map-world.ts'
import {
  digestOf,
  idOfPayload,
  keys,
  ORIGIN,
  revocationPayload,
  sbomPayload,
  trustRoot,
} from './test-ledger.ts'

const root = trustRootStatement(trustRoot({ ci: [keys.ci] }))
export const WEB = `image:${digestOf('web')}`

/** Of a version that no map function reads. */
const unreadablePayload = formatStatement({
  subjects: [{ name: 'registry.test/odd', digest: { sha256: digestOf('odd').slice('sha256:'.length) } }],
  predicateType: 'https://cyclonedx.org/bom',
  predicate: { bomFormat: 'CycloneDX', specVersion: '9.9', components: [] },
})

export const world = makeWorld([
  { payload: root, key: keys.admin },
  { payload: sbomPayload('shop', ['lodash@4.17.20', 'left-pad@1.3.0']), key: keys.ci },
  { payload: sbomPayload('api', ['lodash@4.17.21']), key: keys.ci },
  { payload: sbomPayload('web', ['lodash@4.17.15']), key: keys.ci },
  {
    payload: revocationPayload({ target: parseTarget(WEB), mode: 'all', reason: 'malicious-artifact' }),
    key: keys.admin,
  },
  { payload: unreadablePayload, key: keys.ci, isUnreadable: true },
  { payload: sbomPayload('late', ['lodash@4.17.1']), key: keys.ci },
])
export const SIZE = world.entries.length
export const trust = { logKey: verifierKeyOf(ORIGIN, keys.log.publicKey), trustRoot: idOfPayload(root) }

/** The log with one entry posted otherwise. */
export function withEntry(index: number, change: (entry: WorldEntry) => Partial<WorldEntry>): World {
  return {
    ...world,
    entries: world.entries.map((one) => (one.entry.index === index ? { ...one, ...change(one) } : one)),
  }
}

export const without = (index: number, map: MapName, key: Uint8Array): World =>
  withEntry(index, ({ keys: of }) => ({
    keys: { ...of, [map]: of[map].filter((one) => !equalBytes(one, key)) },
  }))

export const asUnreadable = (index: number): World =>
  withEntry(index, ({ entry, keys: of }) => ({
    lines: [],
    keys: { ...of, components: [unreadableKey, manifestKey(entry.index)] },
  }))

export const posted = (index: number, components: readonly Uint8Array[]): World =>
  withEntry(index, ({ keys: of }) => ({ keys: { ...of, components } }))

/** The map of which entries, at which size, naming which checkpoint of the log. */
type Told = readonly [size: number, of: World, note?: string]

interface Published {
  readonly components?: readonly Told[]
  readonly status?: readonly Told[]
}

const honest = [
  [4, world],
  [SIZE, world],
] as const

/** @param said what manifests are served of */
export function operatorOf(
  { components = honest, status = honest }: Published,
  said: World = world,
): Operator {
  const rootsOf = (map: MapName, told: readonly Told[]): readonly ToldRoot[] =>
    told.map(([size, of, note]) => ({ at: mapAt(of, map, size), ...(note === undefined ? {} : { note }) }))
  return {
    world,
    manifests: said,
    roots: { components: rootsOf('components', components), status: rootsOf('status', status) },
  }
}

export const audit = (operator: Operator): Promise<IndexAuditReport> =>
  auditIndex(clientOfOperator(operator, trust))
