/**
 * An honest answer to a question of rows, with its proof of completeness, over a log that is made here:
 *
 *     0 trust root · 1 SBOM of shop (lodash 4.17.20) · 2 of api (4.17.21) · 3 of web (4.17.15) · 4 of web again (4.17.21)
 *     5 of old (4.17.11) · 6 revocation of 5 · 7 a stranger's SBOM of shop (4.0.0) · 8 an entry that nobody could read
 *     9 SBOM of two images, left and right (4.17.19) · 10 of late (4.17.1)
 *     beyond the size that is asked about if none is named:
 *     11 provenance of late, under a name that is no image's · 12 SBOM of long (lodash in a version whose key is cut)
 */
import { parseTarget } from '../../src/attestation/revocation.ts'
import { formatStatement } from '../../src/attestation/statement.ts'
import { trustRootStatement } from '../../src/attestation/trust-root.ts'
import { treeSize, type ImageDigest, type LogIndex } from '../../src/brand.ts'
import { componentPrefix, manifestKey, subjectKey, unreadableKey } from '../../src/map/keys.ts'
import { verifierKeyOf } from '../../src/tlog/signed-note.ts'
import { isRegistered } from '../../src/trust/trust-state.ts'
import type { ImagesAnswer, ImagesQuestion } from '../../src/verify/answer.ts'
import type { Evidence, LogTrust } from '../../src/verify/evidence.ts'
import type { CompleteRowsClaim } from '../../src/verify/complete-answer.ts'
import type { Completeness } from '../../src/verify/completeness-wire.ts'
import { isSha256 } from '../../src/verify/entry-facts.ts'
import { bySubject, checkedQuestion, makeRow, statedBy } from '../../src/verify/row-check.ts'
import { compareRows, matchVersion, type ComponentQuestion } from '../../src/verify/rows.ts'
import { replayTrust } from '../../src/verify/trust-replay.ts'
import {
  asOfAt,
  knownLog,
  linesOf,
  makeWorld,
  mapAt,
  mapRootProof,
  provenEntry,
  proveKeys,
  type World,
  type WorldEntry,
} from './map-world.ts'
import {
  digestOf,
  idOfPayload,
  keys,
  ORIGIN,
  revocationPayload,
  sbomPayload,
  testKey,
  trustRoot,
} from './test-ledger.ts'

const root = trustRootStatement(trustRoot({ ci: [keys.ci] }))
const old = sbomPayload('old', ['lodash@4.17.11'])

export const trust: LogTrust = {
  logKey: verifierKeyOf(ORIGIN, keys.log.publicKey),
  trustRoot: idOfPayload(root),
}

function twoSubjects(): Uint8Array {
  const subjects = ['left', 'right'].map((name) => ({
    name: `registry.test/${name}`,
    digest: { sha256: digestOf(name).slice('sha256:'.length), sha512: '5'.repeat(128) },
  }))
  const components = [{ type: 'library', name: 'lodash', version: '4.17.19', purl: 'pkg:npm/lodash@4.17.19' }]
  const predicate = { bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, components }
  return formatStatement({ subjects, predicateType: 'https://cyclonedx.org/bom', predicate })
}

/** Of a binary, for all that it says. */
function plainProvenance(): Uint8Array {
  return formatStatement({
    subjects: [{ name: 'late', digest: { sha256: digestOf('late').slice('sha256:'.length) } }],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: { buildDefinition: {}, runDetails: { builder: { id: 'https://ci.test/builder' } } },
  })
}

/** The key of this version of lodash has the greatest length, and was cut. */
export const LONG_VERSION = `4.17.1-${'x'.repeat(1_100)}`

export const world: World = makeWorld([
  { payload: root, key: keys.admin },
  { payload: sbomPayload('shop', ['lodash@4.17.20', 'left-pad@1.3.0']), key: keys.ci },
  { payload: sbomPayload('api', ['lodash@4.17.21']), key: keys.ci },
  { payload: sbomPayload('web', ['lodash@4.17.15']), key: keys.ci },
  { payload: sbomPayload('web', ['lodash@4.17.21']), key: keys.ci },
  { payload: old, key: keys.ci },
  {
    payload: revocationPayload({
      target: parseTarget(`attestation:${idOfPayload(old)}`),
      mode: 'all',
      reason: 'false-statement',
    }),
    key: keys.admin,
  },
  { payload: sbomPayload('shop', ['lodash@4.0.0']), key: testKey('stranger') },
  { payload: sbomPayload('unreadable', ['lodash@4.17.20']), key: keys.ci, isUnreadable: true },
  { payload: twoSubjects(), key: keys.ci },
  { payload: sbomPayload('late', ['lodash@4.17.1']), key: keys.ci },
  { payload: plainProvenance(), key: keys.ci },
  { payload: sbomPayload('long', ['lodash@4.17.1', `lodash@${LONG_VERSION}`]), key: keys.ci },
])

const QUESTION: ImagesQuestion = { component: 'pkg:npm/lodash', range: 'vers:npm/<4.17.21' }

export interface Asked {
  readonly question?: ImagesQuestion
  /** How far each map and the log are published. */
  readonly components?: number
  readonly status?: number
  readonly size?: number
  /** As of when rows are made. */
  readonly through?: number
  /** These entries come with lines of their manifests instead of what was signed. */
  readonly byManifest?: readonly number[]
  /** These come with their leaf alone. */
  readonly bare?: readonly number[]
}

/** What an honest server answers. */
export function honestClaim(asked: Asked = {}): CompleteRowsClaim {
  const { components = 11, status = 11, size = 11, byManifest = [], bare = [7] } = asked
  const through = Math.min(asked.through ?? size, components)
  const question = checkedQuestion(asked.question ?? QUESTION) as ComponentQuestion
  const needed = neededEntries(question, through)
  const attested = needed.filter(({ entry: { index } }) => ![...byManifest, ...bare].includes(index))
  const controls = world.entries.filter(({ entry }) => [0, 6].includes(entry.index))
  const trust = replayTrust(ORIGIN, idOfPayload(root), controls)
  const images = imagesIn(needed)
  const proof = proofOf(question, images, { components, status, size }, byManifest)
  const stated = needed.filter(({ entry }) => isRegistered(trust, entry.index, entry.keyId))
  const byImage = bySubject(stated.map((one) => statedBy(one, question)))
  const items = images
    .map((image) => makeRow(question, image, byImage.get(image) ?? [], trust, treeSize(through)))
    .filter((row) => row.matches.length > 0)
    .sort(compareRows)
  return {
    answer: answerOf(question, items as ImagesAnswer['items'], needed, size, through, proof),
    proof,
    log: knownLog(world, size),
    entries: new Map(needed.map(({ entry }) => [entry.index, entry])),
    attested,
    trust,
  }
}

function answerOf(
  question: ComponentQuestion,
  items: ImagesAnswer['items'],
  needed: readonly WorldEntry[],
  size: number,
  through: number,
  complete: Completeness,
): ImagesAnswer {
  return {
    question: question.asked,
    items,
    complete,
    coverage: { images: 0, affected: 0, notAffected: 0, undetermined: 0, unknown: 0, unreadableEntries: 1 },
    entries: Object.fromEntries(needed.map((one) => [one.entry.index, provenEntry(world, one, size)])),
    asOf: asOfAt(world, size, through),
    assurance: 'complete',
    notEstablished: [],
  }
}

/** The same as a file says it. */
export function honestEvidence(asked: Asked = {}): Evidence {
  const { answer, attested } = honestClaim(asked)
  const signed = attested.map(({ entry }) => [entry.attestation, world.entries[entry.index]?.signed])
  return { question: answer.question, answer, pae: Object.fromEntries(signed) as Evidence['pae'] }
}

/** What states it, everything about the same images, and all control statements. */
function neededEntries(question: ComponentQuestion, through: number): readonly WorldEntry[] {
  const readable = world.entries.slice(0, through).filter(({ lines }) => lines.length > 0)
  const stating = readable.filter((one) =>
    statedBy(one, question).versions.some((version) => matchVersion(question, version) !== 'out'),
  )
  const images = imagesIn(stating)
  return readable.filter(
    (one) => [0, 6].includes(one.entry.index) || imagesIn([one]).some((image) => images.includes(image)),
  )
}

function imagesIn(entries: readonly WorldEntry[]): readonly ImageDigest[] {
  const digests = entries.flatMap(({ statement }) =>
    statement.subjects.map(({ digest }) => `sha256:${digest['sha256'] ?? ''}`),
  )
  const isOfRoot = new Set(imagesOfControls())
  return [...new Set(digests)].filter((digest) => isSha256(digest) && !isOfRoot.has(digest)) as ImageDigest[]
}

function imagesOfControls(): readonly string[] {
  return [0, 6].flatMap((at) =>
    (world.entries[at]?.statement.subjects ?? []).map(({ digest }) => `sha256:${digest['sha256'] ?? ''}`),
  )
}

/** The status map is small: all of it. */
function proofOf(
  question: ComponentQuestion,
  images: readonly ImageDigest[],
  { components, status, size }: { components: number; status: number; size: number },
  byManifest: readonly number[],
): Completeness {
  const wanted = [
    ...images.map(subjectKey),
    unreadableKey,
    ...byManifest.map((at) => manifestKey(at as LogIndex)),
  ]
  return {
    components: {
      map: mapRootProof(world, 'components', [1, components], size),
      ...proveKeys(mapAt(world, 'components', components), {
        prefixes: [componentPrefix(question.name)],
        keys: wanted,
      }),
    },
    status: {
      map: mapRootProof(world, 'status', [1, 1, status], size),
      ...proveKeys(mapAt(world, 'status', status), { prefixes: [new Uint8Array()] }),
    },
    manifests: Object.fromEntries(
      byManifest.map((at) => [String(at), [linesOf(world.entries[at] as WorldEntry)]]),
    ),
  }
}
