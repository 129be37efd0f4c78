/** What was signed, for every attestation that an answer names. */
import type { AttestationId } from '../brand.ts'
import { Fault } from '../errors.ts'
import type { ProvenEntries } from '../verify/answer.ts'
import type { CallOptions, Client } from './client.ts'

/** Requests at once: enough to hide the way to the server, too few to be a burden to it. */
const FETCHES_AT_ONCE = 8

/**
 * Each id is fetched once.
 *
 * @throws Fault `bad-proof` (`signed-bytes-withheld`) if the server has an entry of it but not what was signed
 * @throws as `Client.pae`
 */
export async function fetchSigned(
  client: Client,
  entries: ProvenEntries,
  options: CallOptions,
): Promise<Readonly<Record<AttestationId, Uint8Array>>> {
  const wanted = [...new Set(Object.values(entries).map((entry) => entry.attestation))].values()
  const pae: Record<AttestationId, Uint8Array> = {}
  // All take from one iterator, so each id is fetched once.
  const fetchNext = async (): Promise<void> => {
    for (const id of wanted) pae[id] = await fetchOne(client, id, options)
  }
  await Promise.all(Array.from({ length: FETCHES_AT_ONCE }, fetchNext))
  return pae
}

async function fetchOne(client: Client, id: AttestationId, options: CallOptions): Promise<Uint8Array> {
  try {
    return await client.pae(id, options)
  } catch (cause) {
    if (!(cause instanceof Fault) || (cause.class !== 'not-recorded' && cause.class !== 'not-found'))
      throw cause
    const what = `attestation ${id}: expected what was signed, since the log has an entry of it; got none`
    throw new Fault('signed-bytes-withheld', what, {
      hint: 'Nothing can be said about it without. Ask the operator why it is withheld.',
      cause,
    })
  }
}
