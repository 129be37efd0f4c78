/**
 * The four ports of storage (design README 2.3) and the clock: what the ledger needs from outside, with
 * what each must never do and what somebody who can write to it could do.
 *
 * Every backend passes the suites in test/contracts/. Code above the ports never knows which backend it has.
 */
import type { AttestationId, KeyId, LogIndex, Sha256Id, TreeSize } from '../brand.ts'
import type { MapFunctionVersion, MapName } from '../map/output-log.ts'

/** A checkpoint that was signed: what it says, and the signed note itself. */
export interface HeldCheckpoint {
  readonly size: TreeSize
  /** 32 bytes. */
  readonly root: Uint8Array
  /** The whole signed note. */
  readonly note: string
}

/**
 * The log's one mutable fact: the last checkpoint it signed. Kept apart from everything that is backed up.
 * It must never go back in time or lose a durable write.
 * Whoever can change it can make the log sign a split view.
 */
export interface SignerState {
  read(): Promise<HeldCheckpoint | undefined>
  /**
   * Compare-and-swap: replaces `held` (same size and root, or nothing held) and no other. Durable once it resolves.
   * @throws Fault `conflict` (`fork`) if something else is held; nothing is changed.
   */
  replace(held: HeldCheckpoint | undefined, next: HeldCheckpoint): Promise<void>
}

/** One leaf of a log's tree. */
export interface LogLeaf {
  readonly index: LogIndex
  /** The bytes that are hashed into the leaf. At most 65,535. */
  readonly leaf: Uint8Array
  /** SHA-256(00 ‖ leaf) */
  readonly leafHash: Uint8Array
}

/** One row of the log: its leaf is a hashedrekord body, and its leaf hash unique in the log. */
export interface LogEntry extends LogLeaf {
  readonly attestation: AttestationId
  readonly key: KeyId
  /** The server's word, RFC 3339 UTC; never used for before or after. */
  readonly recordedAt: string
  /** Whether a manifest can be derived; fixed in the transaction that commits the entry. */
  readonly readable: boolean
}

/** The hashes of one tile, 1 to 256 of 32 bytes. */
export interface StoredTile {
  readonly level: number
  readonly index: number
  readonly hashes: Uint8Array
}

export interface Blob {
  /** SHA-256 of the bytes. */
  readonly digest: Sha256Id
  readonly bytes: Uint8Array
}

/** What an append changes of a log's tree. */
export interface TreeBatch<Leaf extends LogLeaf = LogLeaf> {
  /** The number of entries before this batch; the store refuses any other. */
  readonly from: TreeSize
  /** Contiguous from `from`. */
  readonly entries: readonly Leaf[]
  /** Every tile that this batch begins or widens; each takes the place of a narrower one with the same beginning. */
  readonly tiles: readonly StoredTile[]
}

export interface Batch extends TreeBatch<LogEntry> {
  /** What was signed; stored before or with the entries. One that is there already is left alone. */
  readonly blobs: readonly Blob[]
}

export interface PublishedNote {
  readonly size: TreeSize
  readonly note: string
}

/**
 * Entries, hash tiles, published notes of one log. Must never lose or change a committed entry.
 * Whoever can write to it can deny service, not forge: every byte is bound by a signed checkpoint.
 */
export interface TreeStore {
  /** The number of committed entries, published or not. */
  size(): Promise<TreeSize>
  /** Entries `from` … `to` − 1 in order; fewer where the log ends before `to`. */
  entries(from: LogIndex, to: TreeSize): Promise<readonly LogLeaf[]>
  /** The bytes of these entries alone, checked as `entries` checks them. */
  leaves(from: LogIndex, to: TreeSize): Promise<readonly Uint8Array[]>
  /** One result for each place asked for, in order; as wide as stored. */
  tiles(
    places: readonly { readonly level: number; readonly index: number }[],
  ): Promise<readonly (Uint8Array | undefined)[]>
  /** Makes a signed note public: durable once it resolves. Publishing the same note twice is the same. */
  publish(note: PublishedNote): Promise<void>
  /** The newest published note. */
  published(): Promise<PublishedNote | undefined>
  /** Every published note of a size from `from` to `to` − 1, smallest first. */
  notes(from: TreeSize, to: TreeSize): Promise<readonly PublishedNote[]>
}

/** The log of attestations. */
export interface LogStore extends TreeStore {
  /**
   * One transaction, durable once it resolves; all of the batch or nothing.
   * @throws Fault `conflict` (`stale-version`) if the size is not `batch.from`.
   * @throws Fault `storage-full` if there was no space; nothing is changed.
   */
  append(batch: Batch): Promise<void>
  entries(from: LogIndex, to: TreeSize): Promise<readonly LogEntry[]>
  /** All entries of an attestation (and key, if given), lowest index first. */
  find(attestation: AttestationId, key?: KeyId): Promise<readonly LogEntry[]>
  /** The first entry from `from` to `to` − 1 that was signed by one of these keys; without reading those between. */
  firstBy(keys: readonly KeyId[], from: LogIndex, to: TreeSize): Promise<LogEntry | undefined>
}

/**
 * The output log of a map (index.md 6): which root the map had at which size of the log. What is in it depends on when it was
 * published, so it is authoritative and never rebuilt, unlike the index.
 */
export interface OutputStore extends TreeStore {
  /** As `LogStore.append`. */
  append(batch: TreeBatch): Promise<void>
  /**
   * Keeps what somebody signed under a published note, in the place of what the same key signed there earlier. Durable once it
   * resolves; an older one changes nothing.
   *
   * @throws Fault `storage-full`
   */
  cosign(cosignature: StoredCosignature): Promise<void>
  /** Of the published note of that size, in the order of their cosigners. */
  cosignatures(size: TreeSize): Promise<readonly StoredCosignature[]>
}

/** One more signature under a published note (tlog/cosignature.ts). */
export interface StoredCosignature {
  /** Of the note. */
  readonly size: TreeSize
  /** By which key: as `formatCosignerKey`. */
  readonly cosigner: string
  /** When it was made, by its own word, in unix seconds. */
  readonly signedAt: number
  /** As it stands in a note, with the line feed. */
  readonly line: string
}

/** What is kept of one output log; its signer state stands where the log's own does. */
export interface OutputStorage {
  readonly store: OutputStore
  readonly signer: SignerState
}

export type OutputLogs = Readonly<Record<MapName, OutputStorage>>

/**
 * Bytes by their SHA-256: what was signed (PAE), and manifests.
 * Must never return bytes that do not hash to the name. Whoever can write to it can deny service, not forge.
 */
export interface BlobStore {
  /** @throws Fault `bad-proof` (`integrity-error`) if the stored bytes no longer hash to the name. */
  get(digest: Sha256Id): Promise<Uint8Array | undefined>
  /** Idempotent; durable once it resolves. @throws Fault `storage-full` */
  put(blobs: readonly Blob[]): Promise<void>
}

export type { MapFunctionVersion, MapName }

/** "The entry at `index` states `key`", for one of the two maps (index.md 4). */
export interface Posting {
  readonly map: MapName
  readonly key: Uint8Array
  readonly index: LogIndex
}

export interface KeyRow {
  readonly key: Uint8Array
  /** How many entries are posted under it. */
  readonly count: number
}

/** A key of a map with what the map commits to (index.md 4). */
export interface ValueRow {
  readonly key: Uint8Array
  /** 40 bytes: count and root (map/counted-root.ts) of all its postings. */
  readonly value: Uint8Array
  /** The highest of them. */
  readonly last: LogIndex
}

/** What the component map commits to of an entry's manifest. */
export interface ManifestRoot {
  readonly index: LogIndex
  /** How many lines it has. */
  readonly lines: number
  /** 32 bytes. */
  readonly root: Uint8Array
}

/**
 * The rows beside keys and postings: one per entry (key: u64be index), one per image (key: 32 digest bytes), totals,
 * names (key: the name's bytes).
 */
export type RowTable = 'entry' | 'image' | 'total' | 'name'

export interface IndexRow {
  readonly table: RowTable
  readonly key: Uint8Array
  /** JSON; what it means is the business of ledger/index-rows.ts. */
  readonly value: string
}

export interface ChangedValue extends ValueRow {
  readonly map: MapName
}

export interface IndexPosition {
  /** Entries [0, through) are in the index. */
  readonly through: TreeSize
  /** Which rules made it; another number means: rebuild. 0 in an index that was never reset. */
  readonly rules: number
}

export interface IndexBatch {
  readonly from: TreeSize
  readonly through: TreeSize
  /**
   * For each key, indexes ascend and are at least `from`. What is no array may be too much for memory: it is taken in pieces,
   * once, and is best in the order of its keys.
   */
  readonly postings: Iterable<Posting>
  /** Each takes the place of the row with the same table and key. Taken once. */
  readonly rows: Iterable<IndexRow>
  /** Of the entries `from` … `through` − 1, as far as they have manifests. */
  readonly manifests: readonly ManifestRoot[]
}

/** All reads through one reader see one state of the index. */
export interface IndexReader {
  position(): Promise<IndexPosition>
  /** Keys with the prefix, in byte order, those after `after` only, at most `limit` (all if left out). */
  keys(
    map: MapName,
    prefix: Uint8Array,
    page?: { readonly after?: Uint8Array; readonly limit?: number },
  ): Promise<readonly KeyRow[]>
  /** The complete posting list of a key, strictly ascending; empty if there is none. */
  postings(map: MapName, key: Uint8Array): Promise<readonly LogIndex[]>
  /** One result for each key asked for, in order. */
  rows(table: RowTable, keys: readonly Uint8Array[]): Promise<readonly (string | undefined)[]>
  /** Rows of a table in byte order of their keys. */
  scan(
    table: RowTable,
    page: { readonly after?: Uint8Array; readonly limit: number },
  ): Promise<readonly IndexRow[]>
}

/** A state of the index with what the maps commit to. */
export interface MapReader extends IndexReader {
  /** The values of a map's keys, in byte order of the keys. */
  values(
    map: MapName,
    page: { readonly after?: Uint8Array; readonly limit: number },
  ): Promise<readonly ValueRow[]>
  /** Of entries `from` … `to` − 1 in order, as far as they have manifests. */
  manifests(from: LogIndex, to: TreeSize): Promise<readonly ManifestRoot[]>
}

/**
 * Rows and posting lists derived from the log, with the position reached. Can be deleted and rebuilt.
 * Must never claim a position it has not stored. Whoever can write to it can hide rows, not forge them.
 */
export interface IndexStore {
  /** Runs `use` on one unchanging state. */
  read<T>(use: (reader: MapReader) => Promise<T>): Promise<T>
  /**
   * One transaction: postings, rows and the position, or nothing. Resolves with the values of the keys it added postings to, in
   * pieces as the postings were taken: in one, each key is there once; in a later one, it may be there again, with more.
   * @throws Fault `conflict` (`stale-version`) if the position is not `batch.from`.
   * @throws Fault `storage-full`
   */
  apply(batch: IndexBatch): Promise<Iterable<readonly ChangedValue[]>>
  /** Empties the index; it is then at position 0 under the given rules. */
  reset(rules: number): Promise<void>
}

/**
 * An index that another process made beside the one that answers (rebuild-index.ts). Whoever can put one there can do
 * what whoever can write to the index can.
 */
export interface IndexSuccessor {
  /** Calls `tell` once for each that is complete and was not taken yet. */
  watch(tell: () => void): void
  /** From now on `Storage.index` is the newest one; reads that have begun end on the old one. Doing it again changes nothing. */
  take(): Promise<void>
}

/** One opened ledger's storage. Disposing closes it and lets go of the lock. */
export interface Storage extends AsyncDisposable {
  readonly signer: SignerState
  readonly log: LogStore
  readonly blobs: BlobStore
  readonly index: IndexStore
  /** Absent where no other process could make an index. */
  readonly successor?: IndexSuccessor
  /** The output logs of the maps that clients ask for. */
  readonly outputs: OutputLogs
  /** The same of the functions that come after them (index.md 3), each version beside all others. */
  laterOutputs(version: MapFunctionVersion): OutputLogs
  /** Resolves when nothing can be written any more, also if nobody writes. Absent where only a write can find that out. */
  readonly lost?: Promise<Error>
}

/** Time as an argument, so that tests decide it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Resolves after that many milliseconds; after 0 of them, once what has arrived meanwhile was looked at. */
  sleep(milliseconds: number): Promise<void>
}
