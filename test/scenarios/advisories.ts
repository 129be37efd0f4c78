/**
 * Well-known advisories, as OSV writes them, and a judge of versions that shares nothing with the program: enough for what
 * stands in the real documents (three numbers, `-beta9`, `.RELEASE`, Go's pseudo-versions), and for nothing else.
 */

interface Affected {
  readonly ecosystem: 'Maven' | 'Go'
  readonly name: string
  /** From the first version to before the second, for each pair. */
  readonly ranges: readonly (readonly [introduced: string, fixed: string])[]
}

interface KnownAdvisory {
  readonly id: string
  readonly affected: readonly Affected[]
}

function maven(id: string, name: string, ...ranges: Affected['ranges']): KnownAdvisory {
  return { id, affected: [{ ecosystem: 'Maven', name, ranges }] }
}

function go(id: string, name: string, fixed: string): KnownAdvisory {
  return { id, affected: [{ ecosystem: 'Go', name, ranges: [['0', fixed]] }] }
}

export const knownAdvisories: readonly KnownAdvisory[] = [
  // Log4Shell, Text4Shell, Spring4Shell.
  maven(
    'GHSA-jfh8-c2jp-5v3q',
    'org.apache.logging.log4j:log4j-core',
    ['2.13.0', '2.15.0'],
    ['2.4', '2.12.2'],
    ['2.0-beta9', '2.3.1'],
  ),
  maven('GHSA-599f-7c49-w659', 'org.apache.commons:commons-text', ['1.5', '1.10.0']),
  maven(
    'GHSA-36p3-wjmg-h94x',
    'org.springframework:spring-beans',
    ['0', '5.2.20.RELEASE'],
    ['5.3.0', '5.3.18'],
  ),
  go('GO-2020-0015', 'golang.org/x/text', '0.3.3'),
  go('GO-2021-0053', 'github.com/gogo/protobuf', '1.3.2'),
  go('GO-2021-0061', 'gopkg.in/yaml.v2', '2.2.3'),
  go('GO-2021-0113', 'golang.org/x/text', '0.3.7'),
  go('GO-2021-0238', 'golang.org/x/net', '0.0.0-20210520170846-37e1c6afe023'),
  go('GO-2021-0356', 'golang.org/x/crypto', '0.0.0-20220314234659-1baeb1ce4c0b'),
  go('GO-2022-0288', 'golang.org/x/net', '0.0.0-20211209124913-491a49abca63'),
  go('GO-2022-0322', 'github.com/prometheus/client_golang', '1.11.1'),
  go('GO-2022-0452', 'github.com/opencontainers/runc', '1.1.2'),
  go('GO-2022-0493', 'golang.org/x/sys', '0.0.0-20220412211240-33da011f77ad'),
  go('GO-2022-0603', 'gopkg.in/yaml.v3', '3.0.0-20220521103104-8f96da9f5d5e'),
  go('GO-2022-0956', 'gopkg.in/yaml.v2', '2.2.4'),
  go('GO-2022-0968', 'golang.org/x/crypto', '0.0.0-20211202192323-5770296d904e'),
  go('GO-2022-0969', 'golang.org/x/net', '0.0.0-20220906165146-f3363e06e74c'),
  go('GO-2022-1059', 'golang.org/x/text', '0.3.8'),
  go('GO-2022-1144', 'golang.org/x/net', '0.4.0'),
]

export function osvJson({ id, affected }: KnownAdvisory): object {
  return {
    id,
    affected: affected.map(({ ecosystem, name, ranges }) => ({
      package: { ecosystem, name },
      ranges: ranges.map(([introduced, fixed]) => ({
        type: ecosystem === 'Go' ? 'SEMVER' : 'ECOSYSTEM',
        events: [{ introduced }, { fixed }],
      })),
    })),
  }
}

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
  const { name, purl, version, versionInfo, externalRefs, type } = value as Record<string, unknown>
  if (typeof name !== 'string' || type === 'file') return inside
  const found: unknown[] = [
    purl,
    ...(Array.isArray(externalRefs) ? (externalRefs as unknown[]) : []).map(locator),
  ]
  const purls = found.filter((one) => typeof one === 'string' && one.startsWith('pkg:'))
  const stated = [version, versionInfo].find((one) => typeof one === 'string')
  const bare = { name, version: typeof stated === 'string' ? stated : '' }
  return [...inside, ...(purls.length === 0 ? [bare] : purls.map((one) => ({ ...bare, purl: String(one) })))]
}

function locator(reference: unknown): unknown {
  return typeof reference === 'object' && reference !== null && 'referenceLocator' in reference
    ? reference.referenceLocator
    : undefined
}

/** What one package is by an advisory, by text alone. */
export function judge(
  { affected }: KnownAdvisory,
  listed: ListedPackage,
): 'affected' | 'undetermined' | undefined {
  const judged = affected.map((one) => judgeOne(one, listed))
  return judged.find((one) => one === 'affected') ?? judged.find((one) => one !== undefined)
}

function judgeOne({ ecosystem, name, ranges }: Affected, { purl, ...bare }: ListedPackage) {
  const place = `pkg:${ecosystem === 'Go' ? 'golang' : 'maven'}/${name.replace(':', '/')}`
  const [written = '', version = bare.version] = (purl?.split(/[?#]/)[0] ?? '').split('@')
  const isNamed = (ecosystem === 'Go' ? written.toLowerCase() : written) === place
  const artifact = name.split(':').at(-1) ?? name
  const isGuessed =
    written === `pkg:maven/${artifact}/${artifact}` || (purl === undefined && namesIt(bare.name, name))
  if (!isNamed && !isGuessed) return undefined
  const decoded = decodeURIComponent(version)
  if (!/^v?\d/.test(decoded)) return 'undetermined'
  const isIn = ranges.some(
    ([from, to]) => (from === '0' || compare(from, decoded) <= 0) && compare(decoded, to) < 0,
  )
  if (!isIn) return undefined
  return isNamed ? 'affected' : 'undetermined'
}

/** `org.example:lib` by itself or as its artifact; a Go module only as a whole. */
function namesIt(bare: string, name: string): boolean {
  return [name, ...(name.includes(':') ? [name.split(':')[1]] : [])].includes(bare)
}

/** Numbers first; then a version that goes on with a word is below one that ends, unless the word is RELEASE. */
function compare(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)]
  for (const at of [0, 1, 2]) {
    const order = (left.numbers[at] ?? 0) - (right.numbers[at] ?? 0)
    if (order !== 0) return order
  }
  if (left.rest === right.rest) return 0
  if (left.rest === '' || right.rest === '') return left.rest === '' ? 1 : -1
  return left.rest < right.rest ? -1 : 1
}

function partsOf(version: string): { readonly numbers: readonly number[]; readonly rest: string } {
  const [, core = '', rest = ''] =
    /^v?(\d+(?:\.\d+)*)(?:[.-]?(.*))?$/.exec(version.replace(/\+incompatible$|\.RELEASE$/g, '')) ?? []
  return { numbers: core.split('.').map(Number), rest }
}
