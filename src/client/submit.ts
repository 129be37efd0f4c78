/** Submitting, one and many: what comes back is about what was sent, and proven to be in the log. */
import { parseSubmission } from '../attestation/envelope.ts'
import { attestationIdOf, pae } from '../attestation/pae.ts'
import { Fault } from '../errors.ts'
import type { SubmitAnswer } from '../verify/answer.ts'
import { checkAttestation } from '../verify/proven-entry.ts'
import type { Asker, CallOptions } from './asker.ts'
import { submitAnswer } from './read-answer.ts'
import { expectSame, standing } from './standing.ts'

export async function submitOne(asker: Asker, body: Uint8Array, options: CallOptions): Promise<SubmitAnswer> {
  // Read first: what cannot be read here cannot be compared with the answer.
  const signed = signedBytes(body)
  const answer = await asker.ask('ledger/v1/attestations', submitAnswer, options, body)
  checkSubmitted(asker, signed, answer)
  return answer
}

function signedBytes(body: Uint8Array): Uint8Array {
  const { envelope } = parseSubmission(body)
  return pae(envelope.payloadType, envelope.payload)
}

/** @throws Fault `bad-proof` if the answer is about something else, or does not prove its entries */
function checkSubmitted(asker: Asker, signed: Uint8Array, answer: SubmitAnswer): void {
  expectSame('attestation', attestationIdOf(signed), answer.attestation)
  const { entries } = asker.check(answer)
  if (!answer.signatures.some((one) => 'entry' in one))
    throw new Fault('entry-mismatch', 'answer: expected an entry of what was submitted, got none')
  for (const signature of answer.signatures) {
    if (!('entry' in signature)) continue
    checkAttestation(standing({ entries }, signature.entry, answer.attestation, signature.key), signed)
  }
}
