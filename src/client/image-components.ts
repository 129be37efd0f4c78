/**
 * What is inside an image: the components of its SBOMs that count, read here from what was signed, which the client
 * fetched and checked. The server's index is not asked; which SBOMs there are is its word.
 */
import { predicateKind } from '../attestation/predicate-types.ts'
import type { ImageDigest, LogIndex } from '../brand.ts'
import { Fault } from '../errors.ts'
import type { Component, SbomDocument } from '../sbom/component.ts'
import { distroOf, identityOf, identityVersion, sourcePackageOf } from '../sbom/identity.ts'
import { manifestOf, readReportedSbom } from '../sbom/manifest.ts'
import { purlName } from '../sbom/purl.ts'
import type { ImageAnswer } from '../verify/answer.ts'
import { asBadProof } from '../verify/bad-proof.ts'
import { factsOf, type EntryFacts } from '../verify/entry-facts.ts'
import type { CheckedAttestation } from '../verify/proven-entry.ts'
import { checkReach } from '../verify/row-check.ts'
import { countingSboms } from '../verify/rows.ts'
import { replayTrust } from '../verify/trust-replay.ts'
import { attestedEntries } from './attested-entries.ts'
import type { CallOptions, Client } from './client.ts'

export interface ListedComponent {
  /** With its namespace, as people write it: `@babel/core`, `debian/openssl`. */
  readonly name: string
  /** Null if it is not stated. */
  readonly version: string | null
  /** Of its purl; null if it has none. */
  readonly type: string | null
  /** Canonical, without version, qualifiers and subpath. */
  readonly purl: string | null
  /** As written, each once. */
  readonly licences: readonly string[]
  /** `name` or `name@version` */
  readonly sources: readonly string[]
  readonly distros: readonly string[]
  /** The SBOMs that list it, ascending. */
  readonly entries: readonly LogIndex[]
}

export interface ReadSbom {
  readonly entry: LogIndex
  /** For people: `CycloneDX 1.5`. */
  readonly format: string
  readonly tool: string
  readonly components: number
}

export interface ImageComponents {
  readonly answer: ImageAnswer
  /** Those that count, by entry. */
  readonly sboms: readonly ReadSbom[]
  /** By type, name and version. */
  readonly components: readonly ListedComponent[]
}

interface Candidate extends EntryFacts {
  readonly document: SbomDocument
}

/**
 * @throws Fault `bad-proof` if an entry does not hold, or the server says of another SBOM that it counts
 * @throws as `Client.image` and `Client.pae`
 */
export async function imageComponents(
  client: Client,
  image: ImageDigest,
  options: CallOptions = {},
): Promise<ImageComponents> {
  const answer = await client.image(image, options)
  const { checkpoint, attested } = await attestedEntries(client, answer, options)
  checkReach(answer.asOf.indexedThrough, attested)
  const trust = replayTrust(checkpoint.origin, client.trust.trustRoot, attested)
  const counting = countingSboms(image, attested.flatMap(candidateOf), trust, answer.asOf.indexedThrough)
  expectCounting(answer, counting)
  return { answer, sboms: counting.map(readSbomOf), components: mergeComponents(counting) }
}

function candidateOf({ entry, statement }: CheckedAttestation): readonly Candidate[] {
  const kind = predicateKind(statement.predicateType)
  if (kind !== 'cyclonedx' && kind !== 'spdx') return []
  const { index, attestation, keyId } = entry
  return asBadProof('not-admissible', `entry ${index}`, () => {
    const document = readReportedSbom(statement)
    const lines = manifestOf(statement, keyId, document)
    return document === undefined ? [] : [{ ...factsOf(index, attestation, keyId, lines), document }]
  })
}

function expectCounting({ sboms }: ImageAnswer, made: readonly Candidate[]): void {
  const said = sboms.flatMap((one) => (one.counts ? [one.entry] : [])).sort((a, b) => a - b)
  const counting = made.map((one) => one.index)
  if (JSON.stringify(said) === JSON.stringify(counting)) return
  throw new Fault(
    'rows-differ',
    `SBOMs: the server says that ${listOf(said)} count, but by what was signed ${listOf(counting)} do`,
  )
}

function listOf(entries: readonly LogIndex[]): string {
  return entries.length === 0
    ? 'none'
    : entries
        .slice(0, 10)
        .map((entry) => `#${entry}`)
        .join(' ')
}

function readSbomOf({ index, document: { format, tool, components } }: Candidate): ReadSbom {
  const named = `${tool.name} ${tool.version}`.trim()
  return { entry: index, format, tool: named, components: components.length }
}

interface Merged extends Pick<ListedComponent, 'name' | 'version' | 'type' | 'purl'> {
  readonly licences: Set<string>
  readonly sources: Set<string>
  readonly distros: Set<string>
  readonly entries: Set<LogIndex>
}

/** One row for each package and version, whichever SBOMs list it and however often. */
function mergeComponents(sboms: readonly Candidate[]): readonly ListedComponent[] {
  const merged = new Map<string, Merged>()
  for (const { index, document } of sboms) {
    for (const component of document.components) {
      const { name, version, type, purl, source, distro } = identified(component, document.system)
      const key = JSON.stringify([purl ?? name, type, version])
      const row = merged.get(key) ?? emptyRow({ name, version, type, purl })
      merged.set(key, row)
      for (const licence of component.licences ?? []) row.licences.add(licence)
      if (source !== '') row.sources.add(source)
      if (distro !== '') row.distros.add(distro)
      row.entries.add(index)
    }
  }
  return [...merged.values()].map(listed).sort(compareComponents)
}

function identified(
  { name, version, purl, source = '' }: Component,
  system: string,
): Pick<ListedComponent, 'name' | 'version' | 'type' | 'purl'> & {
  readonly source: string
  readonly distro: string
} {
  if (purl === undefined)
    return { name, version: version === '' ? null : version, type: null, purl: null, source, distro: '' }
  const identity = identityOf(purl)
  const stated = identityVersion(purl, version)
  return {
    name: identity.namespace === undefined ? identity.name : `${identity.namespace}/${identity.name}`,
    version: stated === '' ? null : stated,
    type: identity.type,
    purl: purlName(identity),
    source: sourcePackageOf(identity, source),
    distro: distroOf(identity, system),
  }
}

function emptyRow(named: Pick<ListedComponent, 'name' | 'version' | 'type' | 'purl'>): Merged {
  return { ...named, licences: new Set(), sources: new Set(), distros: new Set(), entries: new Set() }
}

function listed({ licences, sources, distros, entries, ...named }: Merged): ListedComponent {
  return {
    ...named,
    licences: [...licences].sort(),
    sources: [...sources].sort(),
    distros: [...distros].sort(),
    entries: [...entries],
  }
}

/** Those without a purl come last. */
function compareComponents(a: ListedComponent, b: ListedComponent): number {
  if ((a.type === null) !== (b.type === null)) return a.type === null ? 1 : -1
  return (
    compareText(a.type ?? '', b.type ?? '') ||
    compareText(a.name, b.name) ||
    compareText(a.version ?? '', b.version ?? '')
  )
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
