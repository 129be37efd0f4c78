/**
 * `find … --watch`: what a search finds now, and from then on only what is new in it.
 *
 * Nothing changes unless the log grows, so it is asked for its size alone until then; and what was signed is fetched again
 * only if a row of the new answer is another one.
 */
import type { ImageDigest, TreeSize } from '../brand.ts'
import type { Client } from '../client/client.ts'
import { mayPass } from '../client/follow.ts'
import { verifiedSearch } from '../client/verified-search.ts'
import type { SearchMatch, SearchRow } from '../verify/search.ts'
import type { CliContext } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { Interrupted, untilInterrupted } from './interrupt.ts'
import { pause } from './pause.ts'
import type { Asked } from './search-asked.ts'
import { searchRecords } from './search-files.ts'
import type { Grouping } from './search-groups.ts'
import { howItGotIn, originsJson, READ_FROM } from './search-origins.ts'
import { searchPages, type SearchPages } from './search-pages.ts'
import { printSearch } from './search-summary.ts'
import { imageName, unique } from './search-words.ts'
import { plural } from './table.ts'
import { formatJsonLine, visible, type Terminal } from './terminal.ts'

export type WatchFormat = 'table' | 'ndjson'

/** `disappeared`: nothing of it is found in an SBOM that counts; it may be unknown now. That a row is missing is the server's word. */
export interface Change {
  readonly change: 'appeared' | 'changed' | 'disappeared'
  /** As it was; absent if it appeared. */
  readonly before?: SearchRow
  /** As it is; absent if it disappeared. */
  readonly row?: SearchRow
}

export interface WatchOptions {
  readonly asked: Asked
  readonly format: WatchFormat
  readonly grouping: Grouping | undefined
  readonly intervalSeconds: number
}

export async function watchSearch(context: CliContext, client: Client, options: WatchOptions): Promise<void> {
  const { terminal } = context
  const { asked, intervalSeconds } = options
  let changes = 0
  try {
    await untilInterrupted(async (signal) => {
      const first = await askAll(client, asked, signal)
      printStart(terminal, first, options)
      const found = followSearch(first, {
        size: async () => (await client.checkpoint({ signal })).checkpoint.size,
        ask: (minSize, last) => askNews(client, asked, { minSize, last, signal }),
        wait: () => pause(intervalSeconds * 1000, signal),
        onTrouble: (cause) => terminal.note(`! ${visible(cause.message)}; it is asked again`),
      })
      for await (const one of found) {
        changes += one.changes.length
        for (const line of changeLines(one, options.format)) terminal.print(line)
      }
    })
  } catch (cause) {
    if (!(cause instanceof Interrupted)) throw cause
    context.setExitCode(EXIT.interrupted)
  }
  terminal.note(`${plural(changes, 'change')} seen.`)
}

/** A page of nothing but bars would hide what is new. */
const silent = { show: () => undefined, end: () => undefined }

function askAll(
  client: Client,
  { question }: Asked,
  signal: AbortSignal,
  moment: { readonly minSize?: TreeSize } = {},
): Promise<SearchPages> {
  return searchPages((page) => verifiedSearch(client, question, { ...page, ...moment }, { signal }), silent)
}

interface News {
  readonly minSize: TreeSize
  readonly last: SearchPages
  readonly signal: AbortSignal
}

/** Rows that were made again before need it no second time. */
async function askNews(client: Client, asked: Asked, { minSize, last, signal }: News): Promise<SearchPages> {
  const served = await searchPages(async (page) => {
    const answer = await client.search(asked.question, { ...page, minSize }, { signal })
    return { answer, origins: new Map() }
  }, silent)
  if (JSON.stringify(served.answer.items) === JSON.stringify(last.answer.items)) return served
  return askAll(client, asked, signal, { minSize })
}

export interface Following {
  /** Of the newest checkpoint. */
  readonly size: () => Promise<TreeSize>
  /** All rows as of that size or a later one; `last` are those of before. */
  readonly ask: (minSize: TreeSize, last: SearchPages) => Promise<SearchPages>
  /** Waits until it is time to ask again; throws to end. */
  readonly wait: () => Promise<void>
  /** Told when the server cannot be reached or is busy; it is asked again. */
  readonly onTrouble: (cause: Error) => void
}

export interface Changes {
  /** At least one. */
  readonly changes: readonly Change[]
  readonly found: SearchPages
}

/** @throws whatever does not pass by itself: a proof that does not hold, another log */
export async function* followSearch(first: SearchPages, following: Following): AsyncGenerator<Changes> {
  let last = first
  for (;;) {
    await following.wait()
    const found = await askAgain(last, following)
    if (found === undefined) continue
    const changes = changesBetween(last.answer.items, found.answer.items)
    last = found
    if (changes.length > 0) yield { changes, found }
  }
}

/** Undefined while the log has not grown, and where nobody answers. */
async function askAgain(
  last: SearchPages,
  { size, ask, onTrouble }: Following,
): Promise<SearchPages | undefined> {
  try {
    const newest = await size()
    return newest > last.answer.asOf.indexedThrough ? await ask(newest, last) : undefined
  } catch (cause) {
    if (!mayPass(cause)) throw cause
    onTrouble(cause)
    return undefined
  }
}

/** Those that appeared or changed in the order of the rows, then those that disappeared. */
export function changesBetween(before: readonly SearchRow[], now: readonly SearchRow[]): readonly Change[] {
  const old = new Map<ImageDigest, SearchRow>(before.map((row) => [row.image, row]))
  const kept = new Set(now.map((row) => row.image))
  const news = now.flatMap((row): readonly Change[] => {
    const was = old.get(row.image)
    if (was === undefined) return [{ change: 'appeared', row }]
    return meaningOf(was) === meaningOf(row) ? [] : [{ change: 'changed', before: was, row }]
  })
  const gone = before.filter((row) => !kept.has(row.image))
  return [...news, ...gone.map((row): Change => ({ change: 'disappeared', before: row }))]
}

/** What a responder acts on: another SBOM that says the same is no news. */
function meaningOf({ status, revoked, matches }: SearchRow): string {
  const found = unique(
    matches.map(({ part, component, status: one }) => JSON.stringify([part, component, one])),
  )
  return JSON.stringify([status, revoked, [...found].sort()])
}

function printStart(terminal: Terminal, found: SearchPages, options: WatchOptions): void {
  const { asked, format, grouping, intervalSeconds } = options
  if (format === 'table') printSearch(terminal, found, asked, grouping)
  else for (const one of startRecords(found, asked.notLookedFor)) terminal.print(formatJsonLine(one))
  const every = plural(intervalSeconds, 'second')
  terminal.note(`Watching from size ${found.answer.asOf.treeSize}: asked every ${every}. Ctrl-C ends.`)
}

/** The records of a search; instead of an end, where what is new begins. */
export function startRecords(found: SearchPages, notLookedFor: readonly string[]): readonly object[] {
  const missed = notLookedFor.length === 0 ? {} : { notLookedFor }
  const { items, asOf } = found.answer
  return [
    ...searchRecords(found),
    { kind: 'Watching', count: items.length, treeSize: asOf.treeSize, ...missed },
  ]
}

/** `+` appeared, `~` changed, `-` disappeared: a line for each image. */
export function changeLines({ changes, found }: Changes, format: WatchFormat): readonly string[] {
  const { treeSize } = found.answer.asOf
  return changes
    .map((one) => (format === 'table' ? lineOf(one, found) : recordOf(one, found)))
    .map((line) =>
      typeof line === 'string' ? visible(`size ${treeSize}  ${line}`) : formatJsonLine({ ...line, treeSize }),
    )
}

function lineOf({ change, before, row }: Change, { origins }: SearchPages): string {
  if (row === undefined)
    return `- disappeared  ${before === undefined ? '' : named(before)}  nothing is found in an SBOM that counts (the server’s word). If no SBOM of it counts any more, it is unknown, not clean.`
  const has = unique(row.matches.map((one) => `${componentText(one)} (${howItGotIn(one, origins)})`)).join(
    ', ',
  )
  const status =
    change === 'changed' && before !== undefined ? `${statusOf(before)} → ${statusOf(row)}` : statusOf(row)
  return `${change === 'appeared' ? '+' : '~'} ${change}  ${named(row)}  ${status}  ${has}`
}

function named(row: SearchRow): string {
  return row.names.length === 0 ? row.image : `${imageName(row)} ${row.image}`
}

function statusOf({ status, revoked }: SearchRow): string {
  return revoked ? `${status}, revoked` : status
}

function componentText({ component, status }: SearchMatch): string {
  return status === 'affected' ? component : `${component} undetermined`
}

function recordOf({ change, before, row }: Change, { origins }: SearchPages): object {
  const rests = new Set(row?.matches.map((one) => one.entry))
  const told = originsJson(new Map([...origins].filter(([entry]) => rests.has(entry))))
  return {
    kind: 'Change',
    change,
    image: (row ?? before)?.image,
    ...(before === undefined ? {} : { before: { status: before.status, revoked: before.revoked } }),
    ...(row === undefined ? { toldBy: 'server' } : { row, paths: { ...READ_FROM, entries: told } }),
  }
}
