/**
 * The output log of a map (index.md 6): each entry says which root the map had at which size of the log. It is appended to,
 * signed and published by the functions that do it for the log itself (commit.ts), under a name and a signer state of its own.
 *
 * What is signed here cannot be taken back, so nothing is before the map was made again and agrees with what is stored.
 */
import { logIndex, treeSize, type TreeSize } from '../brand.ts'
import { formatHex } from '../encoding/hex.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { parseUtf8, utf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'
import {
  formatPublishedRoot,
  outputOrigin,
  parsePublishedRoot,
  type MapFunctionVersion,
} from '../map/output-log.ts'
import type { SigningKey } from '../crypto/signing-key.ts'
import { openCheckpoint, parseCheckpoint } from '../tlog/checkpoint.ts'
import { parseNote, verifierKeyOf } from '../tlog/signed-note.ts'
import { leafHash } from '../tlog/tree-hash.ts'
import { edgeFromTiles, grow, publish, readBack, sign, type LogHead, type SigningLog } from './commit.ts'
import type { HeldCheckpoint, LogLeaf, MapName, OutputStorage, OutputStore } from './ports.ts'
import { KEPT_VERSIONS } from './limits.ts'
import { emptyHead, recover } from './start-up.ts'

/** What an entry of an output log says. */
export interface PublishedMap {
  /** The map is of the entries of the log below this. */
  readonly size: TreeSize
  /** 32 bytes. */
  readonly root: Uint8Array
  /** The signed checkpoint of the log, of that size. */
  readonly note: string
}

/** The same, once it is public. */
export interface PublishedRoot extends PublishedMap {
  /** The output log's signed checkpoint, of which this is the last entry. */
  readonly checkpoint: HeldCheckpoint
}

export interface OutputLogOptions {
  readonly map: MapName
  /** Of the function that makes the map. @default the one that clients ask for */
  readonly version?: MapFunctionVersion
  /** Of the log itself. */
  readonly origin: string
  readonly key: SigningKey
  readonly storage: OutputStorage
  /** Serves what was published; the signer state is not looked at. */
  readonly readOnly: boolean
}

export class OutputLog {
  readonly isReadOnly: boolean
  readonly #log: SigningLog<OutputStore>
  #head: LogHead
  #last: PublishedMap | undefined
  #published: readonly PublishedRoot[] = []

  private constructor(
    log: SigningLog<OutputStore>,
    opened: { readonly head: LogHead; readonly last: PublishedMap | undefined; readonly isReadOnly: boolean },
  ) {
    this.#log = log
    this.#head = opened.head
    this.#last = opened.last
    this.isReadOnly = opened.isReadOnly
    if (opened.head.published === opened.head.edge.size) this.#show()
  }

  /**
   * Opens an output log and finishes what the last process left undone.
   *
   * @param rootAt the map's root at a size, made again
   * @throws Fault `bad-proof` (`map-differs`) if the map is not what the last entry says
   * @throws as `recover`
   */
  static async open(
    options: OutputLogOptions,
    rootAt: (size: TreeSize) => Promise<Uint8Array>,
  ): Promise<OutputLog> {
    const { map, storage, readOnly: isReadOnly } = options
    const log = signingLogOf(options)
    if (isReadOnly) return OutputLog.#read(log, map, rootAt)
    const last = await lastStored(storage.store)
    if (last !== undefined) checkSame(map, last, await rootAt(last.size))
    // The last entry is the only one that may be unsigned, and it was just checked.
    const head = (await isUnused(storage))
      ? await readBack(log, emptyHead, await storage.store.size())
      : await recover(log, async () => undefined)
    const opened = new OutputLog(log, { head, last, isReadOnly })
    await opened.#finish()
    return opened
  }

  static async #read(
    log: SigningLog<OutputStore>,
    map: MapName,
    rootAt: (size: TreeSize) => Promise<Uint8Array>,
  ): Promise<OutputLog> {
    const published = await log.store.published()
    if (published === undefined)
      return new OutputLog(log, { head: emptyHead, last: undefined, isReadOnly: true })
    const { size, root } = openCheckpoint(published.note, verifierKeyOf(log.origin, log.key.publicKey))
    const last = await publishedAt(log.store, size - 1)
    checkSame(map, last, await rootAt(last.size))
    const held = { size, root, note: published.note }
    const head = { edge: await edgeFromTiles(log.store, size), held, published: size }
    return new OutputLog(log, { head, last, isReadOnly: true })
  }

  /** What the map was last published as; also when that could not be signed yet. */
  get last(): PublishedMap | undefined {
    return this.#last
  }

  /** What is public, the newest last: two of them, since a reader may have begun with the one before. */
  get published(): readonly PublishedRoot[] {
    return this.#published
  }

  get store(): OutputStore {
    return this.#log.store
  }

  /**
   * Publishes the map's root at a size. Doing it again changes nothing.
   *
   * @throws Fault `storage-full`; it can be called again when there is space. `conflict` as `sign`
   */
  async publish(next: PublishedMap): Promise<void> {
    await this.#finish()
    if (this.#last !== undefined && this.#last.size >= next.size) return
    const leaf = leafOf(next)
    const entry: LogLeaf = { index: logIndex(this.#head.edge.size), leaf, leafHash: leafHash(leaf) }
    this.#head = await grow(this.#log, this.#head, [entry.leafHash], (grown) =>
      this.#log.store.append({ ...grown, entries: [entry] }),
    )
    this.#last = next
    await this.#finish()
  }

  /** Signs and publishes what is stored. The head is kept after each step, so that one that found no space is taken again. */
  async #finish(): Promise<void> {
    const { edge, published } = this.#head
    if (edge.size === published) return
    this.#head = await sign(this.#log, this.#head)
    this.#head = await publish(this.#log, this.#head)
    this.#show()
  }

  #show(): void {
    const { held } = this.#head
    if (held !== undefined && this.#last !== undefined)
      this.#published = [...this.#published, { ...this.#last, checkpoint: held }].slice(-KEPT_VERSIONS)
  }
}

export function signingLogOf({
  map,
  version,
  origin,
  key,
  storage,
}: OutputLogOptions): SigningLog<OutputStore> {
  return { origin: outputOrigin(origin, map, version), key, ...storage }
}

/** The entry that says so. */
export function leafOf({ root, note }: PublishedMap): Uint8Array {
  return utf8(formatPublishedRoot({ root, checkpoint: note }))
}

/** What the newest stored entry says. @throws Fault `bad-proof` (`integrity-error`) if it says nothing */
export async function lastStored(store: OutputStore): Promise<PublishedMap | undefined> {
  const size = await store.size()
  return size === 0 ? undefined : publishedAt(store, treeSize(size - 1))
}

async function publishedAt(store: OutputStore, index: number): Promise<PublishedMap> {
  const [leaf] = await store.leaves(logIndex(index), treeSize(index + 1))
  if (leaf === undefined) throw new Fault('integrity-error', `output log: entry ${index} is missing`)
  return publishedIn(leaf)
}

/** @throws Fault `malformed` if this is no entry of an output log */
export function publishedIn(leaf: Uint8Array): PublishedMap {
  const { root, checkpoint } = parsePublishedRoot(parseUtf8(leaf, 'output log entry'))
  return { root, note: checkpoint, size: parseCheckpoint(parseNote(checkpoint).text).size }
}

/** Before the first signature: there may be one entry that was stored right before the process ended. */
async function isUnused({ store, signer }: OutputStorage): Promise<boolean> {
  const [size, published, held] = [await store.size(), await store.published(), await signer.read()]
  return held === undefined && published === undefined && size <= 1
}

const remedy: Readonly<Record<MapName, string>> = {
  components: 'Make the index again, also while the ledger is served: attestree index rebuild',
  status: 'Stop the ledger and look for what is damaged: attestree server check',
}

function checkSame(map: MapName, { size, root }: PublishedMap, made: Uint8Array): void {
  if (equalBytes(root, made)) return
  throw new Fault(
    'map-differs',
    `${map} map: its output log says that it has the root ${formatHex(root)} at size ${size}, made again it has ${formatHex(made)}`,
    {
      hint: `Nothing of this map is published. ${remedy[map]}`,
    },
  )
}
