/**
 * Parts of a search from what a person names: a package URL, with versions or without; a CPE; a package by ecosystem and
 * name. Advisories are the business of advisory-parts.ts, lists of package-list.ts.
 */
import { Fault } from '../errors.ts'
import { listVersions, type AffectedPackage } from '../sbom/advisory/affected.ts'
import type { AdvisoryDistro } from '../sbom/advisory/distro.ts'
import { placeOf, type PackagePlace } from '../sbom/advisory/ecosystem.ts'
import type { VersionRange } from '../sbom/constraint.ts'
import { parseCpe } from '../sbom/cpe.ts'
import { distroOf, identityOf, identityVersion } from '../sbom/identity.ts'
import { withAliases } from '../sbom/key-aliases.ts'
import { parsePurl, purlName, type Purl } from '../sbom/purl.ts'
import { parseRange } from '../sbom/range.ts'
import type { SearchPart } from '../verify/search.ts'

/** Single versions, those of a range, or all of them. */
export type MeantVersions = { readonly listed: readonly string[] } | { readonly range: VersionRange } | 'any'

/** Types whose packages belong to a distribution, and are built from source packages. */
const distroTypes: ReadonlySet<string> = new Set(['apk', 'deb', 'rpm'])

/** What people and package managers call the ecosystems of OSV, in lower case. */
const ecosystems: ReadonlyMap<string, string> = new Map([
  ['almalinux', 'AlmaLinux'],
  ['alpine', 'Alpine'],
  ['bitnami', 'Bitnami'],
  ['cargo', 'crates.io'],
  ['composer', 'Packagist'],
  ['conan', 'ConanCenter'],
  ['conancenter', 'ConanCenter'],
  ['cran', 'CRAN'],
  ['crates', 'crates.io'],
  ['crates.io', 'crates.io'],
  ['debian', 'Debian'],
  ['dotnet', 'NuGet'],
  ['gem', 'RubyGems'],
  ['go', 'Go'],
  ['golang', 'Go'],
  ['hackage', 'Hackage'],
  ['hex', 'Hex'],
  ['java', 'Maven'],
  ['maven', 'Maven'],
  ['node', 'npm'],
  ['npm', 'npm'],
  ['npmjs', 'npm'],
  ['nuget', 'NuGet'],
  ['packagist', 'Packagist'],
  ['php', 'Packagist'],
  ['pip', 'PyPI'],
  ['pub', 'Pub'],
  ['pypi', 'PyPI'],
  ['python', 'PyPI'],
  ['red hat', 'Red Hat'],
  ['redhat', 'Red Hat'],
  ['rocky linux', 'Rocky Linux'],
  ['ruby', 'RubyGems'],
  ['rubygems', 'RubyGems'],
  ['rust', 'crates.io'],
  ['suse', 'SUSE'],
  ['swift', 'SwiftURL'],
  ['ubuntu', 'Ubuntu'],
  ['wolfi', 'Wolfi'],
])

/** `npm`, `pip`, `Debian:12`, in any case; undefined for what is none. */
export function ecosystemOf(text: string): string | undefined {
  const [name = '', ...release] = text.trim().split(':')
  const known = ecosystems.get(name.trim().toLowerCase())
  return known === undefined ? undefined : [known, ...release].join(':')
}

/** A package by the name that its ecosystem gives it; undefined if it has no such names. */
export function placeOfName(ecosystem: string, name: string): PackagePlace | undefined {
  const place = placeOf(ecosystem, name)
  // Whoever writes a list has seen the package as it is installed, or as it is built: nobody says which.
  return place?.names === 'source' ? { ...place, names: 'either' } : place
}

/** What a purl names, whatever its version; `distro=debian-12` in it means packages of that release alone. */
export function placeOfPurl(purl: Purl): PackagePlace {
  const identity = identityOf(purl)
  const { type } = identity
  const keys = withAliases(purlName(identity))
  if (!distroTypes.has(type)) return { type, names: 'installed', keys }
  const distro = advisoryDistro(identity)
  return { type, names: 'either', keys, ...(distro === undefined ? {} : { distro }) }
}

function advisoryDistro(identity: Purl): AdvisoryDistro | undefined {
  const text = distroOf(identity, '')
  if (text === '') return undefined
  const [, id = identity.namespace ?? '', release] =
    /^(?:([a-z][a-z0-9._-]*?)-)?(\d+(?:\.\d+)?)$/.exec(text) ?? []
  return { ids: [id], release }
}

/** The version within a purl, as it is found; undefined if there is none. */
export function versionOfPurl(purl: Purl): string | undefined {
  return purl.version === undefined ? undefined : identityVersion(purl, '')
}

export function meantPackage(place: PackagePlace, versions: MeantVersions): AffectedPackage {
  if (versions === 'any') return { ...place, ranges: [anyOf(place.type)] }
  if ('range' in versions) return { ...place, ranges: [{ kind: 'vers', range: versions.range }] }
  const listed = listVersions(place.type, versions.listed)
  return { ...place, ...(listed === undefined ? {} : { listed }), ranges: [] }
}

function anyOf(type: string): AffectedPackage['ranges'][number] {
  return { kind: 'vers', range: { type, constraints: [{ comparator: '*', version: '' }] } }
}

/**
 * A package URL: with a version, without one and then perhaps with a range, or for every version.
 *
 * @throws Fault `malformed` (`purl-malformed`, `range-malformed`, `parameter-malformed`), `unsupported` for ranges that
 * are not searched by
 */
export function purlPart(text: string, range?: string): SearchPart {
  const purl = parsePurl(text, { lenient: true })
  const place = placeOfPurl(purl)
  const version = versionOfPurl(purl)
  if (version !== undefined && range !== undefined)
    throw new Fault(
      'parameter-malformed',
      `range: expected none beside a version, got ${range.slice(0, 100)}`,
    )
  const versions =
    version !== undefined
      ? { listed: [version] }
      : range === undefined
        ? 'any'
        : { range: parseRange(range, place.type) }
  return { kind: 'package', affected: meantPackage(place, versions) }
}

/**
 * `part:vendor:product`, perhaps with `:version`, or a whole name of CPE 2.3 or 2.2.
 *
 * @throws Fault `parameter-malformed`
 */
export function cpePart(text: string): SearchPart {
  const cpe = parseCpe(/^cpe:/i.test(text) ? text : `cpe:2.3:${text}`)
  if (cpe === undefined) {
    throw new Fault(
      'parameter-malformed',
      `CPE: expected part:vendor:product with part a, o or h, got ${text.slice(0, 100)}`,
      { hint: 'For example a:openssl:openssl:3.0.1, or cpe:2.3:a:openssl:openssl:3.0.1:*:*:*:*:*:*:*.' },
    )
  }
  const { name, version } = cpe
  return { kind: 'cpe', cpe: name, ...(version === '' ? {} : { version }) }
}
