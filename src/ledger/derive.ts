/** From an entry and what was signed to its manifest, its facts and its keys in both maps. Pure but for reading the blob. */
import { parseControl, type ControlStatement } from '../attestation/control.ts'
import { parsePae } from '../attestation/pae.ts'
import type { AttestationId, KeyId, LogIndex, Sha256Id } from '../brand.ts'
import { sha256Id } from '../crypto/sha256.ts'
import { Fault } from '../errors.ts'
import { sortedBytes, uniqueBytes, type SortedBytes } from '../encoding/sorted-bytes.ts'
import { unreadableKey } from '../map/keys.ts'
import { claimedTimes, type Claimed } from '../sbom/claimed.ts'
import { openManifest, readManifest, type ManifestLine } from '../sbom/manifest.ts'
import { listedNames, type ListedName } from '../sbom/spoken-names.ts'
import { readSbom } from '../sbom/stated-lines.ts'
import { parseLeanStatement } from '../sbom/unread-members.ts'
import { factsOf, type EntryFacts } from '../verify/entry-facts.ts'
import { currentRules, type IndexRules } from './index-rules.ts'
import { rootOfManifest } from './manifest-root.ts'
import type { BlobStore, LogEntry, ManifestRoot } from './ports.ts'

/** The manifest's bytes, their name, and what the component map commits to. */
interface DerivedManifest extends Pick<ManifestRoot, 'lines' | 'root'> {
  readonly digest: Sha256Id
  readonly bytes: Uint8Array
}

export interface Derived {
  readonly facts: EntryFacts
  readonly manifest: DerivedManifest
  /** The length of what was signed. */
  readonly signedBytes: number
  readonly componentKeys: SortedBytes
  /** Of what it lists, perhaps more than once. */
  readonly names: Iterable<ListedName>
  readonly statusKeys: readonly Uint8Array[]
  readonly control?: ControlStatement
}

/** What admission read of a statement that is no control statement, signed by `key`: the index need not read it again. */
export interface Stated {
  readonly key: KeyId
  readonly manifest: Uint8Array
  readonly claimed: Claimed
}

/** The same of an entry that was recorded since. */
export interface StatedEntry extends Stated {
  readonly index: LogIndex
  readonly attestation: AttestationId
  /** The length of what was signed. */
  readonly signedBytes: number
}

/**
 * @param stated of this entry, if somebody has it
 * @throws Fault `bad-proof` (`integrity-error`) if what was signed is missing or is not what the entry names
 */
export async function derive(
  entry: LogEntry,
  blobs: BlobStore,
  stated?: StatedEntry,
  rules = currentRules,
): Promise<Derived> {
  if (stated !== undefined && isOf(entry, stated)) return deriveStated(entry, stated, rules)
  const signed = await blobs.get(entry.attestation)
  if (signed === undefined)
    throw new Fault('integrity-error', `entry ${entry.index}: the blob ${entry.attestation} is missing`)
  return deriveFrom(entry, signed, rules)
}

function isOf(entry: LogEntry, stated: StatedEntry): boolean {
  return entry.readable && stated.attestation === entry.attestation && stated.key === entry.key
}

function deriveStated(
  entry: LogEntry,
  { manifest: bytes, claimed, signedBytes }: StatedEntry,
  rules: IndexRules,
): Derived {
  const { lines } = openManifest(bytes)
  return {
    facts: factsOf(entry.index, entry.attestation, entry.key, lines, claimed),
    manifest: derivedManifest(bytes),
    signedBytes,
    componentKeys: keysOfLines(lines, rules),
    names: namesOfLines(lines),
    statusKeys: [],
  }
}

function derivedManifest(bytes: Uint8Array): DerivedManifest {
  return { digest: sha256Id(bytes), bytes, ...rootOfManifest(bytes) }
}

/** Only of many lines the keys are packed: as objects they are made and sorted in half the time. */
function keysOfLines(lines: Iterable<ManifestLine>, { components }: IndexRules): SortedBytes {
  return areFew(lines)
    ? uniqueBytes(lines.flatMap(components.keysOf))
    : sortedBytes(eachKey(lines, components))
}

function* eachKey(
  lines: Iterable<ManifestLine>,
  { keysOf }: IndexRules['components'],
): Generator<Uint8Array> {
  for (const line of lines) yield* keysOf(line)
}

/** At once if the lines are few, which are then not kept until the names are asked for. */
function namesOfLines(lines: Iterable<ManifestLine>): Iterable<ListedName> {
  return areFew(lines) ? [...listedNames(lines)] : listedNames(lines)
}

/** Whether they are in memory (`openManifest`). */
function areFew(lines: Iterable<ManifestLine>): lines is readonly ManifestLine[] {
  return Array.isArray(lines)
}

/** The same from bytes at hand. An unreadable entry states nothing but that it is there. */
function deriveFrom(entry: LogEntry, signed: Uint8Array, rules: IndexRules): Derived {
  const statement = parseLeanStatement(parsePae(signed).payload)
  const control = parseControl(statement)
  const { sbom, lines, bytes } = entry.readable
    ? readManifest(statement, entry.key, readSbom)
    : { sbom: undefined, ...openManifest(new Uint8Array(0)) }
  const claimed = entry.readable ? claimedTimes(statement, sbom) : {}
  return {
    facts: factsOf(entry.index, entry.attestation, entry.key, lines, claimed),
    manifest: derivedManifest(bytes()),
    signedBytes: signed.length,
    componentKeys: entry.readable ? keysOfLines(lines, rules) : [unreadableKey],
    names: namesOfLines(lines),
    statusKeys: control === undefined ? [] : rules.status.keysOf(control),
    ...(control === undefined ? {} : { control }),
  }
}
