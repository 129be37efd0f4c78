/**
 * What is behind a wrong root: the keys that the map shows otherwise than the entries state them, with a proof for
 * others (verify/fraud-proof.ts). The newest root is asked, since lists only grow: what it hides, the wrong one hid. Of
 * a lie that it does not tell any more there is a proof if the map behind the wrong root could be made again
 * (guess-map.ts).
 */
import type { LogIndex, TreeSize } from '../brand.ts'
import { formatBase64 } from '../encoding/base64.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { inPieces } from '../encoding/pieces.ts'
import { formatCountedRoot } from '../map/counted-root.ts'
import { unreadableKey } from '../map/keys.ts'
import type { MapName } from '../map/output-log.ts'
import { formatFraudProof, verifyFraudProof, type FraudReport } from '../verify/fraud-proof.ts'
import { openTrustedCheckpoint } from '../verify/proven-entry.ts'
import type { CheckedLookUp } from './ask-maps.ts'
import type { CallOptions, Client } from './client.ts'
import type { WrongRoot } from './map-audit.ts'
import { findTakenOut, KEYS_AT_ONCE, type Difference, type RightMap } from './find-taken-out.ts'
import type { ChangedKey } from './map-replay.ts'
import { proveOlder } from './prove-older.ts'

export interface Explained {
  readonly map: MapName
  /** Of the first wrong root. */
  readonly size: TreeSize
  /** Of the right one before it: what is wrong came between. */
  readonly after: TreeSize
  /** What a key shows it to be, proven to others by `proof`; undefined if no key of these entries shows it now. */
  readonly report?: FraudReport
  readonly proof?: Uint8Array
  /** Why the server could not be asked. */
  readonly unexplained?: string
}

/** What is wrong stays so where the server does not help to explain it. @throws only what the signal was aborted with */
export async function explainRoot(
  client: Client,
  wrong: WrongRoot,
  right: RightMap,
  options: CallOptions,
): Promise<Explained> {
  try {
    return await explain(client, wrong, right, options)
  } catch (cause) {
    options.signal?.throwIfAborted()
    const unexplained = cause instanceof Error ? cause.message : String(cause)
    return { map: wrong.map, size: wrong.published.input.size, after: wrong.after, unexplained }
  }
}

async function explain(
  client: Client,
  { map, published, after, changes, guess }: WrongRoot,
  right: RightMap,
  options: CallOptions,
): Promise<Explained> {
  const explained = { map, size: published.input.size, after }
  for (const some of inPieces(changes, KEYS_AT_ONCE)) {
    const shown = await client.maps.lookUp(
      map,
      some.map(({ key }) => key),
      options,
    )
    const [found] = some.flatMap((one) => differenceOf(one, shown, explained))
    if (found !== undefined) return { ...explained, ...(await prove(client, map, found, options)) }
  }
  if (guess !== undefined)
    return { ...explained, ...(await proveOlder(client, { map, published, after, guess }, options)) }
  const takenOut = await findTakenOut(client, right, options)
  return takenOut === undefined
    ? explained
    : { ...explained, ...(await prove(client, map, takenOut, options)) }
}

function differenceOf(
  { key, indexes, manifest }: Pick<ChangedKey, 'key' | 'indexes' | 'manifest'>,
  { keys }: CheckedLookUp,
  { size, after }: Pick<Explained, 'size' | 'after'>,
): readonly Difference[] {
  if (manifest !== undefined) {
    const value = keys.value(key)
    const isSame = value !== undefined && equalBytes(formatCountedRoot(value), formatCountedRoot(manifest))
    return isSame ? [] : indexes.map((entry) => ({ key, entry }))
  }
  const shown = keys.postings(key).filter((index) => index >= after && index < size)
  const wrong = [
    ...indexes.filter((index) => !shown.includes(index)),
    ...shown.filter((index) => !indexes.includes(index)),
  ]
  return wrong.map((entry) => ({ key, entry }))
}

async function prove(
  client: Client,
  map: MapName,
  { key, entry }: Difference,
  options: CallOptions,
): Promise<Required<Pick<Explained, 'report' | 'proof'>>> {
  const wanted = map === 'components' ? [key, unreadableKey] : [key]
  const { answer: lookUp } = await client.maps.lookUp(map, wanted, options)
  const answer = await client.entry(entry, options)
  const signed = await client.pae(Object.values(answer.entries)[0]?.attestation ?? missing(entry), options)
  const sizes = [lookUp, answer]
    .map(({ asOf }) => openTrustedCheckpoint(asOf.checkpoint, client.trust.logKey).size)
    .sort((a, b) => a - b)
  const [from, to] = sizes
  if (from === undefined || to === undefined) throw new Error('two sizes')
  const consistency = from === to ? [] : (await client.consistency({ from, to }, options)).proof
  const proof = formatFraudProof({
    map,
    entry,
    key: formatBase64(key),
    answer,
    pae: formatBase64(signed),
    lookUp,
    consistency,
  })
  return { proof, report: verifyFraudProof(proof, client.trust) }
}

function missing(entry: LogIndex): never {
  throw new Error(`entry ${entry}: the answer was checked, but has no entry`)
}
