/**
 * The ecosystems of the OSV schema (https://ossf.github.io/osv-schema/#defined-ecosystems): from their names of packages
 * to the purls under which tools list them.
 *
 *     Maven               org.example:lib      pkg:maven/org.example/lib
 *     Debian:12           curl                 pkg:deb/debian/curl, the source package, on Debian 12
 *     Ubuntu:22.04:LTS    curl                 pkg:deb/ubuntu/curl, the source package, on Ubuntu 22.04
 */
import { identityOf } from '../identity.ts'
import { withAliases } from '../key-aliases.ts'
import { makePurl, purlName } from '../purl.ts'
import type { AffectedPackage } from './affected.ts'
import type { AdvisoryDistro } from './distro.ts'

export type PackagePlace = Pick<AffectedPackage, 'keys' | 'type' | 'names' | 'distro'>

/** How names of packages are cut into namespace and name. */
const languages: ReadonlyMap<string, readonly [type: string, separator: string]> = new Map([
  ['Bitnami', ['bitnami', '']],
  ['ConanCenter', ['conan', '']],
  ['CRAN', ['cran', '']],
  ['crates.io', ['cargo', '']],
  ['Go', ['golang', '/']],
  ['Hackage', ['hackage', '']],
  ['Hex', ['hex', '']],
  ['Maven', ['maven', ':']],
  ['npm', ['npm', '/']],
  ['NuGet', ['nuget', '']],
  ['Packagist', ['composer', '/']],
  ['Pub', ['pub', '']],
  ['PyPI', ['pypi', '']],
  ['RubyGems', ['gem', '']],
  ['SwiftURL', ['swift', '/']],
])

interface DistroRules {
  readonly type: 'apk' | 'deb' | 'rpm'
  /** Namespaces in which tools list its packages. */
  readonly namespaces: readonly string[]
  /** Ids of os-release; the namespaces if absent. */
  readonly ids?: readonly string[]
  readonly names: 'source' | 'either'
  /** From the suffix to the release; else the first number in it. */
  readonly release?: (suffix: string) => string | undefined
}

const distros: ReadonlyMap<string, DistroRules> = new Map<string, DistroRules>([
  ['AlmaLinux', { type: 'rpm', namespaces: ['almalinux'], names: 'either' }],
  ['Alpaquita', { type: 'apk', namespaces: ['alpaquita'], names: 'either' }],
  ['Alpine', { type: 'apk', namespaces: ['alpine'], names: 'source' }],
  ['Chainguard', { type: 'apk', namespaces: ['chainguard', 'wolfi'], names: 'either' }],
  ['Debian', { type: 'deb', namespaces: ['debian'], names: 'source' }],
  ['Mageia', { type: 'rpm', namespaces: ['mageia'], names: 'either' }],
  ['MinimOS', { type: 'apk', namespaces: ['minimos'], names: 'either' }],
  ['openEuler', { type: 'rpm', namespaces: ['openeuler'], names: 'either' }],
  [
    'openSUSE',
    {
      type: 'rpm',
      namespaces: ['opensuse'],
      ids: ['opensuse', 'opensuse-tumbleweed'],
      names: 'either',
      release: suseRelease,
    },
  ],
  ['Photon OS', { type: 'rpm', namespaces: ['photon'], names: 'either' }],
  [
    'Red Hat',
    { type: 'rpm', namespaces: ['redhat'], ids: ['redhat', 'rhel'], names: 'either', release: redHatRelease },
  ],
  [
    'Rocky Linux',
    { type: 'rpm', namespaces: ['rocky', 'rocky-linux'], ids: ['rocky', 'rocky-linux'], names: 'either' },
  ],
  [
    'SUSE',
    {
      type: 'rpm',
      namespaces: ['suse', 'sles'],
      ids: ['suse', 'sles', 'sled', 'sles_sap', 'sle_hpc'],
      names: 'either',
      release: suseRelease,
    },
  ],
  ['Ubuntu', { type: 'deb', namespaces: ['ubuntu'], names: 'source' }],
  ['Wolfi', { type: 'apk', namespaces: ['wolfi'], names: 'either' }],
])

/** Undefined for ecosystems that SBOMs have no packages of, or that we do not know. */
export function placeOf(ecosystem: string, name: string): PackagePlace | undefined {
  const colon = ecosystem.indexOf(':')
  const [system, suffix] =
    colon === -1 ? [ecosystem, ''] : [ecosystem.slice(0, colon), ecosystem.slice(colon + 1)]
  const language = languages.get(system)
  if (language !== undefined) return inLanguage(language, name)
  const rules = distros.get(system)
  if (rules === undefined || name === '') return undefined
  const { type, namespaces, names } = rules
  return {
    type,
    names,
    keys: namespaces.map((namespace) => keyOf(type, namespace, name)),
    distro: distroOf(rules, suffix),
  }
}

function inLanguage([type, separator]: readonly [string, string], name: string): PackagePlace | undefined {
  const at = separator === '' ? -1 : name.lastIndexOf(separator)
  const [namespace, rest] = at === -1 ? ['', name] : [name.slice(0, at), name.slice(at + 1)]
  if (rest === '') return undefined
  return { type, names: 'installed', keys: withAliases(keyOf(type, namespace, rest)) }
}

function keyOf(type: string, namespace: string, name: string): string {
  return purlName(identityOf(makePurl({ type, namespace, name }, { lenient: true })))
}

function distroOf(
  { namespaces, ids = namespaces, release = firstNumber }: DistroRules,
  suffix: string,
): AdvisoryDistro {
  return { ids, release: suffix === '' ? '' : release(suffix) }
}

/** `12`, `v3.19`, `Pro:18.04:LTS`; what has no number is a branch that moves (`edge`, `stream`). */
function firstNumber(suffix: string): string | undefined {
  return /\d+(?:\.\d+)?/.exec(suffix)?.[0]
}

/** `Linux Enterprise Server 15 SP5` is 15.5, `Leap 15.5` as well; `Tumbleweed` has no releases. */
function suseRelease(suffix: string): string | undefined {
  const [isFound, major = '', minor] = /(\d+)(?:(?:\.| SP)(\d+))?/.exec(suffix) ?? []
  if (isFound === undefined) return suffix === 'Tumbleweed' ? '' : undefined
  return minor === undefined ? major : `${major}.${minor}`
}

/** A part of a CPE: `enterprise_linux:9::appstream`, `rhel_eus:9.2::baseos`; of other products only `…::el8` says it. */
function redHatRelease(suffix: string): string | undefined {
  return (
    /^(?:enterprise_linux|rhel_[a-z_]+):(\d+(?:\.\d+)?)/.exec(suffix)?.[1] ?? /::el(\d+)/.exec(suffix)?.[1]
  )
}
