/** What was signed, for every attestation that an answer names. */
import type { AttestationId } from '../brand.ts'
import { Fault } from '../errors.ts'
import type { ProvenEntries } from '../verify/answer.ts'
import type { Completeness } from '../verify/completeness-wire.ts'
import { MAX_EVIDENCE_BYTES } from '../verify/evidence.ts'
import type { CallOptions, Client } from './client.ts'

/** Requests at once: enough to hide the way to the server, too few to be a burden to it. */
const FETCHES_AT_ONCE = 8

/**
 * Each id is fetched once.
 *
 * @param maxBytes of all together: signers and the server decide how much there is, and all of it is held at once
 * @throws Fault `too-large` (`payload-too-large`) if there is more
 * @throws Fault `bad-proof` (`signed-bytes-withheld`) if the server has an entry of it but not what was signed
 * @throws as `Client.pae`
 */
export async function fetchSigned(
  client: Pick<Client, 'pae'>,
  entries: ProvenEntries,
  options: CallOptions,
  maxBytes = MAX_EVIDENCE_BYTES,
): Promise<Readonly<Record<AttestationId, Uint8Array>>> {
  const wanted = [...new Set(Object.values(entries).map((entry) => entry.attestation))].values()
  const pae: Record<AttestationId, Uint8Array> = {}
  let held = 0
  // All take from one iterator, so each id is fetched once.
  const fetchNext = async (): Promise<void> => {
    for (const id of wanted) {
      if (held > maxBytes) throw tooMuch(maxBytes)
      const signed = await fetchOne(client, id, options)
      pae[id] = signed
      held += signed.length
    }
  }
  await Promise.all(Array.from({ length: FETCHES_AT_ONCE }, fetchNext))
  if (held > maxBytes) throw tooMuch(maxBytes)
  return pae
}

export interface Reading extends CallOptions {
  /** A page that has not all rows is not read: whoever wants the proof that there are no others asks for all of them then. */
  readonly unlessCut?: boolean
}

/** @throws Fault `too-large` (`answer-too-large`) */
export function refuseCut({ next }: { readonly next?: string }, { unlessCut = false }: Reading): void {
  if (unlessCut && next !== undefined)
    throw new Fault('answer-too-large', 'answer: expected all rows on one page, got some of them')
}

/** Of the others the answer brings lines of their manifests, or nothing needs to be read. */
export function entriesToRead({
  entries,
  complete,
}: {
  readonly entries: ProvenEntries
  readonly complete?: Completeness
}): ProvenEntries {
  const shown = complete?.manifests ?? {}
  return Object.fromEntries(Object.entries(entries).filter(([index]) => !Object.hasOwn(shown, index)))
}

function tooMuch(maxBytes: number): Fault {
  return new Fault(
    'payload-too-large',
    `answer: expected at most ${maxBytes} signed bytes behind it, got more`,
    {
      hint: 'Nothing was verified. Ask for one version or a narrower range, or for fewer rows (--limit).',
      facts: { limit: maxBytes },
    },
  )
}

async function fetchOne(
  client: Pick<Client, 'pae'>,
  id: AttestationId,
  options: CallOptions,
): Promise<Uint8Array> {
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
