/**
 * What others' tools take from a log: consistency proofs, Sigstore bundles, tlog-proof files, and what was recorded
 * since. Ours is only the list of events; the rest are formats of entry/ and tlog/.
 */
import type { LogIndex, TreeSize } from '../brand.ts'
import { formatBase64, parseBase64 } from '../encoding/base64.ts'
import type { JsonObject } from '../encoding/strict-json.ts'
import { parsePae } from '../attestation/pae.ts'
import { formatBundle } from '../entry/bundle.ts'
import { parseHashedRekord } from '../entry/hashed-rekord.ts'
import { Fault } from '../errors.ts'
import { proveConsistency } from '../tlog/consistency.ts'
import { formatProofFile } from '../tlog/proof-file.ts'
import { logId, type VerifierKey } from '../tlog/signed-note.ts'
import { tileReader } from '../tlog/tile.ts'
import { VERDICT_KINDS, verdictOf, type VerdictKind } from '../trust/status.ts'
import { principalOf } from '../trust/trust-state.ts'
import type { ProvenEntry } from '../verify/answer.ts'
import type { ConsistencyAnswer, EventsAnswer } from '../verify/records-answer.ts'
import type { EntryFacts } from '../verify/entry-facts.ts'
import type { KeptEntry } from '../verify/status-map.ts'
import { rootFromTiles } from './commit.ts'
import { readEntryRows } from './index-rows.ts'
import { fillPage, roomOf } from './page.ts'
import { queryEntry, querySigned } from './query-entries.ts'
import { queryEntryList, queryManifestRange, querySignedRange, type EntryRange } from './query-signed.ts'
import { asOf, provenEntries, type LogView, type View } from './view.ts'

export interface EventsPage {
  /** The last event that the caller has; from the first entry on if left out. */
  readonly after?: LogIndex
  readonly limit: number
}

export interface Records {
  /** @throws Fault `malformed` if `from` > `to`; `not-recorded` if `to` is not public yet */
  consistency(from: TreeSize, to?: TreeSize): Promise<ConsistencyAnswer>
  /** A Sigstore bundle (v0.3) of one entry, as JSON. @throws Fault `not-recorded` */
  bundle(index: LogIndex): Promise<JsonObject>
  /** A C2SP tlog-proof file. @throws Fault `not-recorded` */
  proofFile(index: LogIndex): Promise<string>
  /** Entries after one, in order. @throws Fault `not-recorded` if the log is not that long */
  events(page: EventsPage): Promise<EventsAnswer>
  /** What was signed for entries `from` … `to` − 1, or for the first of them. @throws as `querySignedRange` */
  signed(from: LogIndex, to: TreeSize): Promise<EntryRange>
  /** Entries anywhere in the log, with what was signed. @throws as `queryEntryList` */
  entryList(indexes: readonly LogIndex[]): Promise<readonly KeptEntry[]>
  /** As `signed`, of manifests. @throws as `queryManifestRange` */
  manifests(from: LogIndex, to: TreeSize): Promise<EntryRange>
}

/** The log's key, and the views that records are read from. */
export interface RecordSources {
  readonly key: VerifierKey
  readonly log: () => LogView
  readonly index: <T>(use: (view: View) => Promise<T>) => Promise<T>
}

export function createRecords(sources: RecordSources): Records {
  return {
    consistency: (from, to) => queryConsistency(sources.log(), from, to),
    bundle: (index) => makeBundle(sources.log(), sources.key, index),
    proofFile: (index) => makeProofFile(sources.log(), index),
    events: (page) => sources.index((view) => queryEvents(view, page)),
    signed: (from, to) => querySignedRange(sources.log(), from, to),
    entryList: (indexes) => queryEntryList(sources.log(), indexes),
    manifests: (from, to) => sources.index((view) => queryManifestRange(view, from, to)),
  }
}

async function queryConsistency(view: LogView, from: TreeSize, to?: TreeSize): Promise<ConsistencyAnswer> {
  const { size } = view.checkpoint
  const end = to ?? size
  if (end > size || from > size) throw notYet(size)
  const { log } = view
  const proof = await proveConsistency(
    from,
    end,
    tileReader(end, (places) => log.tiles(places)),
  )
  return {
    from,
    to: end,
    fromRoot: formatBase64(await rootFromTiles(log, from)),
    toRoot: formatBase64(await rootFromTiles(log, end)),
    proof: proof.map((hash) => formatBase64(hash)),
    asOf: asOf(view, view.through),
  }
}

async function makeBundle(view: LogView, key: VerifierKey, index: LogIndex): Promise<JsonObject> {
  const { body, attestation, inclusion } = await provenEntry(view, index)
  const entry = parseBase64(body)
  const { signature, publicKey } = parseHashedRekord(entry)
  const envelope = {
    ...parsePae(await querySigned(view, attestation)),
    signatures: [{ keyid: '', signature }],
  }
  const { size, root, note } = view.checkpoint
  return formatBundle(envelope, publicKey, {
    index,
    logId: logId(key),
    entry,
    inclusion: inclusion.map((hash) => parseBase64(hash)),
    size,
    root,
    checkpoint: note,
  })
}

async function makeProofFile(view: LogView, index: LogIndex): Promise<string> {
  const { inclusion } = await provenEntry(view, index)
  return formatProofFile({
    index,
    proof: inclusion.map((hash) => parseBase64(hash)),
    checkpoint: view.checkpoint.note,
  })
}

async function provenEntry(view: LogView, index: LogIndex): Promise<ProvenEntry> {
  const proven = (await queryEntry(view, index)).entries[String(index)]
  if (proven === undefined) throw new Error(`entry ${index}: answered without its proof`)
  return proven
}

/** In the order of the log, as far as the index reaches: what is left out now comes with the next question. */
async function queryEvents(view: View, { after, limit }: EventsPage): Promise<EventsAnswer> {
  const { size } = view.checkpoint
  // Who has seen more than there is has seen another log, or this one before it was set back.
  if (after !== undefined && after >= size) throw notYet(size)
  const from = after === undefined ? 0 : after + 1
  const end = Math.min(from + limit, view.through, size)
  const indexes = Array.from({ length: Math.max(0, end - from) }, (_, i) => (from + i) as LogIndex)
  const { items, last } = await fillPage(indexes, roomOf({ limit }), async (index) => {
    const [row] = await readEntryRows(view.reader, [index])
    if (row === undefined) throw new Error(`entry ${index} is in the index, but has no row`)
    return { row: eventOf(view, row.facts), entries: [index] }
  })
  const next = last ?? after
  return {
    items,
    ...(next === undefined ? {} : { next }),
    entries: await provenEntries(
      view,
      items.map((one) => one.entry),
    ),
    asOf: asOf(view, view.through),
  }
}

function eventOf({ trust, through }: View, facts: EntryFacts): EventsAnswer['items'][number] {
  const { index: entry, key, subjects } = facts
  const images = [...new Set(subjects.map((one) => one.digest))].filter((one) => one.startsWith('sha256:'))
  const judged = [undefined, ...images].map((subject) => verdictOf(trust, through, { ...facts, subject }))
  const signer = principalOf(trust, entry, key) ?? null
  return { entry, subjects, signer, verdict: leastOf(judged.map((one) => one.verdict)) }
}

function leastOf(verdicts: readonly VerdictKind[]): VerdictKind {
  return VERDICT_KINDS.find((kind) => verdicts.includes(kind)) ?? 'untrusted-signer'
}

function notYet(size: TreeSize): Fault {
  return new Fault('not-recorded', `log: it has ${size} entries, and no more yet`)
}
