/** The fraud proof of a root that is not the newest any more, from the map behind it, made again (guess-map.ts). */
import type { LogIndex, TreeSize } from '../brand.ts'
import { formatBase64 } from '../encoding/base64.ts'
import { parseCountedRoot } from '../map/counted-root.ts'
import { unreadableKey } from '../map/keys.ts'
import type { MapName } from '../map/output-log.ts'
import { proveKey } from '../map/trie-proof.ts'
import { inclusionProver } from '../tlog/inclusion.ts'
import { formatTilePath, tileReader } from '../tlog/tile.ts'
import type { AsOf } from '../verify/answer.ts'
import type { MapProofs, MapRootProof } from '../verify/completeness-wire.ts'
import {
  formatFraudProof,
  verifyFraudProof,
  type FraudProof,
  type FraudReport,
  type PublishedLookUp,
} from '../verify/fraud-proof.ts'
import { outputPath, type CheckedLookUp } from './ask-maps.ts'
import type { CallOptions, Client } from './client.ts'
import type { GuessedMap } from './guess-map.ts'
import type { RootPublished } from './published-roots.ts'

export interface OlderLie {
  readonly map: MapName
  readonly published: RootPublished
  /** Of the last right root before it. */
  readonly after: TreeSize
  readonly guess: GuessedMap
}

/** @throws Fault `bad-proof` if it proves nothing after all; as `Client.entry` and `Client.pae` */
export async function proveOlder(
  client: Client,
  lie: OlderLie,
  options: CallOptions,
): Promise<{ readonly report: FraudReport; readonly proof: Uint8Array }> {
  const { map, guess } = lie
  const keys = map === 'components' && guess.lie === 'hidden' ? [guess.key, unreadableKey] : [guess.key]
  const newest = await client.maps.lookUp(map, keys, options)
  const about = { map, entry: guess.entry, key: formatBase64(guess.key), consistency: [] }
  const proof = formatFraudProof(
    guess.lie === 'hidden'
      ? { ...about, ...(await againstSigned(client, lie, newest, keys, options)) }
      : {
          ...about,
          lookUp: newest.answer,
          earlier: await olderLookUp(client, lie, newest, keys, newest.answer.asOf, options),
        },
  )
  return { proof, report: verifyFraudProof(proof, client.trust) }
}

type AgainstSigned = Pick<Extract<FraudProof, { readonly pae: string }>, 'answer' | 'pae' | 'lookUp'>

async function againstSigned(
  client: Client,
  lie: OlderLie,
  newest: CheckedLookUp,
  keys: readonly Uint8Array[],
  options: CallOptions,
): Promise<AgainstSigned> {
  const { entry } = lie.guess
  const answer = await client.entry(entry, options)
  const proven = answer.entries[String(entry)]
  if (proven === undefined) throw new Error(`entry ${entry}: the answer was checked, but has no entry`)
  const pae = formatBase64(await client.pae(proven.attestation, options))
  return { answer, pae, lookUp: await olderLookUp(client, lie, newest, keys, answer.asOf, options) }
}

/** As the server would have answered it then, under a checkpoint of now. */
async function olderLookUp(
  client: Client,
  lie: OlderLie,
  newest: CheckedLookUp,
  keys: readonly Uint8Array[],
  asOf: AsOf,
  options: CallOptions,
): Promise<PublishedLookUp> {
  const root = await publishedAt(client, lie, asOf, options)
  return { map: root, ...keysIn(lie, newest, keys), asOf, place: lie.published.index }
}

async function publishedAt(
  client: Client,
  { map, published }: OlderLie,
  { treeSize: size }: AsOf,
  options: CallOptions,
): Promise<MapRootProof> {
  const { index, entry, input } = published
  const { checkpoint, note } = await client.maps.checkpoint(map, options)
  const read = tileReader(checkpoint.size, (tiles) =>
    Promise.all(tiles.map((tile) => client.tile(outputPath(map) + formatTilePath(tile), options))),
  )
  const inclusion = await inclusionProver(checkpoint.size, read)(index)
  const isSame = input.size === size
  return {
    checkpoint: note,
    entry,
    inclusion: inclusion.map((hash) => formatBase64(hash)),
    consistency: isSame ? [] : (await client.consistency({ from: input.size, to: size }, options)).proof,
  }
}

/** What came before the last right root is in the newest one too, since lists only grow. */
function keysIn(
  { guess, after }: OlderLie,
  newest: CheckedLookUp,
  keys: readonly Uint8Array[],
): Omit<MapProofs, 'map'> {
  const proven = keys.map((key) => ({ key, ...proveKey(guess.version, key) }))
  const postings = (key: Uint8Array): readonly LogIndex[] => [
    ...newest.keys.postings(key).filter((index) => index < after),
    ...guess.since(key),
  ]
  return {
    prefixes: [],
    keys: proven.flatMap(({ key, value, proof }) => {
      if (value === undefined) return []
      const { size, root } = parseCountedRoot(value)
      const shown = { n: size, root: formatBase64(root), postings: postings(key) }
      return [{ key: formatBase64(key), ...shown, proof: formatBase64(proof) }]
    }),
    absent: proven.flatMap(({ key, value, proof }) =>
      value === undefined ? [{ key: formatBase64(key), proof: formatBase64(proof) }] : [],
    ),
  }
}
