/**
 * `find … --watch`: what a search finds now, and from then on only what is new in it.
 *
 * Nothing changes unless the log grows (but what runs somewhere now), so it is asked for its size alone until then; and what was
 * signed is fetched again only if a row of the new answer is another one. What is new is told by find-changes.ts.
 */
import type { TreeSize } from '../brand.ts'
import type { Client } from '../client/client.ts'
import { mayPass } from '../client/follow.ts'
import { verifiedSearch } from '../client/verified-search.ts'
import type { SearchQuestion } from '../verify/search.ts'
import type { CliContext } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { changeLines, newsBetween, startRecords, type Changes, type WatchFormat } from './find-changes.ts'
import { Interrupted, untilInterrupted } from './interrupt.ts'
import { pause } from './pause.ts'
import type { Asked } from './search-asked.ts'
import type { Grouping } from './search-groups.ts'
import { searchPages, type SearchPages } from './search-pages.ts'
import { printSearch } from './search-summary.ts'
import { plural } from './table.ts'
import { formatJsonLine, visible, type Terminal } from './terminal.ts'
import { unknownBeside } from './unknown-images.ts'

export interface WatchOptions {
  readonly asked: Asked
  /** The same question, as of the clock where it is about what runs now. */
  readonly now: () => SearchQuestion
  /** Whether the answer changes with the clock too, not only with the log. */
  readonly isTimed: boolean
  readonly format: WatchFormat
  readonly grouping: Grouping | undefined
  readonly intervalSeconds: number
  /** Whether the images without an SBOM that counts are asked for as well. */
  readonly withUnknown: boolean
  /** Told each whole answer. */
  readonly keep: (found: SearchPages) => Promise<void>
}

export async function watchSearch(context: CliContext, client: Client, options: WatchOptions): Promise<void> {
  const { terminal } = context
  let changes = 0
  try {
    await untilInterrupted(async (signal) => {
      const first = await askAll(client, options, signal)
      printStart(terminal, first, options)
      await options.keep(first)
      for await (const one of followSearch(first, followingOf(terminal, client, options, signal))) {
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

function followingOf(
  terminal: Terminal,
  client: Client,
  options: WatchOptions,
  signal: AbortSignal,
): Following {
  return {
    size: async () => (await client.checkpoint({ signal })).checkpoint.size,
    isTimed: options.isTimed,
    ask: async (minSize, last) => {
      const found = await askNews(client, options, { minSize, last, signal })
      await options.keep(found)
      return found
    },
    wait: () => pause(options.intervalSeconds * 1000, signal),
    onTrouble: (cause) => terminal.note(`! ${visible(cause.message)}; it is asked again`),
  }
}

/** A page of nothing but bars would hide what is new. */
const silent = { show: () => undefined, end: () => undefined }

async function askAll(
  client: Client,
  { now, withUnknown }: Pick<WatchOptions, 'now' | 'withUnknown'>,
  signal: AbortSignal,
  moment: { readonly minSize?: TreeSize } = {},
): Promise<SearchPages> {
  const question = now()
  const found = await searchPages(
    (page, reading) => verifiedSearch(client, question, { ...page, ...moment }, { signal, ...reading }),
    { trust: client.trust, progress: silent },
  )
  return withUnknown ? { ...found, unknown: await unknownBeside(client, found, { signal }) } : found
}

interface News {
  readonly minSize: TreeSize
  readonly last: SearchPages
  readonly signal: AbortSignal
}

/**
 * Rows that were made again before need it no second time. So nothing is fetched by which the proof that none is
 * missing could be checked, and it is not asked for: such an answer says that this is the server's word.
 */
export async function askNews(
  client: Client,
  options: Pick<WatchOptions, 'now' | 'withUnknown'>,
  { minSize, last, signal }: News,
): Promise<SearchPages> {
  const { trust } = client
  // Whether its roots are cosigned is seen where all is verified.
  if (trust.cosigned !== undefined) return askAll(client, options, signal, { minSize })
  const question = options.now()
  const served = await searchPages(
    async (page) => {
      const { proof: _, ...alone } = page
      const answer = await client.search(question, { ...alone, minSize }, { signal })
      return { answer, origins: new Map() }
    },
    { trust, progress: silent },
  )
  if (JSON.stringify(served.answer.items) !== JSON.stringify(last.answer.items))
    return askAll(client, options, signal, { minSize })
  const found = { ...served, origins: last.origins }
  return options.withUnknown ? { ...found, unknown: await unknownBeside(client, found, { signal }) } : found
}

export interface Following {
  /** Of the newest checkpoint. */
  readonly size: () => Promise<TreeSize>
  /** Whether to ask although the log has not grown. */
  readonly isTimed: boolean
  /** All rows as of that size or a later one; `last` are those of before. */
  readonly ask: (minSize: TreeSize, last: SearchPages) => Promise<SearchPages>
  /** Waits until it is time to ask again; throws to end. */
  readonly wait: () => Promise<void>
  /** Told when the server cannot be reached or is busy; it is asked again. */
  readonly onTrouble: (cause: Error) => void
}

/** @throws whatever does not pass by itself: a proof that does not hold, another log */
export async function* followSearch(first: SearchPages, following: Following): AsyncGenerator<Changes> {
  let last = first
  for (;;) {
    await following.wait()
    const found = await askAgain(last, following)
    if (found === undefined) continue
    const changes = newsBetween(last, found)
    last = found
    if (changes.length > 0) yield { changes, found }
  }
}

/** Undefined while nothing can have changed, and where nobody answers. */
async function askAgain(
  last: SearchPages,
  { size, isTimed, ask, onTrouble }: Following,
): Promise<SearchPages | undefined> {
  try {
    const newest = await size()
    const isNews = isTimed || newest > last.answer.asOf.indexedThrough
    return isNews ? await ask(newest, last) : undefined
  } catch (cause) {
    if (!mayPass(cause)) throw cause
    onTrouble(cause)
    return undefined
  }
}

function printStart(terminal: Terminal, found: SearchPages, options: WatchOptions): void {
  const { asked, format, grouping, intervalSeconds } = options
  if (format === 'table') printSearch(terminal, found, asked, grouping)
  else for (const one of startRecords(found, asked.notLookedFor)) terminal.print(formatJsonLine(one))
  const every = plural(intervalSeconds, 'second')
  terminal.note(`Watching from size ${found.answer.asOf.treeSize}: asked every ${every}. Ctrl-C ends.`)
}
