/** Submitting again what may be recorded already, as an import that is taken up again does. */
import { parseSubmission } from '../attestation/envelope.ts'
import { attestationIdOf, pae } from '../attestation/pae.ts'
import type { AttestationId, LogIndex } from '../brand.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { Fault } from '../errors.ts'
import { checkAnswer, type CheckedEntry } from '../verify/proven-entry.ts'
import type { CallOptions, Client } from './client.ts'

export interface Standing {
  readonly attestation: AttestationId
  /** Ascending; each proven to be in the log. */
  readonly entries: readonly LogIndex[]
  /** Whether this call recorded anything. */
  readonly new: boolean
}

/**
 * The entries of an attestation if `isWhole` says that they are all that was to be recorded; else undefined.
 *
 * @throws as `Client.attestation`
 */
export async function recordedAlready(
  client: Client,
  attestation: AttestationId,
  isWhole: (entries: readonly CheckedEntry[]) => boolean,
  options: CallOptions = {},
): Promise<Standing | undefined> {
  try {
    const answer = await client.attestation(attestation, options)
    const entries = [...checkAnswer(answer, client.trust.logKey).entries.values()]
    if (!isWhole(entries)) return undefined
    return { attestation, entries: entries.map((entry) => entry.index), new: false }
  } catch (cause) {
    if (cause instanceof Fault && (cause.class === 'not-recorded' || cause.class === 'not-found'))
      return undefined
    throw cause
  }
}

/** Submits a body unless every signature in it is recorded. @throws as `Client.submit`, `Client.attestation` */
export async function submitMissing(
  client: Client,
  body: Uint8Array,
  options: CallOptions = {},
): Promise<Standing> {
  const { envelope } = parseSubmission(body)
  const id = attestationIdOf(pae(envelope.payloadType, envelope.payload))
  const isWhole = (entries: readonly CheckedEntry[]): boolean =>
    envelope.signatures.every(({ signature }) =>
      entries.some((entry) => equalBytes(entry.body.signature, signature)),
    )
  const known = await recordedAlready(client, id, isWhole, options)
  if (known !== undefined) return known
  const answer = await client.submit(body, options)
  const recorded = answer.signatures.flatMap((one) => ('entry' in one ? [one] : []))
  return {
    attestation: answer.attestation,
    entries: recorded.map((one) => one.entry),
    new: recorded.some((one) => one.new),
  }
}
