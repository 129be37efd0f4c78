/**
 * Lists of packages (indicators of compromise, watch lists) as the parts of a search: purls or names, each with versions,
 * a range, or nothing, which means every version. One part for each package, however many lines name it.
 *
 *     chalk@5.6.1                      pkg:npm/%40ctrl/tinycolor@4.1.1
 *     @zapier/ai-actions,= 0.1.18 || = 0.1.19
 *     PyPI;ultralytics;8.3.41|8.3.42
 *     package_name,package_versions,sources
 *
 * A line that cannot be read refuses the whole list: a package that is not looked for would look clean.
 */
import { Fault } from '../errors.ts'
import type { PackagePlace } from '../sbom/advisory/ecosystem.ts'
import { parsePurl } from '../sbom/purl.ts'
import { parseRange } from '../sbom/range.ts'
import type { SearchPart } from '../verify/search.ts'
import { listLines, type ListLine } from './list-lines.ts'
import {
  ecosystemOf,
  meantPackage,
  placeOfName,
  placeOfPurl,
  versionOfPurl,
  type MeantVersions,
} from './search-part.ts'

export interface PackageList {
  /** `from` is `line N`, or `lines N, M, …`. */
  readonly parts: readonly SearchPart[]
  /** The line that was taken as names of columns; undefined if there is none. */
  readonly header?: number
  /** Lines that name packages. */
  readonly lines: number
}

export interface ListOptions {
  /** Of names that come without one: `npm`, `PyPI`. Without it such a name is refused. */
  readonly ecosystem?: string
  /** Of the list, for messages. @default `list` */
  readonly name?: string
}

type Column = 'purl' | 'name' | 'version' | 'ecosystem'

/** What one line says. */
interface Stated {
  readonly purl?: string
  readonly name?: string
  readonly ecosystem?: string
  readonly versions: readonly string[]
}

interface Named {
  readonly line: number
  readonly place: PackagePlace
  readonly versions: MeantVersions
}

/** Longer than any version that a package manager takes. */
const MAX_VERSION_LENGTH = 200
/** Bad lines that a message names. */
const MAX_NAMED_LINES = 10

const NAMES = 'name|package|packages|package_?name|module|component|artifact|library|dependency'
const columns: readonly (readonly [Column, RegExp])[] = [
  ['purl', /^(?:purls?|package_?url)$/],
  ['name', new RegExp(`^(?:${NAMES})$`)],
  [
    'version',
    /^(?:(?:package|affected|bad|compromised|infected|malicious|vulnerable)_?)?(?:versions?|version\(s\))$/,
  ],
  ['ecosystem', /^(?:ecosystem|package_?manager|package_?type|registry|type)$/],
]
/** Half of a name: what it is joined with differs between ecosystems. */
const HALF = /^(?:group|group_?id|namespace|scope|vendor|org)$/
const ANY = /^(?:|\*|-|any|all|all versions|n\/?a)$/i
const VERSION_LIKE = /^(?:[=v\s]*\d|[<>^~!]|vers:)/i

/** @throws Fault `list-malformed` with the lines and what to write, `list-too-large` */
export function iocParts(text: string, options: ListOptions = {}): PackageList {
  const { name = 'list' } = options
  const usual = options.ecosystem === undefined ? undefined : requireEcosystem(options.ecosystem)
  const [first, ...rest] = listLines(text, name)
  if (first === undefined) throw new Fault('list-malformed', `${name}: expected packages, got nothing`)
  const header = columnsOf(first, name)
  const lines = header === undefined ? [first, ...rest] : rest
  if (lines.length === 0)
    throw new Fault('list-malformed', `${name}: expected packages below the names of columns, got nothing`)
  const named: Named[] = []
  const refused: { readonly line: number; readonly cause: Fault }[] = []
  for (const one of lines) {
    try {
      named.push(readLine(one, header, usual))
    } catch (cause) {
      if (!(cause instanceof Fault)) throw cause
      refused.push({ line: one.line, cause })
    }
  }
  const [bad, ...others] = refused
  if (bad !== undefined)
    throw refusal(
      name,
      bad,
      others.map((one) => one.line),
    )
  return { parts: merge(named), lines: lines.length, ...(header === undefined ? {} : { header: first.line }) }
}

/** @throws Fault `parameter-malformed` */
function requireEcosystem(text: string): string {
  const known = ecosystemOf(text)
  if (known !== undefined) return known
  throw new Fault(
    'parameter-malformed',
    `ecosystem: expected one such as npm or PyPI, got ${text.slice(0, 100)}`,
    {
      hint: 'npm, PyPI, Maven, Go, NuGet, RubyGems, crates.io, Packagist, Hex, Pub; Debian:12, Ubuntu:22.04, Alpine:v3.19.',
    },
  )
}

function refusal(
  name: string,
  { line, cause }: { readonly line: number; readonly cause: Fault },
  others: readonly number[],
): Fault {
  const more = others.length > MAX_NAMED_LINES ? `, … (${others.length} in all)` : ''
  const also = others.length === 0 ? '' : `; also line ${others.slice(0, MAX_NAMED_LINES).join(', ')}${more}`
  return new Fault('list-malformed', `${name}: line ${line}: ${cause.message}${also}`, {
    cause,
    ...(cause.hint === undefined ? {} : { hint: cause.hint }),
  })
}

/** What stands in each column, if the line names columns: no cell of it may be a version or a purl. */
function columnsOf({ cells }: ListLine, name: string): readonly (Column | undefined)[] | undefined {
  const words = cells.map((cell) => cell.toLowerCase().replace(/[\s-]+/g, '_'))
  const found = words.map((word) => columns.find(([, pattern]) => pattern.test(word))?.[0])
  if (!found.includes('purl') && !found.includes('name')) return undefined
  if (cells.some((cell) => VERSION_LIKE.test(cell) || /^pkg:/i.test(cell))) return undefined
  const half = cells[words.findIndex((word) => HALF.test(word))]
  if (half === undefined || found.includes('purl')) return found
  throw new Fault(
    'list-malformed',
    `${name}: expected whole names, got a column ${half.slice(0, 100)} beside them`,
    {
      hint: 'Write purls, or the whole name in one column: org.example:lib, @scope/name, vendor/name.',
    },
  )
}

function readLine(
  { line, cells }: ListLine,
  header: readonly (Column | undefined)[] | undefined,
  usual: string | undefined,
): Named {
  const stated = header === undefined ? statedByShape(cells) : statedByHeader(cells, header)
  if (stated.purl !== undefined) return { line, ...readPurl(stated.purl, stated.versions) }
  const ecosystem = stated.ecosystem === undefined ? usual : requireEcosystem(stated.ecosystem)
  return { line, ...readName(stated.name ?? '', ecosystem, stated.versions) }
}

function statedByHeader(cells: readonly string[], header: readonly (Column | undefined)[]): Stated {
  const cell = (column: Column): string => cells[header.indexOf(column)] ?? ''
  const [purl, name, ecosystem] = [cell('purl'), cell('name'), cell('ecosystem')]
  // A column of versions that is cut at its own commas goes on in the cells that have no name.
  const beyond = header.at(-1) === 'version' ? cells.slice(header.length) : []
  return {
    ...(purl === '' ? (/^pkg:/i.test(name) ? { purl: name } : { name }) : { purl }),
    ...(ecosystem === '' ? {} : { ecosystem }),
    versions: [cell('version'), ...beyond],
  }
}

function statedByShape([first = '', ...rest]: readonly string[]): Stated {
  if (/^pkg:/i.test(first)) return { purl: first, versions: requireVersions(rest) }
  const [second = ''] = rest
  const isEcosystem = ecosystemOf(first) !== undefined && second !== '' && !isVersions(second)
  if (!isEcosystem) return { name: first, versions: requireVersions(rest) }
  const versions = requireVersions(rest.slice(1))
  return /^pkg:/i.test(second) ? { purl: second, versions } : { ecosystem: first, name: second, versions }
}

/** Versions come first; what stands behind them is somebody's remark. */
function requireVersions(cells: readonly string[]): readonly string[] {
  const [first = ''] = cells
  if (!isVersions(first)) throw expected('a version', first, 'Write name,version or ecosystem,name,version.')
  const end = cells.findIndex((cell) => !isVersions(cell))
  return end === -1 ? cells : cells.slice(0, end)
}

function isVersions(cell: string): boolean {
  return ANY.test(cell) || VERSION_LIKE.test(cell)
}

function readPurl(text: string, versions: readonly string[]): Omit<Named, 'line'> {
  const purl = parsePurl(text, { lenient: true })
  const place = placeOfPurl(purl)
  const version = versionOfPurl(purl)
  return {
    place,
    versions: meantVersions([...(version === undefined ? [] : [version]), ...versions], place.type),
  }
}

function readName(
  text: string,
  ecosystem: string | undefined,
  versions: readonly string[],
): Omit<Named, 'line'> {
  const { name, version } = splitName(text, ecosystem)
  if (name === '' || /[\s,;|"]/.test(name)) throw expected('the name of a package', text)
  if (ecosystem === undefined) {
    throw expected(
      'a package URL, or a name with its ecosystem',
      name,
      `Write pkg:npm/${name}, or npm,${name}, or say for all names of the list: --ecosystem npm`,
    )
  }
  const place = placeOfName(ecosystem, name)
  if (place === undefined) throw expected(`the name of a package of ${ecosystem}`, name)
  return { place, versions: meantVersions([version, ...versions], place.type) }
}

/** `name@1.0`, `@scope/name@1.0`, `name==1.0`, `group:artifact:1.0`, `name 1.0`. */
function splitName(
  text: string,
  ecosystem: string | undefined,
): { readonly name: string; readonly version: string } {
  const [, spaced = text, behind = ''] = /^(\S+)\s+(.+)$/.exec(text) ?? []
  if (!isVersions(behind)) return { name: text, version: '' }
  const patterns = [
    /^(.+?)==(.+)$/,
    ecosystem === 'Maven' ? /^([^:]+:[^:]+):(.+)$/ : undefined,
    /^(.+)@(.+)$/,
  ]
  const [, name = spaced, version = ''] =
    patterns.map((one) => one?.exec(spaced)).find((one) => one !== undefined && one !== null) ?? []
  return { name, version: [version, behind].filter((one) => one !== '').join(' ') }
}

function meantVersions(texts: readonly string[], type: string): MeantVersions {
  const stated = texts.filter((text) => !ANY.test(text))
  if (stated.length === 0) return 'any'
  const whole = stated.join(' || ')
  if (/[<>^~!]|\.[x*](?:\D|$)|^vers:/i.test(whole)) {
    if (stated.length === 1) return { range: parseRange(whole, type) }
    throw expected('a range or versions', whole, 'Write each in a line of its own.')
  }
  const listed = whole
    .split(/[\s,;|]+/)
    .map((text) => text.replace(/^=+/, ''))
    .filter((text) => text !== '')
  const wrong = listed.find((text) => !/\d/.test(text) || text.length > MAX_VERSION_LENGTH)
  if (wrong !== undefined) throw expected('versions', wrong, 'Leave it out to look for every version.')
  return { listed }
}

function expected(what: string, got: string, hint?: string): Fault {
  const shown = got === '' ? 'nothing' : JSON.stringify(got.slice(0, 100))
  return new Fault('list-malformed', `expected ${what}, got ${shown}`, hint === undefined ? {} : { hint })
}

/** One part for each package, in the order in which they are first named. */
function merge(named: readonly Named[]): readonly SearchPart[] {
  const byPlace = new Map<string, { readonly place: PackagePlace; readonly same: Named[] }>()
  for (const one of named) {
    const { place } = one
    const key = JSON.stringify([place.keys, place.names, place.distro])
    const known = byPlace.get(key)
    if (known === undefined) byPlace.set(key, { place, same: [one] })
    else known.same.push(one)
  }
  return [...byPlace.values()].map(({ place, same }) => partOf(place, same))
}

/** What any of the lines means. */
function partOf(place: PackagePlace, same: readonly Named[]): SearchPart {
  const listed = same.flatMap(({ versions }) =>
    typeof versions === 'object' && 'listed' in versions ? versions.listed : [],
  )
  const ranges = same.flatMap(({ versions }) =>
    typeof versions === 'object' && 'listed' in versions ? [] : meantPackage(place, versions).ranges,
  )
  const affected = { ...meantPackage(place, { listed: [...new Set(listed)] }), ranges }
  return { kind: 'package', from: fromOf(same.map(({ line }) => line)), affected }
}

function fromOf(lines: readonly number[]): string {
  const shown = lines.slice(0, MAX_NAMED_LINES).join(', ')
  return `${lines.length === 1 ? 'line' : 'lines'} ${shown}${lines.length > MAX_NAMED_LINES ? ', …' : ''}`
}
