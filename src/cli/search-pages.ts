/** All pages of a search, one after the other, as one answer. */
import type { LogIndex } from '../brand.ts'
import type { Origins, SbomOrigin } from '../client/introductions.ts'
import type { SearchAnswer, SearchRow } from '../verify/search.ts'
import type { UnknownImageRow } from '../verify/unknown-answer.ts'
import type { VerifiedSearch } from '../client/verified-search.ts'
import type { Reading } from '../client/fetch-signed.ts'
import { pageOf, withProof, type ProofForm } from '../client/with-proof.ts'
import type { Fault } from '../errors.ts'
import type { CompleteAnswer } from '../verify/complete-entries.ts'
import type { ProvenEntries } from '../verify/answer.ts'
import type { LogTrust } from '../verify/evidence.ts'
import type { Progress } from './progress.ts'

export interface SearchPages {
  /** All rows; counts and claims are those of the first page, `entries` those with proofs to its checkpoint, the last. */
  readonly answer: SearchAnswer
  readonly pages: readonly SearchAnswer[]
  /** Whether no rows were left out. */
  readonly isWhole: boolean
  /** How what was found came in, of all pages. */
  readonly origins: Origins
  /** If it is proven: that no row is missing, and as of when. */
  readonly complete?: CompleteAnswer
  /** Why that could not be proven, where it is not only that some rows were asked for. */
  readonly unproven?: Fault
  /** The images without an SBOM that counts, if they were asked for: the server's word. */
  readonly unknown?: readonly UnknownImageRow[]
  /** Rows that were asked not to be shown, since everything in them is lifted by VEX statements. */
  readonly hiddenLifted?: number
}

export interface SearchPage extends ProofForm {
  readonly limit?: number
  readonly cursor?: string
}

/** The server's most on one page. */
const MAX_PAGE = 1_000

export interface PagesAsked {
  readonly trust: LogTrust
  readonly progress: Progress
  /** Rows to stop at. @default all */
  readonly limit?: number | undefined
}

export async function searchPages(
  ask: (
    page: SearchPage,
    reading?: Pick<Reading, 'unlessCut'>,
  ) => Promise<Pick<VerifiedSearch, 'answer' | 'origins' | 'complete'>>,
  { trust, progress, limit }: PagesAsked,
): Promise<SearchPages> {
  const pages: SearchAnswer[] = []
  const origins = new Map<LogIndex, SbomOrigin>()
  // What is proven is that there is no other row: pages one by one never show that.
  const first = await withProof(trust, (form, reading) => ask(pageOf(form, limit ?? MAX_PAGE), reading), {
    hasWhole: limit === undefined,
  })
  let [rows, cursor, next] = [0, undefined as string | undefined, first.value]
  do {
    if (cursor !== undefined)
      next = await ask({ limit: limit === undefined ? MAX_PAGE : Math.min(limit - rows, MAX_PAGE), cursor })
    const { answer, origins: found } = next
    pages.push(answer)
    addOrigins(origins, found)
    rows += answer.items.length
    cursor = limit !== undefined && rows >= limit ? undefined : answer.next
    const { affected, undetermined } = answer.coverage
    const shown = rows
    if (cursor !== undefined) progress.show(shown, Math.max(affected + undetermined, shown), () => 'images')
  } while (cursor !== undefined)
  progress.end()
  const { complete } = first.value
  return {
    ...joinPages(pages, origins),
    ...(complete === undefined ? {} : { complete }),
    ...(first.unproven === undefined ? {} : { unproven: first.unproven }),
  }
}

/** One SBOM may be about images of several pages, and what was found of it need not be the same. */
function addOrigins(all: Map<LogIndex, SbomOrigin>, found: Origins): void {
  for (const [entry, origin] of found) {
    const components = new Map([...(all.get(entry)?.components ?? []), ...origin.components])
    all.set(entry, { ...origin, components })
  }
}

/** Counts stay those of all images. */
export function withoutLifted({ pages, answer, ...beside }: SearchPages): SearchPages {
  const left = joinPages(
    pages.map((page) => ({ ...page, items: page.items.filter((row) => row.lifted !== true) })),
  )
  return { ...left, ...beside, hiddenLifted: answer.items.length - left.answer.items.length }
}

/** @throws Error without a page */
export function joinPages(pages: readonly SearchAnswer[], origins: Origins = new Map()): SearchPages {
  const [first, last] = [pages[0], pages.at(-1)]
  if (first === undefined || last === undefined) throw new Error('search: expected a page')
  const same = pages.filter((page) => page.asOf.checkpoint === last.asOf.checkpoint)
  const items: readonly SearchRow[] = pages.flatMap((page) => page.items)
  // Proofs to a checkpoint that is not shown would prove nothing; all of them were checked when the page came.
  const entries: ProvenEntries = Object.assign({}, ...same.map((page) => page.entries)) as ProvenEntries
  const notEstablished = [...new Set(pages.flatMap((page) => page.notEstablished))]
  const { next, ...shown } = { ...last, coverage: first.coverage, items, entries, notEstablished }
  const answer = {
    ...shown,
    ...(first.unregistered === undefined ? {} : { unregistered: first.unregistered }),
    ...(next === undefined ? {} : { next }),
  }
  return { answer, pages, isWhole: next === undefined, origins }
}
