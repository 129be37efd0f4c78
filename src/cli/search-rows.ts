/** Rows of a search as people read them. */
import type { Origins } from '../client/introductions.ts'
import type { SearchMatch, SearchQuestion, SearchRow } from '../verify/search.ts'
import { restsOn } from '../verify/row-check.ts'
import { builtText, builtTimes, entriesOf } from './image-rows.ts'
import { basesBySbom, howItGotIn } from './search-origins.ts'
import {
  deploymentsOf,
  liftedBy,
  lineageOf,
  shownComponent,
  sureWhyOf,
  toolOf,
  unique,
  vexText,
} from './search-words.ts'
import { formatTable } from './table.ts'
import { visible } from './terminal.ts'

export interface SearchTable {
  readonly header: string
  /** The lines of each row, in the rows' order. */
  readonly blocks: readonly (readonly string[])[]
}

/** What a cell is made of beside its row. */
interface Found {
  readonly question: SearchQuestion
  readonly origins: Origins
}

const WIDE_HEADER = ['IMAGE', 'STATUS', 'HAS', 'WHY', 'HOW IT GOT IN', 'BASE']
/** Where one of them belongs to an index, or is one. */
const LINEAGE_HEADER = ['PART OF']
/** Where a search is about an environment. */
const PLACE_HEADER = ['RUNS IN']
const ORIGIN_HEADER = ['BUILT BY', 'FROM COMMIT', 'CLAIMED', 'SBOM', 'CHECK', 'DIGEST']
const HEADER = ['IMAGE', 'STATUS', 'HAS', 'SBOM', 'CHECK']

/**
 * One line for each image with everything in it. Where a person's terminal is narrower, digest, reasons, base and origin
 * stand below the image, whole as well.
 */
export function formatSearchRows(
  rows: readonly SearchRow[],
  question: SearchQuestion,
  columns: number | undefined,
  origins: Origins,
): SearchTable {
  const found = { question, origins }
  const isRelated = rows.some(({ lineage }) => lineage !== undefined)
  const wide = tableOf(
    [
      ...WIDE_HEADER,
      ...(isRelated ? LINEAGE_HEADER : []),
      ...(rows.some(isPlaced) ? PLACE_HEADER : []),
      ...ORIGIN_HEADER,
    ],
    rows.map((row) => wideCells(row, found, isRelated)),
  )
  if (columns === undefined || [wide.header, ...wide.blocks.flat()].every((line) => line.length <= columns))
    return wide
  const narrow = tableOf(HEADER, rows.map(narrowCells))
  const nameOfBase = baseNames(rows)
  return {
    header: narrow.header,
    blocks: narrow.blocks.map((block, at) => {
      const row = rows[at]
      return row === undefined ? block : [...block, ...belowOf(row, found, nameOfBase)]
    }),
  }
}

function tableOf(header: readonly string[], rows: readonly (readonly string[])[]): SearchTable {
  const [first = '', ...lines] = formatTable(header, rows)
  return { header: first, blocks: lines.map((line) => [line]) }
}

function wideCells(row: SearchRow, { question, origins }: Found, isRelated: boolean): readonly string[] {
  return [
    imageCell(row),
    row.lifted === true ? `${statusOf(row)}, ${liftedBy(row)}` : statusOf(row),
    unique(row.matches.map(shownComponent)).join(' '),
    unique([...row.matches.map((one) => sureWhyOf(one, question)), ...vexBeside(row)]).join('; '),
    unique(row.matches.map((one) => howItGotIn(one, origins))).join('; '),
    joined([...basesOf(row), ...basesBySbom(row, origins).map(bySbom)]),
    ...(isRelated ? [lineageOf(row).join('; ') || '–'] : []),
    ...(isPlaced(row) ? [deploymentsOf(row).join('; ')] : []),
    joined(row.provenance.map((one) => one.builder)),
    joined(row.provenance.flatMap((one) => one.commits)),
    joined(builtTimes(row.provenance)),
    row.sboms.map((entry) => sbomText(row, entry)).join(' '),
    checkCell(row),
    row.image,
  ]
}

/** All rows of an answer, or none. */
function isPlaced({ deployments }: SearchRow): boolean {
  return deployments !== undefined
}

function narrowCells(row: SearchRow): readonly string[] {
  const [first = '', ...others] = unique(row.matches.map(shownComponent))
  const has = others.length === 0 ? first : `${first} (+${others.length})`
  return [
    imageCell(row),
    row.lifted === true ? `${statusOf(row)}, lifted` : statusOf(row),
    has,
    entriesOf(row.sboms),
    checkCell(row),
  ]
}

function bySbom(base: string): string {
  return `${base} (by the SBOM)`
}

function belowOf(row: SearchRow, found: Found, nameOfBase: BaseNames): readonly string[] {
  const origins = row.provenance.map(builtText)
  const stated = basesBySbom(row, found.origins).map(bySbom)
  const bases = [...basesOf(row).map(nameOfBase), ...stated].map((base) => `built on ${base}`)
  const runs = deploymentsOf(row).map((one) => `runs in ${one}`)
  const said = row.lifted === true ? [liftedBy(row)] : vexBeside(row)
  return unique([
    row.image,
    ...reasonsOf(row, found.question),
    ...said,
    ...waysOf(row, found.origins),
    ...lineageOf(row),
    ...runs,
    ...bases,
    ...origins,
  ]).map((line) => `  ${visible(line)}`)
}

/** A line for each component and reason, with all entries that say so. */
function reasonsOf(row: SearchRow, question: SearchQuestion): readonly string[] {
  const said = entriesByText(row, (one) => `${shownComponent(one)}: ${sureWhyOf(one, question)}`)
  return [...said].map(([text, entries]) => {
    const sboms = entries.map((entry) => sbomText(row, entry))
    return `${text}, says ${sboms.join(' ')}`
  })
}

/** A line for each way in; where several SBOMs list what was found, with those that tell of it. */
function waysOf(row: SearchRow, origins: Origins): readonly string[] {
  const told = entriesByText(row, (one) => `got in: ${howItGotIn(one, origins)}`)
  const isByOne = unique(row.matches.map((one) => one.entry)).length === 1
  return [...told].map(([text, entries]) => (isByOne ? text : `${text}, by ${entriesOf(entries)}`))
}

/** The entries of a row's matches, by what is said of them. */
function entriesByText(
  { matches }: SearchRow,
  textOf: (match: SearchMatch) => string,
): ReadonlyMap<string, readonly number[]> {
  const entries = new Map<string, readonly number[]>()
  for (const match of matches) {
    const text = textOf(match)
    entries.set(text, unique([...(entries.get(text) ?? []), match.entry]))
  }
  return entries
}

/** `#3 (syft 1.4.1)` */
function sbomText(row: SearchRow, entry: number): string {
  const tool = toolOf(row, entry)
  return tool === '' ? `#${entry}` : `#${entry} (${tool})`
}

type BaseNames = (base: string) => string

/** Bases that are found themselves have a name to show. */
export function baseNames(rows: readonly SearchRow[]): BaseNames {
  const known = new Map<string, SearchRow>(rows.map((row) => [row.image, row]))
  return (base) => {
    const name = known.get(base)?.names[0]
    return name === undefined ? base : `${name} ${base}`
  }
}

function imageCell({ names }: SearchRow): string {
  const [first = '(no name)', ...others] = names
  return others.length === 0 ? first : `${first} (+${others.length})`
}

/** What was said without lifting all that was found. */
function vexBeside({ lifted, vex = [] }: SearchRow): readonly string[] {
  return lifted === true ? [] : vex.map(vexText)
}

function statusOf({ status, revoked }: SearchRow): string {
  return revoked ? `${status}, revoked` : status
}

function checkCell(row: SearchRow): string {
  return `✓ ${entriesOf(unique(restsOn(row)).toSorted((a, b) => a - b))}`
}

export function basesOf({ provenance }: SearchRow): readonly string[] {
  return unique(provenance.flatMap((one) => one.bases))
}

function joined(values: readonly string[]): string {
  return unique(values.filter((value) => value !== '')).join(' ') || '–'
}

/** Where the SBOMs of one image disagree, a sentence for each image. */
export function disagreements(rows: readonly SearchRow[]): readonly string[] {
  return rows
    .filter(({ silent }) => silent.length > 0)
    .map(({ names, image, matches, silent }) => {
      const listing = entriesOf(unique(matches.map((one) => one.entry)))
      const name = names[0] === undefined ? image : `${names[0]} (${image})`
      return `SBOMs of ${visible(name)} disagree: listed by ${listing}, not by ${entriesOf(silent)}.`
    })
}
