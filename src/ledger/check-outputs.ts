/**
 * The output logs of the maps: each a sound log, of entries that name published checkpoints of the log in their order. Which
 * roots are right is compared where the maps are made again: of the status map here, of the component map with the index.
 */
import { logIndex, treeSize, type TreeSize } from '../brand.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { outputLogKey } from '../map/output-log.ts'
import { openCheckpoint } from '../tlog/checkpoint.ts'
import { cosignedAt, parseCosignerKey } from '../tlog/cosignature.ts'
import { appendLeaves, edgeRoot, emptyEdge } from '../tlog/right-edge.ts'
import type { VerifierKey } from '../tlog/signed-note.ts'
import { leafHash } from '../tlog/tree-hash.ts'
import type { TrustState } from '../trust/trust-state.ts'
import { rootFromTiles } from './commit.ts'
import { reasonOf, type Finding } from './finding.ts'
import { publishedIn, type PublishedMap } from './output-log.ts'
import type { LogStore, MapName, OutputStorage, Storage } from './ports.ts'
import { StatusMap } from './status-map.ts'

/** Leaves read at once. */
const CHECK_LEAVES = 256

export interface OutputCheck {
  /** What is said of the component map, in order: to be compared while it is made again. */
  readonly components: readonly PublishedMap[]
  readonly problems: readonly Finding[]
}

/** @param trust folded over the whole log */
export async function checkOutputs(
  { log, outputs }: Pick<Storage, 'log' | 'outputs'>,
  key: VerifierKey,
  trust: TrustState,
): Promise<OutputCheck> {
  const problems: Finding[] = []
  const said = { components: [] as readonly PublishedMap[], status: [] as readonly PublishedMap[] }
  for (const map of ['components', 'status'] as const) {
    const report = (what: string): void => void problems.push({ where: `${map} output log`, what })
    try {
      said[map] = await checkOutput(outputs[map], outputLogKey(key, map), report)
      await checkNamed(log, said[map], report)
    } catch (cause) {
      report(reasonOf(cause))
    }
  }
  problems.push(...statusProblems(said.status, trust))
  return { components: said.components, problems }
}

/** The tree, its notes with their cosignatures, and its signer state. What its entries say. */
async function checkOutput(
  { store, signer }: OutputStorage,
  key: VerifierKey,
  report: (what: string) => void,
): Promise<readonly PublishedMap[]> {
  const [size, held] = [await store.size(), await signer.read()]
  // Whatever size they claim: each is looked at.
  const published = await store.notes(treeSize(0), treeSize(Number.MAX_SAFE_INTEGER))
  const notes: readonly StoredNote[] = [...published, ...(held === undefined ? [] : [held])]
  if ((held?.size ?? 0) < (published.at(-1)?.size ?? 0)) report('rollback: more was published than is held')
  const roots = signedRoots(notes, key, report)
  for (const note of published) await checkCosignatures(store, note, report)
  const said: PublishedMap[] = []
  let edge = emptyEdge
  for await (const leaf of leavesOf(store, size)) {
    said.push(publishedIn(leaf))
    edge = appendLeaves(edge, [leafHash(leaf)])
    for (const root of roots.get(edge.size) ?? [])
      if (!equalBytes(root, edgeRoot(edge)))
        report(`fork: another root than its entries have at size ${edge.size}`)
  }
  if (notes.some((one) => one.size > size))
    report(`rollback: more was signed than the ${size} entries stored`)
  if (!equalBytes(await rootFromTiles(store, size), edgeRoot(edge))) report('its tiles are of other entries')
  return said
}

/** Whoever is shown one that does not hold takes the log for a liar. */
async function checkCosignatures(
  store: OutputStorage['store'],
  { size, note }: StoredNote,
  report: (what: string) => void,
): Promise<void> {
  for (const { cosigner, line, signedAt } of await store.cosignatures(size)) {
    if (cosignedAt(note + line, parseCosignerKey(cosigner)) === signedAt) continue
    report(`a cosignature at size ${size} is not by ${cosigner}, or not of the time stored`)
  }
}

interface StoredNote {
  readonly size: TreeSize
  readonly note: string
  readonly root?: Uint8Array
}

/** The roots that were signed, by size. What stands beside a note must be what it says. */
function signedRoots(
  notes: readonly StoredNote[],
  key: VerifierKey,
  report: (what: string) => void,
): ReadonlyMap<number, readonly Uint8Array[]> {
  const roots = new Map<number, readonly Uint8Array[]>()
  for (const { note, size, root } of notes) {
    const signed = openCheckpoint(note, key)
    if (signed.size !== size || !equalBytes(signed.root, root ?? signed.root))
      report(`a note is stored as of size ${size}, or of a root, that it is not of`)
    roots.set(signed.size, [...(roots.get(signed.size) ?? []), signed.root])
  }
  return roots
}

async function* leavesOf(store: OutputStorage['store'], size: TreeSize): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < size; at += CHECK_LEAVES)
    yield* await store.leaves(logIndex(at), treeSize(Math.min(at + CHECK_LEAVES, size)))
}

/** Each entry names a checkpoint that was published, of a larger size than the one before. */
async function checkNamed(
  log: Pick<LogStore, 'notes'>,
  said: readonly PublishedMap[],
  report: (what: string) => void,
): Promise<void> {
  let before = -1
  for (const { size, note } of said) {
    const [published] = await log.notes(size, treeSize(size + 1))
    if (published?.note !== note) report(`it names a checkpoint of size ${size} that was not published`)
    if (size <= before) report(`size ${size} follows size ${before}`)
    before = size
  }
}

function statusProblems(said: readonly PublishedMap[], trust: TrustState): readonly Finding[] {
  const map = new StatusMap(trust)
  return said.flatMap(({ size, root }) => {
    map.advance(size)
    return differs('status', { size, root }, map.versions.latest.root)
  })
}

/** A finding if the map, made again, has another root. */
export function differs(
  map: MapName,
  { size, root }: Pick<PublishedMap, 'size' | 'root'>,
  made: Uint8Array,
): readonly Finding[] {
  if (equalBytes(root, made)) return []
  return [
    { where: `${map} map`, what: `its published root of size ${size} is not the one that the log gives` },
  ]
}
