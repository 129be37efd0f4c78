/**
 * Keys of the two maps (index.md 4): under which bytes an entry is found.
 *
 *     components   p, c ‖ H8(name) ‖ name "@" version  s, d, f, i ‖ alg ‖ digest  g ‖ H8(repo) ‖ repo "@" commit
 *                  h ‖ commit      b, e, l, t, v ‖ H8 ‖ text  k ‖ key id    m ‖ u64be(index)    u
 *                  n ‖ H8 ‖ name "@" version   of a component without purl, its name in lower case
 *                  o ‖ H8(name) ‖ name "@" version   of the source package, where it is not the component's own
 *     status       a ‖ attestation      g ‖ attestation ‖ key      k ‖ key      i ‖ alg ‖ digest      r
 *
 * H8, the first 8 bytes of SHA-256(name), balances the trie and keeps all versions of a name together. Names and
 * versions are the unescaped ones: escaping is for manifest lines. The maps share letters: a row is (map, key).
 */
import type { ControlStatement } from '../attestation/control.ts'
import { parseTarget, type Target } from '../attestation/revocation.ts'
import type { KeyId, LogIndex } from '../brand.ts'
import { sha256 } from '../crypto/sha256.ts'
import { concatBytes, u64be } from '../encoding/bytes.ts'
import { parseHex } from '../encoding/hex.ts'
import { uniqueBytes } from '../encoding/sorted-bytes.ts'
import { parseUtf8, utf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'
import type { ManifestLine } from '../sbom/manifest.ts'
import { foldName } from '../sbom/bare-names.ts'
import { originOf } from '../sbom/origin.ts'
import { MAX_KEY_BYTES } from './mpt.ts'

/** What is kept of a longer key, before the SHA-256 of the whole. */
const KEPT_BYTES = MAX_KEY_BYTES - 32

const H8_BYTES = 8

/** The algorithm's byte, and the length of its digests in hex digits. */
const algorithms: ReadonlyMap<string, { readonly byte: number; readonly digits: number }> = new Map([
  ['sha256', { byte: 1, digits: 64 }],
  ['sha384', { byte: 2, digits: 96 }],
  ['sha512', { byte: 3, digits: 128 }],
  // Of components only: no subject is known by it.
  ['sha1', { byte: 4, digits: 40 }],
])

/** `name` is a canonical purl without version; `version` is decoded and may be empty. */
export function componentKey(name: string, version: string): Uint8Array {
  return versionKey('p', name, version)
}

/** Begins the key of every version of the component, and of no other component. */
export function componentPrefix(name: string): Uint8Array {
  return versionsPrefix('p', name)
}

/** The source package of a component: `name` as a component's, with the name of the source package in it. */
function originKey(name: string, version: string): Uint8Array {
  return versionKey('o', name, version)
}

/** As `componentPrefix`, of everything that was built from any version of the source package. */
export function originPrefix(name: string): Uint8Array {
  return versionsPrefix('o', name)
}

/** Posted only where the component itself is not found under the same name and version. */
function originKeys(line: Pick<ManifestLine, 'name' | 'version' | 'extras'>): readonly Uint8Array[] {
  const origin = originOf(line)
  const isItself = origin.name === line.name && origin.version === line.version
  return isItself ? [] : [originKey(origin.name, origin.version)]
}

/**
 * Also of a source package's key. Undefined for what is neither, and for keys of the full length: they may have been
 * cut, and then only the manifest knows the version.
 */
export function parseComponentKey(
  key: Uint8Array,
): { readonly name: string; readonly version: string } | undefined {
  const isNamed = key[0] === letter('p') || key[0] === letter('o')
  if (key.length >= MAX_KEY_BYTES || !isNamed) return undefined
  const text = parseUtf8(key.slice(1 + H8_BYTES), 'component key')
  // Names are purl-encoded and hold no "@"; versions may.
  const at = text.indexOf('@')
  return at < 0 ? undefined : { name: text.slice(0, at), version: text.slice(at + 1) }
}

/** `sha256:…`, `sha384:…` or `sha512:…` in lower-case hex. @throws Fault `malformed` (`digest-malformed`) */
export function subjectKey(digest: string): Uint8Array {
  return concatBytes(utf8('s'), algorithmAndDigest(digest))
}

/** A base image; as `subjectKey`. @throws Fault `malformed` (`digest-malformed`) */
export function baseImageKey(digest: string): Uint8Array {
  return concatBytes(utf8('d'), algorithmAndDigest(digest))
}

/** An index or an image of it, where a statement says so; as `subjectKey`. @throws Fault `malformed` (`digest-malformed`) */
export function relationKey(digest: string): Uint8Array {
  return concatBytes(utf8('i'), algorithmAndDigest(digest))
}

/** A component's hash; as `subjectKey`, and `sha1:…`. @throws Fault `malformed` (`digest-malformed`) */
export function componentHashKey(digest: string): Uint8Array {
  return concatBytes(utf8('f'), algorithmAndDigest(digest, true))
}

/** `name` is `part:vendor:product`; `version` may be empty. */
export function cpeKey(name: string, version: string): Uint8Array {
  return versionKey('c', name, version)
}

/** Begins the key of every version that the CPE names. */
export function cpePrefix(name: string): Uint8Array {
  return versionsPrefix('c', name)
}

/** Begins the key of every version of the components without purl that have this name, whatever its case. */
export function namePrefix(name: string): Uint8Array {
  return versionsPrefix('n', foldName(name))
}

export function signerKey(key: KeyId): Uint8Array {
  return concatBytes(utf8('k'), idBytes(key))
}

export function predicateTypeKey(type: string): Uint8Array {
  return shorten(namedPrefix('t', type))
}

export function builderKey(builder: string): Uint8Array {
  return shorten(namedPrefix('b', builder))
}

/** Of a deployment; as written. */
export function environmentKey(environment: string): Uint8Array {
  return shorten(namedPrefix('e', environment))
}

/** `id` in the spelling of the SPDX list. */
export function licenceKey(id: string): Uint8Array {
  return shorten(namedPrefix('l', id))
}

/** `id` as `foldVulnerability` gives it: who speaks of it as VEX. */
export function vulnerabilityKey(id: string): Uint8Array {
  return shorten(namedPrefix('v', id))
}

export function sourceKey(repo: string, commit: string): Uint8Array {
  return versionKey('g', repo, commit)
}

/** Begins the key of every commit of the repository. */
export function sourcePrefix(repo: string): Uint8Array {
  return versionsPrefix('g', repo)
}

/** 40 or 64 lower-case hex digits. @throws Fault `malformed` (`hex-malformed`) */
export function commitKey(commit: string): Uint8Array {
  if (commit.length !== 40 && commit.length !== 64) {
    throw new Fault('hex-malformed', `commit: expected 40 or 64 hex digits, got ${commit.slice(0, 100)}`)
  }
  return concatBytes(utf8('h'), parseHex(commit, 'commit'))
}

/** The manifest of an entry: its value counts and commits to lines, not to postings. */
export function manifestKey(index: LogIndex): Uint8Array {
  return concatBytes(utf8('m'), u64be(index))
}

/** Whether the key's value commits to lines, and nothing is posted under it. */
export function isManifestKey(key: Uint8Array): boolean {
  return key[0] === letter('m')
}

/** All entries that could not be read. */
export const unreadableKey: Uint8Array = utf8('u')

/** In the component map: sorted, each once. */
export function keysOfManifest(lines: readonly ManifestLine[]): readonly Uint8Array[] {
  return uniqueBytes(lines.flatMap(keysOfLine))
}

/** In the component map: under which keys an entry with this line is posted. */
export function keysOfLine({ kind, name, version, extras }: ManifestLine): readonly Uint8Array[] {
  switch (kind) {
    case 'n':
      return [versionKey('n', foldName(name), version)]
    case 'p':
      return [componentKey(name, version), ...originKeys({ name, version, extras })]
    case 's':
      return [subjectKey(name)]
    case 'g':
      return [sourceKey(name, version), commitKey(version)]
    case 'b':
      return [builderKey(name)]
    case 'c':
      return [cpeKey(name, version)]
    case 'd':
      return [baseImageKey(name)]
    case 'e':
      return [environmentKey(name)]
    case 'f':
      return [componentHashKey(name)]
    case 'i':
      return [relationKey(name), relationKey(extras['of'] ?? '')]
    case 'k':
      return [concatBytes(utf8('k'), idBytes(name))]
    case 'l':
      return [licenceKey(name)]
    case 't':
      return [predicateTypeKey(name)]
    case 'v':
      return [vulnerabilityKey(name)]
    case 'w':
      // Says that the entry is an SBOM; nobody looks for entries by tool.
      return []
  }
}

/** In the status map: all statements about a target. @throws Fault as `parseTarget` */
export function statusKey(targetUri: string): Uint8Array {
  return keyOfTarget(parseTarget(targetUri))
}

function keyOfTarget(target: Target): Uint8Array {
  switch (target.type) {
    case 'attestation':
      return concatBytes(utf8('a'), idBytes(target.attestation))
    case 'signature':
      return concatBytes(utf8('g'), idBytes(target.attestation), idBytes(target.key))
    case 'key':
      return concatBytes(utf8('k'), idBytes(target.key))
    case 'image':
      return concatBytes(utf8('i'), algorithmAndDigest(target.image))
  }
}

/** In the status map: all trust roots. */
export const trustRootsKey: Uint8Array = utf8('r')

/** In the status map: where a control statement is found. */
export function statusKeysOf(control: ControlStatement): readonly Uint8Array[] {
  switch (control.kind) {
    case 'trust-root':
      return [trustRootsKey]
    case 'revocation':
      return [keyOfTarget(control.revocation.target)]
    case 'annulment':
      // Under the revocation's own id: whoever has found a revocation finds what became of it.
      return [concatBytes(utf8('a'), idBytes(control.annulment.revocation))]
  }
}

function versionKey(kind: string, name: string, version: string): Uint8Array {
  return shorten(concatBytes(namedPrefix(kind, name), utf8(`@${version}`)))
}

/** Begins the keys of all versions of the name. */
function versionsPrefix(kind: string, name: string): Uint8Array {
  return concatBytes(namedPrefix(kind, name), utf8('@')).slice(0, KEPT_BYTES)
}

/** SBOMs list the same packages again and again; of the names that were met last, some megabytes. */
const known = new Map<string, Uint8Array>()
const MAX_KNOWN = 16_384
const MAX_KNOWN_CHARS = 100

/** Nobody may change it. */
function namedPrefix(kind: string, name: string): Uint8Array {
  const id = kind + name
  const found = known.get(id)
  if (found !== undefined) return found
  const bytes = utf8(name)
  const prefix = concatBytes(utf8(kind), sha256(bytes).slice(0, H8_BYTES), bytes)
  if (known.size >= MAX_KNOWN) known.clear()
  if (id.length <= MAX_KNOWN_CHARS) known.set(id, prefix)
  return prefix
}

function shorten(key: Uint8Array): Uint8Array {
  return key.length <= MAX_KEY_BYTES ? key : concatBytes(key.slice(0, KEPT_BYTES), sha256(key))
}

function algorithmAndDigest(digest: string, isOfComponent = false): Uint8Array {
  const [name = '', hex = '', ...more] = digest.split(':')
  const algorithm = algorithms.get(name)
  const isAllowed = (isOfComponent || name !== 'sha1') && more.length === 0
  if (algorithm === undefined || !isAllowed || hex.length !== algorithm.digits) {
    throw new Fault(
      'digest-malformed',
      `digest: expected sha256:, sha384: or sha512: and hex digits, got ${digest.slice(0, 100)}`,
    )
  }
  return concatBytes(Uint8Array.of(algorithm.byte), parseHex(hex, 'digest'))
}

/** The 32 bytes of a `sha256:…` id. */
function idBytes(id: string): Uint8Array {
  return parseHex(id.slice('sha256:'.length), 'id')
}

function letter(text: string): number {
  return text.charCodeAt(0)
}
