/**
 * A log, its two maps and their output logs, made without a server: what an honest one proves, and what a lying one would have to prove.
 * Maps are made by the map functions from what was signed; every proof is made by map/trie-proof.ts and tlog/.
 */
import { parseControl } from '../../src/attestation/control.ts'
import { attestationIdOf, pae, parsePae } from '../../src/attestation/pae.ts'
import { IN_TOTO_PAYLOAD_TYPE } from '../../src/attestation/sign-statement.ts'
import { parseStatement } from '../../src/attestation/statement.ts'
import { logIndex, treeSize, type LogIndex } from '../../src/brand.ts'
import type { SigningKey } from '../../src/crypto/signing-key.ts'
import { formatBase64 } from '../../src/encoding/base64.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { entryOf, parseHashedRekord } from '../../src/entry/hashed-rekord.ts'
import { formatCountedRoot, parseCountedRoot } from '../../src/map/counted-root.ts'
import { keysOfManifest, manifestKey, statusKeysOf, unreadableKey } from '../../src/map/keys.ts'
import { manifestRoot, proveLines } from '../../src/map/manifest-tree.ts'
import { formatPublishedRoot, outputOrigin, type MapName } from '../../src/map/output-log.ts'
import { appendPostings, emptyPostings, postingValue } from '../../src/map/posting-list.ts'
import { proveKey, provePrefix } from '../../src/map/trie-proof.ts'
import { MapTrie, type MapVersion } from '../../src/map/trie.ts'
import { formatLine } from '../../src/sbom/manifest-line.ts'
import { manifestOf } from '../../src/sbom/manifest.ts'
import { parseCheckpoint, signCheckpoint } from '../../src/tlog/checkpoint.ts'
import { parseNote, verifierKeyOf } from '../../src/tlog/signed-note.ts'
import { leafHash } from '../../src/tlog/tree-hash.ts'
import type { AsOf, ProvenEntry } from '../../src/verify/answer.ts'
import type {
  LinesProof,
  MapProofs,
  MapRootProof,
  PostingsOfKey,
} from '../../src/verify/completeness-wire.ts'
import type { KnownLog } from '../../src/verify/map-root.ts'
import type { CheckedAttestation } from '../../src/verify/proven-entry.ts'
import { referenceTree, type ReferenceTree } from './reference-tree.ts'
import { keys, ORIGIN } from './test-ledger.ts'

/** One entry to be: what is signed, and by whom. */
export interface Told {
  readonly payload: Uint8Array
  readonly key: SigningKey
  /** Nobody could read it: it stands under `u` alone. */
  readonly isUnreadable?: boolean
}

export interface WorldEntry extends CheckedAttestation {
  /** The DSSE pre-authentication encoding. */
  readonly signed: Uint8Array
  readonly leaf: Uint8Array
  /** Of the manifest, UTF-8; none of an unreadable entry. */
  readonly lines: readonly Uint8Array[]
  readonly keys: Readonly<Record<MapName, readonly Uint8Array[]>>
}

export interface World {
  readonly entries: readonly WorldEntry[]
  readonly tree: ReferenceTree
}

export function makeWorld(told: readonly Told[]): World {
  const entries = told.map((one, at) => worldEntry(one, logIndex(at)))
  return { entries, tree: referenceTree(entries.map(({ leaf }) => leafHash(leaf))) }
}

function worldEntry({ payload, key, isUnreadable = false }: Told, index: LogIndex): WorldEntry {
  const signed = pae(IN_TOTO_PAYLOAD_TYPE, payload)
  const leaf = entryOf(signed, key.publicKey, key.sign(signed))
  const statement = parseStatement(parsePae(signed).payload)
  const body = parseHashedRekord(leaf)
  const entry = {
    index,
    attestation: attestationIdOf(signed),
    key: body.publicKey,
    keyId: body.publicKey.id,
    body,
    predicateType: statement.predicateType,
    recordedAt: '2026-11-30T12:00:00Z',
  }
  const lines = isUnreadable ? [] : manifestOf(statement, entry.keyId)
  const control = parseControl(statement)
  return {
    entry,
    payloadType: IN_TOTO_PAYLOAD_TYPE,
    statement,
    signed,
    leaf,
    lines: lines.map((line) => utf8(formatLine(line))),
    keys: {
      components: [...(isUnreadable ? [unreadableKey] : keysOfManifest(lines)), manifestKey(index)],
      status: control === undefined ? [] : statusKeysOf(control),
    },
  }
}

/** The signed checkpoint of the log's first `size` entries. */
export function noteAt({ tree }: World, size: number): string {
  return signCheckpoint({ origin: ORIGIN, size: treeSize(size), root: tree.root(0, size) }, keys.log)
}

/** As answers say it. */
export function asOfAt(world: World, size: number, through: number): AsOf {
  return {
    origin: ORIGIN,
    treeSize: treeSize(size),
    rootHash: formatBase64(world.tree.root(0, size)),
    checkpoint: noteAt(world, size),
    indexedThrough: treeSize(through),
    recordedAt: null,
    servedAt: '2026-11-30T12:00:00Z',
  }
}

export function provenEntry({ tree }: World, { entry, leaf }: WorldEntry, size: number): ProvenEntry {
  return {
    attestation: entry.attestation,
    key: entry.keyId,
    predicateType: entry.predicateType,
    recordedAt: entry.recordedAt,
    body: formatBase64(leaf),
    inclusion: tree.path(entry.index, size).map(formatBase64),
  }
}

export function knownLog(world: World, size: number): KnownLog {
  const checkpoint = parseCheckpoint(parseNote(noteAt(world, size)).text)
  return { key: verifierKeyOf(ORIGIN, keys.log.publicKey), checkpoint }
}

/** A map of the entries below a size. */
export interface MapAt {
  readonly map: MapName
  readonly size: number
  readonly version: MapVersion
  /** Undefined for keys that have no list: `m`. */
  postings(key: Uint8Array): readonly LogIndex[] | undefined
}

export function mapAt({ entries }: World, map: MapName, size: number): MapAt {
  const lists = new Map<string, { readonly key: Uint8Array; readonly indexes: LogIndex[] }>()
  const values: { readonly key: Uint8Array; readonly value: Uint8Array }[] = []
  for (const { entry, lines, keys: of } of entries.slice(0, size)) {
    for (const key of of[map]) {
      const isManifest = map === 'components' && key[0] === 0x6d
      const list = lists.get(nameOf(key)) ?? { key, indexes: [] }
      list.indexes.push(entry.index)
      if (isManifest) values.push({ key, value: formatCountedRoot(manifestRoot(lines)) })
      else lists.set(nameOf(key), list)
    }
  }
  for (const { key, indexes } of lists.values())
    values.push({ key, value: postingValue(appendPostings(emptyPostings, indexes)) })
  return { map, size, version: new MapTrie().put(values), postings: (key) => lists.get(nameOf(key))?.indexes }
}

function nameOf(key: Uint8Array): string {
  return String.fromCharCode(...key)
}

/** What a published map says last, after it was published at each of `sizes`. */
export function mapRootProof(
  world: World,
  map: MapName,
  sizes: readonly number[],
  known: number,
): MapRootProof {
  const texts = sizes.map((size) =>
    formatPublishedRoot({ root: mapAt(world, map, size).version.root, checkpoint: noteAt(world, size) }),
  )
  return lastRootProof(world, map, texts, { last: sizes.at(-1) ?? 0, known })
}

/** @param texts the entries of the output log @param sizes of the last of them, and of the checkpoint that is known */
export function lastRootProof(
  world: World,
  map: MapName,
  texts: readonly string[],
  { last, known }: { readonly last: number; readonly known: number },
): MapRootProof {
  const output = referenceTree(texts.map((text) => leafHash(utf8(text))))
  return {
    checkpoint: outputNote(map, texts.length, output.root(0, texts.length)),
    entry: texts.at(-1) ?? '',
    inclusion: output.path(texts.length - 1, texts.length).map(formatBase64),
    consistency: world.tree.proof(Math.min(last, known), Math.max(last, known)).map(formatBase64),
  }
}

export function outputNote(map: MapName, size: number, root: Uint8Array): string {
  return signCheckpoint({ origin: outputOrigin(ORIGIN, map), size: treeSize(size), root }, keys.log)
}

/** Each prefix with all its keys and their lists; each key as it is, present or absent. */
export function proveKeys(
  at: MapAt,
  { prefixes = [], keys: wanted = [] }: { prefixes?: readonly Uint8Array[]; keys?: readonly Uint8Array[] },
): Omit<MapProofs, 'map'> {
  const proven = wanted.map((key) => ({ key, ...proveKey(at.version, key) }))
  return {
    prefixes: prefixes.map((prefix) => {
      const { pairs, proof } = provePrefix(at.version, prefix)
      return {
        prefix: formatBase64(prefix),
        keys: Array.from(pairs, ({ key, value }) => ({
          rest: formatBase64(key.slice(prefix.length)),
          ...postingsOf(at, key, value),
        })),
        proof: formatBase64(proof),
      }
    }),
    keys: proven.flatMap(({ key, value, proof }) =>
      value === undefined
        ? []
        : [{ key: formatBase64(key), ...postingsOf(at, key, value), proof: formatBase64(proof) }],
    ),
    absent: proven.flatMap(({ key, value, proof }) =>
      value === undefined ? [{ key: formatBase64(key), proof: formatBase64(proof) }] : [],
    ),
  }
}

function postingsOf(at: MapAt, key: Uint8Array, value: Uint8Array): PostingsOfKey {
  const { size, root } = parseCountedRoot(value)
  const postings = at.postings(key)
  return { n: size, root: formatBase64(root), ...(postings === undefined ? {} : { postings }) }
}

/** The lines of an entry's manifest from place `from` on. */
export function linesOf({ lines }: WorldEntry, from = 0, to = lines.length): LinesProof {
  const proven = proveLines(lines, from, to)
  return {
    from,
    lines: proven.lines.map((line) => new TextDecoder().decode(line)),
    proof: proven.proof.map(formatBase64),
  }
}
