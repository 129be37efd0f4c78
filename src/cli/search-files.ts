/**
 * A search as CSV and as NDJSON. Both end with a record that says so: without it the file was cut.
 *
 * CSV has one line for each match; its cells are guarded as those of the server's (http/csv.ts). NDJSON has the records of
 * http/ndjson.ts.
 */
import { csvLine } from '../http/csv.ts'
import { formatSearchQuestion } from '../verify/search-wire.ts'
import type { SearchAnswer, SearchMatch, SearchQuestion, SearchRow } from '../verify/search.ts'
import type { SearchPages } from './search-pages.ts'
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
  'lifted',
  'vex',
]

/** @param notLookedFor how many packages were named and could not be looked for */
export function searchCsv({ answer, isWhole, hiddenLifted }: SearchPages, notLookedFor = 0): string {
  const { asOf, coverage, question, items } = answer
  const lines = items.flatMap((row) => row.matches.map((match) => cellsOf(row, match, question)))
  const { origin, treeSize, indexedThrough } = asOf
  const facts = {
    origin,
    treeSize,
    indexedThrough,
    ...coverage,
    ...(isWhole ? {} : { limited: true }),
    ...(notLookedFor === 0 ? {} : { notLookedFor }),
    ...(hiddenLifted === undefined ? {} : { hiddenLifted }),
  }
  const end = [
    '#END',
    String(lines.length),
    ...Object.entries(facts).map(([name, value]) => `${name}=${value}`),
  ]
  return [COLUMNS, ...lines, end].map(csvLine).join('')
}

function cellsOf(row: SearchRow, match: SearchMatch, question: SearchQuestion): readonly string[] {
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
    String(match.lifted ?? false),
    saidOf(row, match),
  ]
}

/** `#12 security not_affected vulnerable_code_not_present`, of this component alone. */
function saidOf({ vex = [] }: SearchRow, { component }: SearchMatch): string {
  return vex
    .filter(({ components }) => components.includes(component))
    .map(({ entry, signer, status, justification }) =>
      `#${entry} ${signer} ${status} ${justification}`.trim(),
    )
    .join('; ')
}

/** @param notLookedFor what was named and could not be looked for */
export function searchNdjson(
  { pages, isWhole, hiddenLifted }: SearchPages,
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
  const missed = {
    ...(notLookedFor.length === 0 ? {} : { notLookedFor }),
    ...(hiddenLifted === undefined ? {} : { hiddenLifted }),
  }
  const count = pages.reduce((sum, page) => sum + page.items.length, 0)
  return [...records, { kind: 'End', count, complete: isWhole, ...missed }]
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
