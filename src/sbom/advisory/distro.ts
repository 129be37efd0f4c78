/**
 * Distributions of advisories against those of packages. A version of one distribution, or of one of its releases, says
 * nothing of another (search.md 2, 13): Debian 12 fixes what Debian 11 does not.
 *
 * Packages say theirs as identity.ts writes it: `debian-12`, `alpine-3.19`, `sles-15.5`; some say a code name.
 */

export interface AdvisoryDistro {
  /** The ids of os-release that are meant. */
  readonly ids: readonly string[]
  /** `12`, `22.04`; '' if all releases are meant, undefined if the advisory names one that we do not understand. */
  readonly release: string | undefined
}

const codeNames: ReadonlyMap<string, string> = new Map([
  ['stretch', 'debian-9'],
  ['buster', 'debian-10'],
  ['bullseye', 'debian-11'],
  ['bookworm', 'debian-12'],
  ['trixie', 'debian-13'],
  ['forky', 'debian-14'],
  ['xenial', 'ubuntu-16.04'],
  ['bionic', 'ubuntu-18.04'],
  ['focal', 'ubuntu-20.04'],
  ['jammy', 'ubuntu-22.04'],
  ['noble', 'ubuntu-24.04'],
])

/** `missing` if the package does not say, or not precisely enough. */
export function compareDistro(
  { ids, release }: AdvisoryDistro,
  distro: string,
): 'same' | 'other' | 'missing' {
  const [isWhole, id = '', found = ''] =
    /^(?:([a-z][a-z0-9._-]*?)-)?(\d+(?:\.\d+)?)$/.exec(codeNames.get(distro) ?? distro) ?? []
  if (isWhole === undefined) return release === '' && ids.includes(distro) ? 'same' : 'missing'
  // Without an id it is that of the package, which was found by its distribution already.
  if (id !== '' && !ids.includes(id)) return 'other'
  if (release === undefined) return 'missing'
  return release === '' ? 'same' : compareReleases(release.split('.'), found.split('.'))
}

/** A package's 9.3 is the 9 of an advisory; its 15 may be the 15.5 of one. */
function compareReleases(wanted: readonly string[], found: readonly string[]): 'same' | 'other' | 'missing' {
  const at = wanted.findIndex((part, i) => found[i] === undefined || Number(found[i]) !== Number(part))
  if (at === -1) return 'same'
  return found[at] === undefined ? 'missing' : 'other'
}
