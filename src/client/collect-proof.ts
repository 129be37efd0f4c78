/** An entry in formats of other tools: as a Sigstore bundle, and as a tlog-proof file. Made here from what was proven. */
import type { LogIndex } from '../brand.ts'
import { parseBase64 } from '../encoding/base64.ts'
import type { JsonObject } from '../encoding/strict-json.ts'
import { formatBundle } from '../entry/bundle.ts'
import { formatProofFile } from '../tlog/proof-file.ts'
import { logId } from '../tlog/signed-note.ts'
import type { EntryAnswer, ProvenEntry } from '../verify/answer.ts'
import type { CallOptions, Client } from './client.ts'
import { signedEntry } from './signed-entry.ts'

/**
 * An entry as a Sigstore bundle (v0.3), for tools that verify those.
 *
 * @throws as `Client.entry` and `Client.pae`
 */
export async function collectBundle(
  client: Client,
  index: LogIndex,
  options: CallOptions = {},
): Promise<JsonObject> {
  const { answer, entry, payloadType, payload } = await signedEntry(client, index, options)
  const { body, inclusion } = provenIn(answer)
  return formatBundle(
    { payloadType, payload, signatures: [{ keyid: '', signature: entry.body.signature }] },
    entry.key,
    {
      index,
      logId: logId(client.trust.logKey),
      entry: parseBase64(body),
      inclusion: inclusion.map((hash) => parseBase64(hash)),
      size: answer.asOf.treeSize,
      root: parseBase64(answer.asOf.rootHash),
      checkpoint: answer.asOf.checkpoint,
    },
  )
}

/**
 * A proof of an entry as a C2SP tlog-proof file, to be checked offline.
 *
 * @throws as `Client.entry`
 */
export async function collectProofFile(
  client: Client,
  index: LogIndex,
  options: CallOptions = {},
): Promise<string> {
  const answer = await client.entry(index, options)
  const proof = provenIn(answer).inclusion.map((hash) => parseBase64(hash))
  return formatProofFile({ index, proof, checkpoint: answer.asOf.checkpoint })
}

function provenIn({ entry, entries }: EntryAnswer): ProvenEntry {
  const proven = entries[String(entry)]
  if (proven === undefined) throw new Error(`entry ${entry} was checked, but is not in the answer`)
  return proven
}
