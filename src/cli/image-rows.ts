/** Rows of an answer by statements, or of evidence about one component, as people read them; searches have search-rows.ts. */
import type { FoundRow, ImageRow, ProvenanceRow } from '../verify/answer.ts'
import { formatTable } from './table.ts'
import { visible } from './terminal.ts'

type Row = ImageRow | FoundRow

const HEADER = ['IMAGE', 'STATUS', 'HAS', 'SBOM', 'CHECK']

/**
 * One line for each image with everything in it, which a script can cut into columns. Where a person's terminal is
 * narrower, digest and origin stand below the image, whole as well.
 */
export function formatImageRows(rows: readonly Row[], columns: number | undefined): readonly string[] {
  const wide = formatTable(
    [...HEADER, 'DIGEST', 'BUILT BY', 'FROM COMMIT', 'CLAIMED'],
    rows.map((row) => [
      ...cellsOf(row),
      row.image,
      buildersOf(row).join(' ') || '–',
      commitsOf(row).join(' ') || '–',
      builtTimes(row.provenance).join(' ') || '–',
    ]),
  )
  if (columns === undefined || wide.every((line) => line.length <= columns)) return wide
  const [header = '', ...lines] = formatTable(HEADER, rows.map(cellsOf))
  return [header, ...rows.flatMap((row, at) => [lines[at] ?? '', ...belowOf(row)])]
}

function cellsOf(row: Row): readonly string[] {
  const [first = '(no name)', ...others] = row.names
  const proven = [...row.matches, ...row.provenance].map((one) => one.entry)
  return [
    others.length === 0 ? first : `${first} (+${others.length})`,
    row.revoked ? `${row.status}, revoked` : row.status,
    unique(row.matches.map((one) => ('purl' in one ? versionOf(one.purl) : `said by #${one.entry}`))).join(
      ' ',
    ),
    entriesOf(row.sboms),
    `✓ ${entriesOf(unique(proven).toSorted((a, b) => a - b))}`,
  ]
}

function belowOf(row: Row): readonly string[] {
  return [row.image, ...unique(row.provenance.map(builtText))].map((line) => `  ${visible(line)}`)
}

/** `built by https://… from host/repo@commit (claimed: 2026-…)`; the time is the signer's word. */
export function builtText({ builder, commits, claimed }: ProvenanceRow): string {
  return [
    'built',
    ...(builder === '' ? [] : ['by', builder]),
    ...(commits.length === 0 ? [] : ['from', ...commits]),
    ...builtTime(claimed).map((time) => `(claimed: ${time})`),
  ].join(' ')
}

/** When it was built, each once. */
export function builtTimes(provenance: readonly ProvenanceRow[]): readonly string[] {
  return unique(provenance.flatMap((one) => builtTime(one.claimed)))
}

/** Of two times the later: when it was done. Its word is the signer's. */
function builtTime(claimed: ProvenanceRow['claimed']): readonly string[] {
  const time = claimed?.finishedOn ?? claimed?.startedOn
  return time === undefined ? [] : [time]
}

function buildersOf(row: Row): readonly string[] {
  return unique(row.provenance.map((one) => one.builder).filter((builder) => builder !== ''))
}

function commitsOf(row: Row): readonly string[] {
  return unique(row.provenance.flatMap((one) => one.commits))
}

/** `#4 #17`, as people read them. */
export function entriesOf(entries: readonly number[]): string {
  return entries.map((entry) => `#${entry}`).join(' ')
}

function versionOf(purl: string): string {
  const at = purl.lastIndexOf('@')
  return at === -1 ? '(no version)' : decodeURIComponent(purl.slice(at + 1))
}

function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)]
}
