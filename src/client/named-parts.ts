/**
 * From a name as people type it to the parts of a search: one for each package that the log knows under it, with the range
 * read in each one's own version order. Components without a purl that have the name come with those, as `undetermined`.
 */
import { Fault } from '../errors.ts'
import { editDistance } from '../encoding/edit-distance.ts'
import type { AffectedPackage } from '../sbom/advisory/affected.ts'
import { bareNamesOf, foldName } from '../sbom/bare-names.ts'
import { makePurl, parsePurl, purlName } from '../sbom/purl.ts'
import { parseRange, parseVers } from '../sbom/range.ts'
import { spokenNames } from '../sbom/spoken-names.ts'
import type { NameMatch, NameRow } from '../verify/names-answer.ts'
import type { SearchPart } from '../verify/search.ts'
import type { Client, NamesQuery } from './client.ts'
import type { Moment } from './moment.ts'
import { ecosystemOf, meantPackage, placeOfName, placeOfPurl, type MeantVersions } from './search-part.ts'

/** More are no longer one question; parts of one name have this limit too (verify/search-wire.ts). */
const MAX_MEANT = 100
/** Of names that are near to one that nothing has. */
const MAX_SUGGESTED = 5
/** Looked through for them, twice. */
const MAX_NEAR = 100
/** An unordered type: two versions are the same or nobody can tell. */
const NO_ORDER = 'generic'

export interface NamedQuery extends Moment {
  readonly name: string
  /** @default exact */
  readonly match?: NameMatch
  /** Native or VERS; VERS means packages of its type alone. */
  readonly range?: string
  /** Instead of a range. */
  readonly version?: string
  /** An ecosystem of OSV or a purl type. */
  readonly ecosystem?: string
}

export interface NamedParts {
  readonly parts: readonly SearchPart[]
  /** What the parts are made of. */
  readonly meant: readonly NameRow[]
}

type Named = Pick<Client, 'names'>

/**
 * @throws Fault `not-recorded` if nothing has the name, with names that are near
 * @throws Fault `malformed` (`parameter-malformed`) if too much has it; (`range-malformed`), `unsupported` if no meant package can have
 * such a range
 * @throws as `Client.names`
 */
export async function namedParts(client: Named, query: NamedQuery): Promise<NamedParts> {
  if (query.version !== undefined && query.range !== undefined)
    throw new Fault('parameter-malformed', 'range: expected none beside a version')
  const filter = filterOf(query)
  const meant = (await allNames(client, query, filter.type)).filter((row) =>
    row.name.startsWith(filter.prefix),
  )
  if (meant.length === 0) throw await nothingNamed(client, query, filter.type)
  const packages = meant.filter(({ kind }) => kind === 'purl').map(({ name }) => name)
  // Of what has a purl, components without one are candidates already, in that package's own order.
  const covered = new Set(packages.flatMap(bareNamesOf))
  const alone = meant.filter(({ kind, name }) => kind === 'name' && !covered.has(name))
  const keys = [...packages, ...alone.map(({ name }) => purlName(makePurl({ type: NO_ORDER, name })))]
  const cpes = meant.filter(({ kind }) => kind === 'cpe').map(({ name }) => name)
  return {
    parts: [...packageParts(keys, query), ...cpes.map((cpe) => cpePartOf(cpe, query))],
    meant,
  }
}

interface Filter {
  readonly type?: string
  /** Of purls: distributions share a type. */
  readonly prefix: string
}

function filterOf({ ecosystem, range }: NamedQuery): Filter {
  if (ecosystem !== undefined) return filterOfEcosystem(ecosystem)
  if (range?.trim().startsWith('vers:') !== true) return { prefix: '' }
  const { type } = parseVers(range.trim())
  return { type, prefix: '' }
}

function filterOfEcosystem(ecosystem: string): Filter {
  const known = ecosystemOf(ecosystem)
  const place = known === undefined ? undefined : placeOfName(known, 'a')
  const type = place?.type ?? ecosystem.toLowerCase()
  if (!/^[a-z][a-z0-9.-]*$/.test(type))
    throw new Fault(
      'parameter-malformed',
      `ecosystem: expected one such as npm, Maven or Debian, or a type of package URLs, got ${ecosystem.slice(0, 100)}`,
    )
  const [key = ''] = place?.distro === undefined ? [] : (place.keys ?? [])
  return { type, prefix: key.slice(0, key.lastIndexOf('/') + 1) }
}

async function allNames(
  client: Named,
  { name, match = 'exact', at, minSize }: NamedQuery,
  type: string | undefined,
): Promise<readonly NameRow[]> {
  const asked: NamesQuery = {
    name,
    match,
    limit: MAX_MEANT,
    ...(type === undefined ? {} : { type }),
    ...(at === undefined ? {} : { at }),
    ...(minSize === undefined ? {} : { minSize }),
  }
  const rows: NameRow[] = []
  let cursor: string | undefined
  do {
    const page = await client.names({ ...asked, ...(cursor === undefined ? {} : { cursor }) })
    rows.push(...page.items)
    cursor = page.next
    if (rows.length > MAX_MEANT || (rows.length === MAX_MEANT && cursor !== undefined)) throw tooMany(name)
  } while (cursor !== undefined)
  return rows
}

type Versions = Pick<NamedQuery, 'range' | 'version'>

function packageParts(keys: readonly string[], asked: Versions): readonly SearchPart[] {
  const failures: Fault[] = []
  const parts = keys.map((key): SearchPart => {
    // Other spellings of its name are found by the name as well.
    const place = { ...placeOfPurl(parsePurl(key, { lenient: true })), keys: [key] }
    try {
      return { kind: 'package', affected: meantPackage(place, versionsOf(asked, place.type)) }
    } catch (cause) {
      if (!(cause instanceof Fault)) throw cause
      failures.push(cause)
      const affected: AffectedPackage = { ...place, ranges: [{ kind: 'unreadable' }] }
      return { kind: 'package', affected }
    }
  })
  // Where some can read it, the others are shown as undetermined; where none can, it is a slip.
  const [first] = failures
  if (first !== undefined && failures.length === keys.length) throw first
  return parts
}

function versionsOf({ range, version }: Versions, type: string): MeantVersions {
  if (version !== undefined) return { listed: [version] }
  return range === undefined ? 'any' : { range: parseRange(range, type) }
}

function cpePartOf(cpe: string, { range, version }: Versions): SearchPart {
  return {
    kind: 'cpe',
    cpe,
    ...(version === undefined ? {} : { version }),
    ...(range === undefined ? {} : { range: parseRange(range, NO_ORDER) }),
  }
}

function tooMany(name: string): Fault {
  return new Fault(
    'parameter-malformed',
    `name: expected at most ${MAX_MEANT} packages that ${name.slice(0, 100)} may mean, found more`,
    { hint: 'Type more of the name, name the ecosystem, or give the package URL.' },
  )
}

async function nothingNamed(client: Named, query: NamedQuery, type: string | undefined): Promise<Fault> {
  const near = await nearNames(client, query, type)
  const suggestion = near.length === 0 ? '' : `Perhaps ${near.join(', ')}. `
  return new Fault(
    'not-recorded',
    `name: expected one that an SBOM in this log lists, found nothing called ${query.name.slice(0, 100)}`,
    {
      hint: `${suggestion}That nothing has the name is the server’s word. Images without an SBOM are unknown, not clean. A package URL is asked for whether or not it is known: pkg:TYPE/NAME.`,
    },
  )
}

/** Those that hold the name, else those that begin alike and differ in a few letters; nearest first. */
async function nearNames(
  client: Named,
  query: NamedQuery,
  type: string | undefined,
): Promise<readonly string[]> {
  const { at } = query
  const typed = foldName(query.name.trim())
  const page = {
    limit: MAX_NEAR,
    ...(type === undefined ? {} : { type }),
    ...(at === undefined ? {} : { at }),
  }
  const beginning = typed.slice(0, Math.ceil(typed.length / 2))
  const [holding, alike] = await Promise.all([
    client.names({ ...page, name: typed, match: 'substring' }),
    client.names({ ...page, name: beginning, match: 'prefix' }),
  ])
  const distances = new Map<string, number>()
  for (const row of [...alike.items, ...holding.items]) {
    const distance = Math.min(...spokenNames(row).map((spoken) => editDistance(typed, spoken)))
    if (distance <= Math.ceil(typed.length / 3) || holding.items.includes(row))
      distances.set(row.name, distance)
  }
  const nearest = [...distances].sort(([, a], [, b]) => a - b)
  return nearest.slice(0, MAX_SUGGESTED).map(([name]) => name)
}
