/**
 * What documents say of an advisory, by their JSON alone: a judge that shares nothing with the program. Its order of versions is
 * enough for Go's modules and releases and for what stands in the Maven lines of known-advisories.txt, and for nothing else.
 */
import type { KnownAdvisory, KnownPackage } from './advisories.ts'

export type Verdict = 'affected' | 'undetermined'

/** A package as a document lists it: its purl, or where it has none its name and version. */
export interface ListedPackage {
  readonly purl?: string
  readonly name: string
  readonly version: string
}

/** All packages of a document of any format, by a plain walk. */
export function packagesIn(value: unknown): readonly ListedPackage[] {
  if (typeof value !== 'object' || value === null) return []
  const inside = Object.values(value).flatMap(packagesIn)
  const fields = value as Record<string, unknown>
  const { name, purl, externalRefs, type } = fields
  if (typeof name !== 'string' || type === 'file') return inside
  const locators = Array.isArray(externalRefs) ? (externalRefs as unknown[]).map(locator) : []
  const purls = [purl, fields['software_packageUrl'], ...locators].filter(
    (one) => typeof one === 'string' && one.startsWith('pkg:'),
  )
  const stated = ['version', 'versionInfo', 'software_packageVersion'].map((one) => fields[one])
  const bare = { name, version: stated.find((one) => typeof one === 'string') ?? '' }
  return [...inside, ...(purls.length === 0 ? [bare] : purls.map((one) => ({ ...bare, purl: String(one) })))]
}

function locator(reference: unknown): unknown {
  return typeof reference === 'object' && reference !== null && 'referenceLocator' in reference
    ? reference.referenceLocator
    : undefined
}

/** By advisory, what the packages of one image amount to; advisories that say nothing of it are left out. */
export function verdictsOf(
  advisories: readonly KnownAdvisory[],
  packages: readonly ListedPackage[],
): ReadonlyMap<string, Verdict> {
  const named = packages.map(placeOf)
  const found = advisories.flatMap(({ id, isWithdrawn, affected }) => {
    const verdicts = isWithdrawn
      ? []
      : affected.flatMap((one) => named.flatMap((place) => judge(one, place) ?? []))
    const [surest] = verdicts.toSorted()
    return surest === undefined ? [] : [[id, surest] as const]
  })
  return new Map(found)
}

interface Place {
  /** `golang/golang.org/x/net`; undefined without a purl. */
  readonly path?: string
  readonly name: string
  readonly version: string
}

/** Go's module paths are the same in any case. */
function placeOf({ purl, name, version }: ListedPackage): Place {
  if (purl === undefined) return { name: name.toLowerCase(), version }
  const [, written = '', behind = ''] = /^pkg:([^@?#]+)(?:@([^?#]*))?/.exec(purl) ?? []
  const path = decodeURIComponent(written)
  const isGo = path.startsWith('golang/')
  return {
    path: isGo ? path.toLowerCase() : path,
    name: name.toLowerCase(),
    version: behind === '' ? version : decodeURIComponent(behind),
  }
}

function judge(known: KnownPackage, place: Place): Verdict | undefined {
  const isNamed = place.path === pathOf(known)
  if (!isNamed && !isGuess(known, place)) return undefined
  const isIn = isAffected(known, place.version)
  if (isIn === false) return undefined
  return isNamed && isIn === true ? 'affected' : 'undetermined'
}

function pathOf({ ecosystem, name }: KnownPackage): string {
  return ecosystem === 'Go' ? `golang/${name.toLowerCase()}` : `maven/${name.replace(':', '/')}`
}

/** No purl, or Maven's with a group that is missing or the same as the artifact: then the name decides, and is no proof. */
function isGuess({ ecosystem, name }: KnownPackage, place: Place): boolean {
  const [artifact = ''] = name.split(':').slice(-1)
  if (place.path !== undefined)
    return (
      ecosystem === 'Maven' && [`maven/${artifact}`, `maven/${artifact}/${artifact}`].includes(place.path)
    )
  return [name, ...(ecosystem === 'Maven' ? [artifact] : [])].some((one) => one.toLowerCase() === place.name)
}

/** Undefined if the version cannot be ordered. */
function isAffected({ ecosystem, ranges, listed }: KnownPackage, version: string): boolean | undefined {
  if (listed.includes(version)) return true
  const compare = ecosystem === 'Go' ? compareGo : compareMaven
  const found = ranges.map(({ from, to, isLast }) => {
    const [above, below] = [from === '0' ? 1 : compare(version, from), to === '' ? -1 : compare(version, to)]
    if (above === undefined || below === undefined || compare(version, '1') === undefined) return undefined
    return above >= 0 && (isLast ? below <= 0 : below < 0)
  })
  if (version === '') return undefined
  if (found.includes(true)) return true
  return found.includes(undefined) ? undefined : false
}

/** https://go.dev/ref/mod#versions; `go1.21rc2` is 1.21.0-rc.2. */
function compareGo(a: string, b: string): number | undefined {
  const [left, right] = [goParts(a), goParts(b)]
  if (left === undefined || right === undefined) return undefined
  for (const at of [0, 1, 2]) {
    const order = (left.numbers[at] ?? 0) - (right.numbers[at] ?? 0)
    if (order !== 0) return order
  }
  // A release is above its pre-releases.
  if (left.words.length === 0 || right.words.length === 0) return right.words.length - left.words.length
  for (let at = 0; at < Math.max(left.words.length, right.words.length); at++) {
    const order = compareWords(left.words[at], right.words[at])
    if (order !== 0) return order
  }
  return 0
}

function goParts(
  text: string,
): { readonly numbers: readonly number[]; readonly words: readonly string[] } | undefined {
  const plain = text
    .replace(/^go(\d\S*).*$/, '$1')
    .replace(/^(\d+\.\d+)(rc|beta)(\d+)$/, '$1.0-$2.$3')
    .replace(/^v/, '')
    .replace(/\+.*$/, '')
  const [isVersion, numbers = '', words = ''] = /^(\d+(?:\.\d+){0,2})(?:-([\w.-]+))?$/.exec(plain) ?? []
  if (isVersion === undefined) return undefined
  return { numbers: numbers.split('.').map(Number), words: words === '' ? [] : words.split('.') }
}

/** Numbers by value and below words; the longer list is above. */
function compareWords(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1
  const [isLeft, isRight] = [/^\d+$/.test(a), /^\d+$/.test(b)]
  if (isLeft && isRight) return Number(a) - Number(b)
  if (isLeft !== isRight) return isLeft ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}

const mavenWords = ['alpha', 'beta', 'm', 'milestone', 'rc', 'snapshot', 'release']

/** Numbers, then one word with a number: `2.0-beta9`, `5.2.20.RELEASE`; words that nobody knows are above releases. */
function compareMaven(a: string, b: string): number | undefined {
  const [left, right] = [mavenParts(a), mavenParts(b)]
  if (left === undefined || right === undefined) return undefined
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const order = (left[at] ?? 0) - (right[at] ?? 0)
    if (order !== 0) return order
  }
  return 0
}

function mavenParts(text: string): readonly number[] | undefined {
  const [isVersion, core = '', word = '', count = '0'] =
    /^(\d+(?:\.\d+)*)(?:[.-]([a-z]+)[.-]?(\d*))?$/.exec(text.toLowerCase()) ?? []
  if (isVersion === undefined) return undefined
  const numbers = [...core.split('.').map(Number), 0, 0, 0, 0].slice(0, 4)
  const rank = word === '' ? mavenWords.indexOf('release') : (mavenWords.indexOf(word) + 1 || 99) - 1
  return [...numbers, rank, Number(count)]
}
