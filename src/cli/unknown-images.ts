/** Images without an SBOM that counts, for people and programs: all of them, and on whose word. */
import type { CallOptions, Client } from '../client/client.ts'
import type { Moment } from '../client/moment.ts'
import type { SearchAnswer } from '../verify/search.ts'
import type { SearchScope } from '../verify/search-scope.ts'
import type { UnknownImageRow, UnknownImagesAnswer } from '../verify/unknown-answer.ts'
import { entriesOf } from './image-rows.ts'
import { unique } from './search-words.ts'
import { formatTable } from './table.ts'
import { visible } from './terminal.ts'

export interface UnknownImages {
  /** The last page, with the rows of all and those of their proofs that lead to its checkpoint. */
  readonly answer: UnknownImagesAnswer
  /** Whether no rows were left out. */
  readonly isWhole: boolean
}

/** The server's most on one page. */
const MAX_PAGE = 1_000

/** All pages, one after the other. @param limit rows to stop at */
export async function allUnknown(
  client: Pick<Client, 'unknownImages'>,
  asked: SearchScope & Moment,
  limit = Number.POSITIVE_INFINITY,
  options: CallOptions = {},
): Promise<UnknownImages> {
  const items: UnknownImageRow[] = []
  const pages: UnknownImagesAnswer[] = []
  for (;;) {
    const cursor = pages.at(-1)?.next
    const page = await client.unknownImages(
      {
        ...asked,
        limit: Math.min(MAX_PAGE, limit - items.length),
        ...(cursor === undefined ? {} : { cursor }),
      },
      options,
    )
    pages.push(page)
    items.push(...page.items)
    if (page.next !== undefined && items.length < limit) continue
    const { checkpoint } = page.asOf
    const same = pages.filter((one) => one.asOf.checkpoint === checkpoint).map((one) => one.entries)
    const entries = Object.assign({}, ...same) as UnknownImagesAnswer['entries']
    return { answer: { ...page, items, entries }, isWhole: page.next === undefined }
  }
}

/** Beside a search: as of the same size and in the same scope, so that they are those that were counted. */
export async function unknownBeside(
  client: Pick<Client, 'unknownImages'>,
  { answer: { asOf, question } }: { readonly answer: SearchAnswer },
  options: CallOptions = {},
): Promise<readonly UnknownImageRow[]> {
  // Of an empty log no size can be asked.
  if (asOf.indexedThrough === 0) return []
  const asked = { ...question.scope, at: asOf.indexedThrough }
  return (await allUnknown(client, asked, undefined, options)).answer.items
}

/** One line for each image; where a person's terminal is narrower, its digest and origin stand below it. */
export function formatUnknown(
  rows: readonly UnknownImageRow[],
  columns: number | undefined,
): readonly string[] {
  const header = ['IMAGE', 'STATUS', 'WHY', 'KNOWN BY']
  const wide = formatTable(
    [...header, 'BUILT BY', 'FROM COMMIT', 'DIGEST'],
    rows.map((row) => [...cellsOf(row), joined(buildersOf(row)), joined(commitsOf(row)), row.image]),
  )
  if (columns === undefined || wide.every((line) => line.length <= columns)) return wide
  const [first = '', ...lines] = formatTable(header, rows.map(cellsOf))
  return [first, ...rows.flatMap((row, at) => [lines[at] ?? '', ...belowOf(row)])]
}

function cellsOf(row: UnknownImageRow): readonly string[] {
  const [first = '(no name)', ...others] = row.names
  return [
    others.length === 0 ? first : `${first} (+${others.length})`,
    row.revoked ? 'unknown, revoked' : 'unknown',
    whyUnknown(row),
    `✓ #${row.entry}`,
  ]
}

function belowOf(row: UnknownImageRow): readonly string[] {
  const origin = [
    ...buildersOf(row).map((builder) => `built by ${builder}`),
    ...commitsOf(row).map((commit) => `from ${commit}`),
  ]
  return [row.image, ...origin].map((line) => `  ${visible(line)}`)
}

export function whyUnknown({ sboms }: UnknownImageRow): string {
  if (sboms.length === 0) return 'no SBOM'
  const [only, ...others] = sboms
  return others.length === 0 ? `SBOM #${only} does not count` : `no SBOM counts of ${entriesOf(sboms)}`
}

export function buildersOf({ provenance }: UnknownImageRow): readonly string[] {
  return unique(provenance.map((one) => one.builder).filter((builder) => builder !== ''))
}

export function commitsOf({ provenance }: UnknownImageRow): readonly string[] {
  return unique(provenance.flatMap((one) => one.commits))
}

function joined(values: readonly string[]): string {
  return values.join(' ') || '–'
}
