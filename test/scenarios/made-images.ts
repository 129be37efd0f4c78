/**
 * Images whose packages lie on both sides of every boundary of the known advisories, each seen by two tools, in the ways in which
 * tools write purls and versions. Nothing is random: a failure is the same failure tomorrow.
 */
import { CYCLONEDX, SPDX } from '../../src/attestation/predicate-types.ts'
import { knownAdvisories, type KnownPackage } from './advisories.ts'
import { cycloneDx, spdx, spdx3, type MadePackage } from './made-documents.ts'

export interface MadeImage {
  readonly name: string
  readonly documents: readonly { readonly predicateType: string; readonly predicate: object }[]
}

/** From a module and its version to what a tool writes of it. */
type Dialect = (name: string, version: string) => MadePackage

const PER_IMAGE = 14

/** What no rule can order, and what a replaced module is called. */
const oddVersions = ['', '(devel)', 'UNKNOWN', 'latest', 'v0.0.0-00010101000000-000000000000']

const mavenVersions = `
  2.0-alpha1 2.0-beta8 2.0-beta9 2.0-rc1 2.0 2.3 2.3.1 2.3.2 2.4 2.6.3-CUSTOM 2.12.1 2.12.2 2.12.4 2.13.0 2.14.1
  2.15.0-rc1 2.15.0 1.2.17 6.3.2.1 1.2.1.2-jre17 1.2.1.3 1.4 1.5 1.9 1.10.0 1.10
  4.3.30.RELEASE 5.2.19.RELEASE 5.2.20.RELEASE 5.3.0-M1 5.3.0 5.3.17 5.3.18 2.5.11 2.5.12 2.6.0 2.6.5 2.6.6`.split(
  /\s+/,
)

export function madeImages(): readonly MadeImage[] {
  const packages = [
    ...new Map(knownAdvisories.flatMap(({ affected }) => affected).map((one) => [one.name, one])).keys(),
  ]
  const cases = packages.flatMap((name) => versionsNear(name).map((version) => ({ name, version })))
  const count = Math.ceil(cases.length / PER_IMAGE)
  return Array.from({ length: count }, (_, at) =>
    madeImage(
      at,
      cases.filter((_, i) => i % count === at),
    ),
  )
}

/** The packages turn from one tool's document to the other's, and now and then stand in both. */
function madeImage(
  at: number,
  cases: readonly { readonly name: string; readonly version: string }[],
): MadeImage {
  const inDocument = (which: number): readonly MadePackage[] =>
    cases
      .filter((_, i) => (at + i) % 3 === which || (at + i) % 3 === 2)
      .map(({ name, version }, i) => write(name, version, at + i + which * 3))
  const first = { predicateType: CYCLONEDX, predicate: cycloneDx([...inDocument(0), ...neighbours]) }
  const second =
    at % 2 === 0
      ? { predicateType: SPDX, predicate: spdx(inDocument(1)) }
      : { predicateType: 'https://spdx.dev/Document/v3', predicate: spdx3(inDocument(1)) }
  return { name: `registry.example/made-${at}`, documents: [first, second] }
}

function versionsNear(name: string): readonly string[] {
  // The first is none.
  if (name.includes(':')) return mavenVersions
  const known = knownAdvisories.flatMap(({ affected }) => affected).filter((one) => one.name === name)
  return [...new Set([...known.flatMap(bounds).flatMap((bound) => near(bound, name)), ...oddVersions])]
}

function bounds({ ranges }: KnownPackage): readonly string[] {
  return ranges.flatMap(({ from, to }) => [from, to]).filter((bound) => bound !== '' && bound !== '0')
}

/** The bound itself, and versions right below and above it, in the forms that Go has for them. */
function near(bound: string, name: string): readonly string[] {
  const [, core = '', pseudo, stamp = '', hash = '', label = ''] =
    /^([\d.]+)(?:(-(?:[\w.]+\.)?)(\d{14})-([0-9a-f]{12})|-([\w.]+))?(?:\+incompatible)?$/.exec(bound) ?? []
  const [major = 0, minor = 0, patch = 0] = core.split('.').map(Number)
  if (name === 'stdlib' || name === 'toolchain') return releasesNear(major, minor, patch)
  // A path without its major version from 2 on (https://go.dev/ref/mod#incompatible-versions).
  const build = major > 1 && !/[./]v\d+$/.test(name) ? '+incompatible' : ''
  const versions = [bound, core, `${major}.${minor}.${patch + 1}`, `${core}-rc.0`]
  versions.push(patch > 0 ? `${major}.${minor}.${patch - 1}` : `${major}.${Math.max(minor - 1, 0)}.99`)
  if (pseudo !== undefined) {
    for (const step of [-1, 1])
      versions.push(`${core}${pseudo}${String(BigInt(stamp) + BigInt(step))}-${hash}`)
    versions.push(`${core}${pseudo}${stamp}-000000000000`)
  }
  const [, word = '', count = ''] = /^([a-z]+[.]?)(\d+)$/.exec(label) ?? []
  if (word !== '') for (const step of [-1, 1]) versions.push(`${core}-${word}${Number(count) + step}`)
  if (label === '' && pseudo === undefined) versions.push(`${core}-0.20200101000000-abcdefabcdef`)
  return versions.map((version) => `v${version.replace('+incompatible', '')}${build}`)
}

/** Of Go itself: `go1.20`, `go1.21rc2`, with what vendors add. */
function releasesNear(major: number, minor: number, patch: number): readonly string[] {
  const line = `go${major}.${minor}`
  return [
    patch === 0 ? line : `${line}.${patch}`,
    `${line}.${patch + 1}`,
    `${line}.${Math.max(patch - 1, 0)}`,
    `${line}rc1`,
    `${line}beta1`,
    `go${major}.${minor - 1}.99`,
    `${line}.${patch} X:boringcrypto`,
    `${major}.${minor}.${patch}`,
  ]
}

/** Without the letters before the number, as trivy has written them at times. */
function bare(version: string): string {
  return version.replace(/^(?:v|go)(?=\d)/, '')
}

function golang(name: string, version: string, behind = ''): string {
  return `pkg:golang/${name}${version === '' ? '' : `@${version}`}${behind}`
}

const goDialects: readonly Dialect[] = [
  // syft
  (name, version) => ({ name, version, purl: golang(name, version) }),
  // trivy: encoded, in lower case, without "v"
  (name, version) => ({ name, version, purl: golang(name.toLowerCase(), encodeURIComponent(bare(version))) }),
  // cyclonedx-gomod: qualifiers, and a package of the module as subpath
  (name, version) => ({
    name,
    version,
    purl: golang(name, encodeURIComponent(version), '?type=module&goos=linux&goarch=amd64#inner/parse'),
  }),
  // no version in the purl
  (name, version) => ({ name, version, purl: golang(name, '') }),
  // the whole path as one encoded name, hex digits in lower case
  (name, version) => ({
    name,
    version,
    purl: golang(name.replaceAll('/', '%2f'), version.replaceAll('+', '%2b')),
  }),
  // tern: a name and no purl
  (name, version) => ({ name, version, purl: undefined }),
]

const mavenDialects: readonly Dialect[] = [
  (name, version) => ({ name: artifactOf(name), version, purl: maven(name.replace(':', '/'), version) }),
  (name, version) => ({ name, version, purl: maven(name.replace(':', '/'), version, '?type=jar') }),
  // syft, where a jar says nothing of its group
  (name, version) => ({
    name: artifactOf(name),
    version,
    purl: maven(`${artifactOf(name)}/${artifactOf(name)}`, version),
  }),
  (name, version) => ({ name, version, purl: undefined }),
  (name, version) => ({ name: artifactOf(name), version, purl: undefined }),
]

function maven(path: string, version: string, behind = ''): string {
  return `pkg:maven/${path}${version === '' ? '' : `@${version}`}${behind}`
}

function artifactOf(name: string): string {
  return name.split(':')[1] ?? name
}

function write(name: string, version: string, turn: number): MadePackage {
  const dialects = name.includes(':') ? mavenDialects : goDialects
  const dialect = dialects[turn % dialects.length]
  if (dialect === undefined) throw new Error('no dialect')
  return dialect(name, version)
}

/** Of other ecosystems, other modules and other artifacts: near in name, and never meant. */
const neighbours: readonly MadePackage[] = [
  'pkg:npm/stdlib@1.0.0',
  'pkg:pypi/toolchain@1.0.0',
  'pkg:npm/golang.org/x/net@0.1.0',
  'pkg:golang/golang.org/x/network@v0.1.0',
  'pkg:golang/golang.org/x@v0.1.0',
  'pkg:golang/github.com/docker/docker-credential-helpers@v0.6.4',
  'pkg:golang/github.com/hashicorp/vault/api@v1.0.0',
  'pkg:golang/github.com/go-jose/go-jose@v1.0.0',
  'pkg:maven/org.apache.logging.log4j/log4j-api@2.14.1',
  'pkg:maven/org.example.shaded/log4j-core@2.14.1',
  'pkg:generic/github.com/opencontainers/runc@v1.0.0',
].map((purl) => ({ name: purl.split(/[/@]/).at(-2) ?? '', version: purl.split('@')[1] ?? '', purl }))
