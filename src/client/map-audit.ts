/** The audit of one map: its output log is replayed, and every root that is published there compared with the one made again. */
import { treeSize, type LogIndex, type TreeSize } from '../brand.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { formatHex } from '../encoding/hex.ts'
import type { MapName } from '../map/output-log.ts'
import type { ManifestLine } from '../sbom/manifest-line.ts'
import type { Checkpoint } from '../tlog/checkpoint.ts'
import { edgeRoot, type RightEdge } from '../tlog/right-edge.ts'
import type { AuditProblem } from './audit-walk.ts'
import type { KeptKey } from './audit-state.ts'
import { outputPath } from './ask-maps.ts'
import type { CallOptions, Client } from './client.ts'
import { guessMap, type GuessedMap, type Stated } from './guess-map.ts'
import { MapReplay, type ChangedKey } from './map-replay.ts'
import { publishedRoots, type RootPublished } from './published-roots.ts'
import { startWalk, type LogWalk } from './replay-log.ts'
import { startReplay } from './tile-replay.ts'

/** The first published root that is not the one that the entries give. */
export interface WrongRoot {
  readonly map: MapName
  readonly published: RootPublished
  /** 32 bytes: what the entries give. */
  readonly made: Uint8Array
  /** The size that was published before, with the right root; 0 if none was. */
  readonly after: TreeSize
  /** What the entries between the two sizes change in the map. */
  readonly changes: readonly ChangedKey[]
  /** The map that has the published root, if it differs from the right one in what an operator would hide. */
  readonly guess: GuessedMap | undefined
}

export interface MapAuditOptions {
  readonly client: Client
  readonly options: CallOptions
  /** Of the output log. */
  readonly checkpoint: Checkpoint
  readonly problems: AuditProblem[]
  /** Of an earlier audit that found all that was published up to this size right. */
  readonly kept?: { readonly size: TreeSize; readonly keys: Iterable<KeptKey> }
}

export class MapAudit {
  readonly map: MapName
  readonly replay = new MapReplay()
  readonly walk: LogWalk
  /** Checkpoints that are signed, and not of the log that was read. */
  readonly forks: string[] = []
  readonly #roots: AsyncGenerator<RootPublished>
  #next: RootPublished | undefined
  #compared = 0
  /** The size of the last root that was compared. */
  #size = treeSize(0)
  #wrong: WrongRoot | undefined
  /** By the entries that came since a root was last found to be right. */
  readonly #stated = new Map<LogIndex, Stated>()

  private constructor(map: MapName, walk: LogWalk) {
    this.map = map
    this.walk = walk
    this.#roots = publishedRoots(walk, treeSize(0))
  }

  static async start(
    map: MapName,
    { client, options, checkpoint, problems, kept }: MapAuditOptions,
  ): Promise<MapAudit> {
    const [base, name] = [outputPath(map), `${map} output log: `]
    const replay = startReplay()
    const audit = new MapAudit(map, startWalk({ client, options, checkpoint, base, name, replay, problems }))
    await audit.#read()
    if (kept !== undefined) await audit.#skip(kept)
    return audit
  }

  /** How many published roots were compared. */
  get compared(): number {
    return this.#compared
  }

  /** Of the last of them. */
  get size(): TreeSize {
    return this.#size
  }

  get wrong(): WrongRoot | undefined {
    return this.#wrong
  }

  /** What an entry states, whether or not it is listed under that. */
  noteStated(index: LogIndex, lines: readonly ManifestLine[], isReadable: boolean): void {
    if (this.#wrong === undefined) this.#stated.set(index, { lines, isReadable })
  }

  /** After the entries below `edge.size` were taken in: compares what was published of that size. */
  async reach(edge: RightEdge): Promise<void> {
    if (this.#next?.input.size !== edge.size) return
    this.#compare(this.#next, edge)
    await this.#read()
  }

  /** What is left is of sizes that the log has not. */
  noteRest(size: TreeSize): void {
    if (this.#next === undefined) return
    this.#noteFork(this.#next, `is said to be of ${this.#next.input.size} entries, but the log has ${size}`)
  }

  /** After the first wrong root, all that follow are wrong too: they are read, and not compared. */
  #compare(published: RootPublished, edge: RightEdge): void {
    if (!equalBytes(published.input.root, edgeRoot(edge)))
      this.#noteFork(
        published,
        'names a signed checkpoint that is not of this log: the log has signed two histories',
      )
    if (this.#wrong !== undefined) return this.replay.forgetChanges()
    const made = this.replay.root()
    this.#compared++
    if (equalBytes(published.root, made)) this.replay.forgetChanges()
    else this.#noteWrong(published, made)
    this.#stated.clear()
    this.#size = published.input.size
  }

  #noteWrong(published: RootPublished, made: Uint8Array): void {
    const { map } = this
    const guess = guessMap(this.replay, this.#stated, published.root)
    this.#wrong = { map, published, made, after: this.#size, changes: this.replay.changes(), guess }
    this.#note(published, `is ${formatHex(published.root)}, the entries give ${formatHex(made)}`)
  }

  #noteFork(published: RootPublished, what: string): void {
    this.forks.push(published.note)
    this.#note(published, what)
  }

  #note({ index, input }: RootPublished, what: string): void {
    const where = `${this.map} map at size ${input.size}`
    this.walk.problems.push({
      where,
      reason: 'map-differs',
      what: `the root published in entry ${index} of its output log ${what}`,
    })
  }

  /** The output log is read from its beginning each time: it is short. */
  async #skip({ size, keys }: NonNullable<MapAuditOptions['kept']>): Promise<void> {
    this.replay.restore(keys)
    for (; this.#next !== undefined && this.#next.input.size <= size; await this.#read()) {
      this.#compared++
      this.#size = this.#next.input.size
    }
  }

  async #read(): Promise<void> {
    const next = await this.#roots.next()
    this.#next = next.done === true ? undefined : next.value
  }
}
