/**
 * A search as CSV and as NDJSON. Both end with a record that says so: without it the file was cut.
 *
 * CSV has one line for each match; its cells are guarded as those of the server's (http/csv.ts). NDJSON has the records of
 * http/ndjson.ts.
 */
import type { Origins } from '../client/introductions.ts'
import { csvLine } from '../http/csv.ts'
import { formatSearchQuestion } from '../verify/search-wire.ts'
import type { SearchAnswer, SearchMatch, SearchQuestion, SearchRow } from '../verify/search.ts'
import type { SearchPages } from './search-pages.ts'
import { allWays, basesBySbom, originsJson, READ_FROM, relationOf } from './search-origins.ts'
import { basesOf } from './search-rows.ts'
import { whyOf } from './search-words.ts'
import { formatJsonLine } from './terminal.ts'

const COLUMNS = [
  'state',
  'image',
  'names',
  'component',
  'version',
  'match',
  'why',
  'asked',
  'entry',
  'disagreeing',
  'bases',
  'builders',
  'commits',
  'revoked',
  'introduced',
  'paths',
  'sbomBases',
]

/** @param notLookedFor how many packages were named and could not be looked for */
export function searchCsv({ answer, isWhole, origins }: SearchPages, notLookedFor = 0): string {
  const { asOf, coverage, question, items } = answer
  const lines = items.flatMap((row) => row.matches.map((match) => cellsOf(row, match, { question, origins })))
  const { origin, treeSize, indexedThrough } = asOf
  const facts = {
    origin,
    treeSize,
    indexedThrough,
    ...coverage,
    ...(isWhole ? {} : { limited: true }),
    ...(notLookedFor === 0 ? {} : { notLookedFor }),
  }
  const end = [
    '#END',
    String(lines.length),
    ...Object.entries(facts).map(([name, value]) => `${name}=${value}`),
  ]
  return [COLUMNS, ...lines, end].map(csvLine).join('')
}

interface Found {
  readonly question: SearchQuestion
  readonly origins: Origins
}

function cellsOf(row: SearchRow, match: SearchMatch, { question, origins }: Found): readonly string[] {
  return [
    row.status,
    row.image,
    row.names.join(' '),
    match.component,
    match.version,
    match.status,
    whyOf(match, question),
    question.parts[match.part]?.from ?? '',
    String(match.entry),
    row.silent.join(' '),
    basesOf(row).join(' '),
    row.provenance.map((one) => one.builder).join(' '),
    row.provenance.flatMap((one) => one.commits).join(' '),
    String(row.revoked),
    relationOf(match, origins),
    allWays(match, origins),
    basesBySbom(row, origins).join('; '),
  ]
}

/** @param notLookedFor what was named and could not be looked for */
export function searchNdjson(
  { pages, isWhole, origins }: SearchPages,
  notLookedFor: readonly string[] = [],
): string {
  const sent = new Set<string>()
  let checkpoint: string | undefined
  const records = pages.flatMap((page) => {
    const begin = checkpoint === undefined ? [answerRecord(page)] : []
    const renewed = checkpoint === page.asOf.checkpoint ? [] : [{ kind: 'AsOf', ...page.asOf }]
    checkpoint = page.asOf.checkpoint
    const entries = Object.entries(page.entries).filter(([index]) => !sent.has(index))
    for (const [index] of entries) sent.add(index)
    return [
      ...begin,
      ...renewed,
      ...entries.map(([index, entry]) => ({ kind: 'Entry', index: Number(index), ...entry })),
      ...page.items.map((row) => ({ kind: 'Row', ...row })),
    ]
  })
  const missed = notLookedFor.length === 0 ? {} : { notLookedFor }
  const count = pages.reduce((sum, page) => sum + page.items.length, 0)
  const paths = Object.entries(originsJson(origins)).map(([entry, told]) => ({
    kind: 'Paths',
    entry: Number(entry),
    ...READ_FROM,
    ...told,
  }))
  return [...records, ...paths, { kind: 'End', count, complete: isWhole, ...missed }]
    .map((one) => `${formatJsonLine(one)}\n`)
    .join('')
}

function answerRecord({ question, unregistered, coverage, assurance, notEstablished }: SearchAnswer): object {
  return {
    kind: 'Answer',
    question: formatSearchQuestion(question),
    unregistered,
    coverage,
    assurance,
    notEstablished,
  }
}
