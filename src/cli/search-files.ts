/**
 * A search as CSV and as NDJSON. Both end with a record that says so: without it the file was cut.
 *
 * CSV has one line for each match; its cells are guarded as those of the server's (http/csv.ts). NDJSON has the records of
 * http/ndjson.ts.
 */
import type { Origins } from '../client/introductions.ts'
import { csvLine } from '../http/csv.ts'
import type { AsOf } from '../verify/answer.ts'
import { formatSearchQuestion } from '../verify/search-wire.ts'
import type { SearchAnswer, SearchMatch, SearchQuestion, SearchRow } from '../verify/search.ts'
import type { SearchPages } from './search-pages.ts'
import { allWays, basesBySbom, originsJson, READ_FROM, relationOf } from './search-origins.ts'
import { basesOf } from './search-rows.ts'
import { deploymentsOf, lineageOf, toolOf, whyOf } from './search-words.ts'
import { formatJsonLine } from './terminal.ts'
import type { UnknownImageRow } from '../verify/unknown-answer.ts'
import { buildersOf, commitsOf, whyUnknown, type UnknownImages } from './unknown-images.ts'

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
  'lifted',
  'vex',
  'deployments',
  'confidence',
  'tool',
  'lineage',
]

/** @param notLookedFor how many packages were named and could not be looked for */
export function searchCsv(
  { answer, isWhole, origins, unknown, hiddenLifted }: SearchPages,
  notLookedFor = 0,
): string {
  const { asOf, assurance, coverage, question, items } = answer
  const lines = [
    ...items.flatMap((row) => row.matches.map((match) => cellsOf(row, match, { question, origins }))),
    ...(unknown ?? []).map(unknownCells),
  ]
  const end = endLine(lines.length, asOf, {
    ...coverage,
    assurance,
    ...(isWhole ? {} : { limited: true }),
    ...(notLookedFor === 0 ? {} : { notLookedFor }),
    ...(hiddenLifted === undefined ? {} : { hiddenLifted }),
  })
  return [COLUMNS, ...lines, end].map(csvLine).join('')
}

/** Images without an SBOM that counts, in the same columns. */
export function unknownCsv({ answer: { items, asOf, coverage }, isWhole }: UnknownImages): string {
  const end = endLine(items.length, asOf, { ...coverage, ...(isWhole ? {} : { limited: true }) })
  return [COLUMNS, ...items.map(unknownCells), end].map(csvLine).join('')
}

function endLine(rows: number, { origin, treeSize, indexedThrough }: AsOf, facts: object): readonly string[] {
  const all = Object.entries({ origin, treeSize, indexedThrough, ...facts })
  return ['#END', String(rows), ...all.map(([name, value]) => `${name}=${value}`)]
}

/** The entry is the one by which the image is known. */
function unknownCells(row: UnknownImageRow): readonly string[] {
  const cells: Readonly<Record<string, string>> = {
    state: 'unknown',
    image: row.image,
    names: row.names.join(' '),
    why: whyUnknown(row),
    entry: String(row.entry),
    builders: buildersOf(row).join(' '),
    commits: commitsOf(row).join(' '),
    revoked: String(row.revoked),
  }
  return COLUMNS.map((name) => cells[name] ?? '')
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
    String(match.lifted ?? false),
    saidOf(row, match),
    deploymentsOf(row).join('; '),
    match.confidence,
    toolOf(row, match.entry),
    lineageOf(row).join('; '),
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
export function searchNdjson(found: SearchPages, notLookedFor: readonly string[] = []): string {
  const { answer, isWhole, hiddenLifted } = found
  const end = {
    kind: 'End',
    count: answer.items.length,
    complete: isWhole,
    ...(notLookedFor.length === 0 ? {} : { notLookedFor }),
    ...(hiddenLifted === undefined ? {} : { hiddenLifted }),
  }
  return ndjsonOf([...searchRecords(found), end])
}

function ndjsonOf(records: readonly object[]): string {
  return records.map((one) => `${formatJsonLine(one)}\n`).join('')
}

/** All but the end. */
export function searchRecords({ pages, origins, unknown = [] }: SearchPages): readonly object[] {
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
  const paths = Object.entries(originsJson(origins)).map(([entry, told]) => ({
    kind: 'Paths',
    entry: Number(entry),
    ...READ_FROM,
    ...told,
  }))
  const beside = unknown.map((row) => ({ kind: 'Unknown', toldBy: 'server', ...row }))
  return [...records, ...paths, ...beside]
}

export function unknownNdjson({ answer, isWhole }: UnknownImages): string {
  const { question, coverage, assurance, notEstablished, asOf, entries, items } = answer
  const records = [
    { kind: 'Answer', question, coverage, assurance, notEstablished },
    { kind: 'AsOf', ...asOf },
    ...Object.entries(entries).map(([index, entry]) => ({ kind: 'Entry', index: Number(index), ...entry })),
    ...items.map((row) => ({ kind: 'Unknown', toldBy: 'server', ...row })),
    { kind: 'End', count: items.length, complete: isWhole },
  ]
  return ndjsonOf(records)
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
