/** The whole status map as a file that answers for any target, offline (index.md 7). */
import type { LogIndex } from '../brand.ts'
import { createGrowingBytes } from '../encoding/growing-bytes.ts'
import { inPieces } from '../encoding/pieces.ts'
import { Fault } from '../errors.ts'
import { MAX_EVIDENCE_BYTES } from '../verify/evidence.ts'
import type { KnownStatus } from '../verify/status-evidence.ts'
import {
  checkStatusMap,
  formatKeptEntry,
  formatStatusMap,
  parseStatusMap,
  type KeptEntry,
} from '../verify/status-map.ts'
import type { CallOptions, Client } from './client.ts'

export interface SyncOptions extends CallOptions {
  /** A file of before: what it has of the entries is not fetched again. Nothing in it is believed. */
  readonly kept?: Uint8Array | undefined
  /** Called as entries are checked. */
  readonly progress?: (checked: number, total: number) => void
}

export interface SyncedStatus {
  readonly file: Uint8Array
  readonly known: KnownStatus
  readonly entries: number
  /** Of these, how many were fetched. */
  readonly fetched: number
}

/**
 * Every entry that the map lists is fetched, with what was signed, and all of it is checked before it is handed out.
 *
 * @throws Fault `bad-proof` (`answer-incomplete`, `log-rolled-back`, …), `untrusted`; `too-large` (`answer-too-large`,
 * `payload-too-large`)
 * @throws as `Client.checkpoint`
 */
export async function syncStatus(client: Client, options: SyncOptions = {}): Promise<SyncedStatus> {
  const { kept, ...others } = options
  if (kept === undefined) return sync(client, others, [])
  try {
    return await sync(client, others, parseStatusMap(kept).entries)
  } catch (cause) {
    // It may be the file of before that is wrong, or of another log; if it is the server, so is the next answer.
    if (!(cause instanceof Fault) || !['bad-proof', 'untrusted'].includes(cause.class)) throw cause
    return sync(client, others, [])
  }
}

async function sync(
  client: Client,
  options: Omit<SyncOptions, 'kept'>,
  kept: Iterable<KeptEntry>,
): Promise<SyncedStatus> {
  const answer = await client.maps.statusMap(options)
  const check = checkStatusMap(answer, client.trust)
  const { wanted } = check
  const file = createGrowingBytes(MAX_EVIDENCE_BYTES)
  const write = (line: Uint8Array): void => {
    if (file.length + line.length > MAX_EVIDENCE_BYTES) throw tooLarge()
    file.append(line)
  }
  write(formatStatusMap(answer))
  let [checked, fetched] = [0, 0]
  for await (const { entry, isNew } of entriesOf(client, { wanted, kept }, options)) {
    check.take(entry)
    write(formatKeptEntry(entry))
    if (isNew) fetched++
    options.progress?.(++checked, wanted.length)
  }
  return { file: file.bytes(), known: check.end(), entries: wanted.length, fetched }
}

/** As many as servers give at once. */
const LIST_ENTRIES = 256
/** Requests at once: enough to hide the way to the server, too few to be a burden to it. */
const LISTS_AT_ONCE = 4

async function* entriesOf(
  client: Client,
  { wanted, kept }: { readonly wanted: readonly LogIndex[]; readonly kept: Iterable<KeptEntry> },
  options: CallOptions,
): AsyncGenerator<{ readonly entry: KeptEntry; readonly isNew: boolean }> {
  const before = keptBelow(kept)
  for (const piece of inPieces(wanted, LISTS_AT_ONCE * LIST_ENTRIES)) {
    const held = new Map(piece.flatMap((index) => before(index) ?? []).map((entry) => [entry.index, entry]))
    const lists = [
      ...inPieces(
        piece.filter((index) => !held.has(index)),
        LIST_ENTRIES,
      ),
    ]
    const fetched = await Promise.all(lists.map((list) => fetchList(client, list, options)))
    const all = new Map(fetched.flat().map((entry) => [entry.index, entry]))
    for (const index of piece) {
      const entry = held.get(index) ?? all.get(index)
      if (entry === undefined) throw withheld(index)
      yield { entry, isNew: !held.has(index) }
    }
  }
}

/** Looks for one entry after the other, both lists ascending, so that no more than one is in memory. */
function keptBelow(kept: Iterable<KeptEntry>): (index: LogIndex) => KeptEntry | undefined {
  const entries = kept[Symbol.iterator]()
  let next = entries.next()
  return (index) => {
    while (next.done !== true && next.value.index < index) next = entries.next()
    return next.done !== true && next.value.index === index ? next.value : undefined
  }
}

/** A server ends a list where it becomes long. */
async function fetchList(
  client: Client,
  wanted: readonly LogIndex[],
  options: CallOptions,
): Promise<readonly KeptEntry[]> {
  const list: KeptEntry[] = []
  while (list.length < wanted.length) {
    const rest = wanted.slice(list.length)
    const some = await client.maps.entryList(rest, options)
    if (some.length === 0 || some.some(({ index }, at) => index !== rest[at])) throw withheld(rest[0] ?? 0)
    list.push(...some)
  }
  return list
}

function withheld(index: number): Fault {
  return new Fault(
    'signed-bytes-withheld',
    `entry ${index}: expected what was signed, since the status map lists it; got something else`,
    { hint: 'Nothing can be said about it without. Ask the operator why it is withheld.' },
  )
}

function tooLarge(): Fault {
  return new Fault(
    'payload-too-large',
    `status map: expected at most ${MAX_EVIDENCE_BYTES} bytes with all that was signed, got more`,
    { hint: 'Nothing was kept. Ask of single targets: attestree show REF --status' },
  )
}
