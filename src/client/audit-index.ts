/**
 * Audit of the maps: replays the log and both maps with nothing but the ledger's URL and key, and compares every root that was
 * ever published with the one that the entries give (index.md 6).
 *
 * Three logs are read by the same code: the log itself and both output logs. What an entry is posted under follows from what was
 * signed, all of it or a sample, else from its manifest as served; where both are at hand they are compared.
 *
 * Taken from the server: which entries could not be read (key `u`). That was fixed when they were recorded, and follows from nothing.
 */
import { logIndex, type LogIndex, type TreeSize } from '../brand.ts'
import type { HashedRekord } from '../entry/hashed-rekord.ts'
import { Fault } from '../errors.ts'
import { unreadableKey } from '../map/keys.ts'
import type { MapName } from '../map/output-log.ts'
import { parseManifest, type ManifestLine } from '../sbom/manifest.ts'
import { appendLeaves, emptyEdge, type RightEdge } from '../tlog/right-edge.ts'
import { leafHash } from '../tlog/tree-hash.ts'
import { createTrustState } from '../trust/trust-state.ts'
import { componentFacts, statusFacts } from '../verify/map-facts.ts'
import { auditSigned, readSigned, startReading, type JudgedEntry, type SignedReader } from './audit-signed.ts'
import { attempt, fetched, MAX_PROBLEMS, noteProblem, type AuditProblem } from './audit-walk.ts'
import { compareTrustRoot, readBody, type AuditReport } from './audit.ts'
import type { CallOptions, Client } from './client.ts'
import { explainRoot, type Explained } from './explain-root.ts'
import { MapAudit } from './map-audit.ts'
import { ReadAhead } from './read-ahead.ts'
import { replayLog, startWalk, type Bundle } from './replay-log.ts'
import { manifestDifference, saysControl } from './served-manifest.ts'
import { isDrawn, type Sample } from './sample.ts'
import { replayedSize, startReplay } from './tile-replay.ts'

export interface IndexAuditOptions extends CallOptions {
  /** What was signed is fetched and judged of these alone. @default all */
  readonly sample?: Sample
  /** Told after each bundle of up to 256 entries. */
  readonly onProgress?: (done: number, total: number) => void
}

export interface MapReport {
  /** Published roots that were compared with the ones made again. */
  readonly roots: number
  /** Of the last of them. */
  readonly size: TreeSize
  readonly keys: number
}

export interface IndexAuditReport extends AuditReport {
  readonly maps: Readonly<Record<MapName, MapReport>>
  /** Of how many entries what was signed was looked at: the manifest was derived and compared. */
  readonly derived: number
  readonly sample?: Sample
  /** The entries that could not be read: the server’s word. */
  readonly unreadable: readonly LogIndex[]
  /** Which entries and keys are behind each wrong root. */
  readonly explained: readonly Explained[]
}

/** @throws as `auditLog`; Fault `busy` (`map-behind`) if a map is not published */
export async function auditIndex(client: Client, options: IndexAuditOptions = {}): Promise<IndexAuditReport> {
  const problems: AuditProblem[] = []
  // In this order: what a map is published of is in the log.
  const maps = await startMaps(client, options, problems)
  const { unreadable, mapped } = await askUnreadable(client, options)
  const { checkpoint, note } = await client.checkpoint(options)
  const walk = startWalk({ client, options, checkpoint, base: '', name: '', replay: startReplay(), problems })
  const reader = startReading(walk, createTrustState(checkpoint.origin), new Set(unreadable))
  const audit = new IndexAudit({ reader, maps, mapped, ...(options.sample && { sample: options.sample }) })
  for await (const bundle of replayLog(walk)) {
    await audit.take(bundle)
    options.onProgress?.(replayedSize(walk.replay), checkpoint.size)
  }
  for (const map of Object.values(maps)) map.noteRest(checkpoint.size)
  const explained = await explainAll(client, maps, options)
  return {
    outcome: problems.length === 0 ? 'sound' : 'wrong',
    checkpoint,
    note,
    entries: replayedSize(walk.replay),
    tiles: walk.tiles + maps.components.walk.tiles + maps.status.walk.tiles,
    deep: options.sample === undefined,
    problems,
    maps: { components: reportOf(maps.components), status: reportOf(maps.status) },
    derived: audit.derived,
    ...(options.sample && { sample: options.sample }),
    unreadable,
    explained,
  }
}

type Maps = Readonly<Record<MapName, MapAudit>>

async function startMaps(client: Client, options: CallOptions, problems: AuditProblem[]): Promise<Maps> {
  const start = async (map: MapName): Promise<MapAudit> => {
    const { checkpoint } = await client.maps.checkpoint(map, options)
    return MapAudit.start(map, { client, options, checkpoint, problems })
  }
  return { components: await start('components'), status: await start('status') }
}

/** @returns also how far the index reaches at least: manifests are there below */
async function askUnreadable(
  client: Client,
  options: CallOptions,
): Promise<{ readonly unreadable: readonly LogIndex[]; readonly mapped: TreeSize }> {
  const { keys, root } = await client.maps.lookUp('components', [unreadableKey], options)
  return { unreadable: keys.postings(unreadableKey), mapped: root.size }
}

function reportOf({ compared, size, replay }: MapAudit): MapReport {
  return { roots: compared, size, keys: replay.keyCount }
}

async function explainAll(
  client: Client,
  { components, status }: Maps,
  options: CallOptions,
): Promise<readonly Explained[]> {
  const wrong = [components.wrong, status.wrong].filter((one) => one !== undefined)
  const explained: Explained[] = []
  for (const one of wrong) explained.push(await explainRoot(client, one, options))
  return explained
}

interface IndexAuditParts {
  readonly reader: SignedReader
  readonly maps: Maps
  /** Manifests of the entries below are served. */
  readonly mapped: TreeSize
  readonly sample?: Sample
}

/** Takes in the log's entries, in order. */
class IndexAudit {
  readonly #parts: IndexAuditParts
  readonly #manifests: ReadAhead<Uint8Array>
  #edge: RightEdge = emptyEdge
  #derived = 0

  constructor(parts: IndexAuditParts) {
    this.#parts = parts
    const { client, options } = parts.reader.walk
    this.#manifests = new ReadAhead(
      (from, to) => client.maps.manifests(from as LogIndex, to as TreeSize, options),
      parts.mapped,
    )
  }

  get derived(): number {
    return this.#derived
  }

  async take({ from, entries }: Bundle): Promise<void> {
    const { reader, sample } = this.#parts
    const bodies = entries.map((entry, i) => readBody(reader.walk, logIndex(from + i), entry))
    if (from === 0) await compareTrustRoot(reader.walk, bodies[0])
    const next = (at: number, judged?: JudgedEntry): Promise<void> =>
      this.#takeOne(logIndex(at), entries[at - from], bodies[at - from], judged)
    let at: number = from
    if (sample === undefined) {
      for await (const judged of auditSigned(reader, from, bodies)) {
        for (; at < judged.index; at++) await next(at)
        await next(at++, judged)
      }
    }
    for (; at < from + entries.length && reader.walk.problems.length < MAX_PROBLEMS; at++) await next(at)
  }

  async #takeOne(
    index: LogIndex,
    entry: Uint8Array | undefined,
    body: HashedRekord | undefined,
    given: JudgedEntry | undefined,
  ): Promise<void> {
    const { components, status } = this.#parts.maps
    if (entry === undefined) throw new Error(`entry ${index} is not in its bundle`)
    this.#edge = appendLeaves(this.#edge, [leafHash(entry)])
    if (components.isOpen || status.isOpen) {
      const served = await this.#readManifest(index)
      const judged = given ?? (await this.#look(index, body, served?.lines))
      this.#post(index, served, judged)
    }
    await components.reach(this.#edge)
    await status.reach(this.#edge)
  }

  /** As served; undefined if there is none, or none that can be read, which is noted. */
  async #readManifest(index: LogIndex): Promise<ServedManifest | undefined> {
    const { reader, mapped } = this.#parts
    if (index >= mapped) return undefined
    const where = `manifest of entry ${index}`
    const found = await fetched(() => this.#manifests.read(index))
    if ('cause' in found) {
      noteProblem(reader.walk, where, found.cause)
      return undefined
    }
    const lines = attempt(reader.walk, where, () => parseManifest(found.value))
    return lines && { bytes: found.value, lines }
  }

  /** What was signed, where that has to be known: of a sample, of control statements, and where no manifest says which these are. */
  async #look(
    index: LogIndex,
    body: HashedRekord | undefined,
    lines: readonly ManifestLine[] | undefined,
  ): Promise<JudgedEntry | undefined> {
    const { reader, sample } = this.#parts
    if (sample === undefined || body === undefined) return undefined
    const isWanted = lines === undefined || lines.length === 0 || saysControl(lines) || isDrawn(sample, index)
    return isWanted ? readSigned(reader, index, body) : undefined
  }

  #post(index: LogIndex, served: ServedManifest | undefined, judged: JudgedEntry | undefined): void {
    const { reader, maps } = this.#parts
    const isReadable = !reader.unreadable.has(index)
    if (judged !== undefined) {
      this.#derived++
      this.#compare(index, served, isReadable ? judged.manifest : [])
      maps.status.replay.post(
        attempt(reader.walk, `entry ${index}`, () => statusFacts(judged.statement)) ?? [],
        index,
      )
    }
    if (!maps.components.isOpen) return
    const { keys, manifest } = componentFacts(judged?.manifest ?? served?.lines ?? [], isReadable)
    maps.components.replay.post(keys, index)
    maps.components.replay.setManifest(index, manifest)
  }

  #compare(
    index: LogIndex,
    served: ServedManifest | undefined,
    derived: readonly ManifestLine[] | undefined,
  ): void {
    if (served === undefined || derived === undefined) return
    const what = manifestDifference(index, served.bytes, derived)
    if (what === undefined) return
    const { walk } = this.#parts.reader
    noteProblem(walk, `manifest of entry ${index}`, new Fault('map-differs', what))
  }
}

interface ServedManifest {
  readonly bytes: Uint8Array
  readonly lines: readonly ManifestLine[]
}
