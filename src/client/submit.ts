/** Submitting, one and many: what comes back is about what was sent, and proven to be in the log. */
import { parseSubmission, type EnvelopeSignature } from '../attestation/envelope.ts'
import { attestationIdOf, pae } from '../attestation/pae.ts'
import { concatBytes } from '../encoding/bytes.ts'
import type { JsonValue } from '../encoding/strict-json.ts'
import { utf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'
import type { SubmitAnswer } from '../verify/answer.ts'
import { checkAttestation } from '../verify/proven-entry.ts'
import { count, listOf, membersOf, type Shape } from '../verify/shape.ts'
import type { Asker, CallOptions } from './asker.ts'
import { recall, remember, type SeenCheckpoint } from './log-memory.ts'
import { errorOfRefusal } from './problem.ts'
import { submitAnswer } from './read-answer.ts'
import { expectSame, expectSubmitted, standing } from './standing.ts'

export async function submitOne(asker: Asker, body: Uint8Array, options: CallOptions): Promise<SubmitAnswer> {
  // Read first: what cannot be read here cannot be compared with the answer.
  const submitted = readSubmitted(body)
  const answer = await asker.ask('ledger/v1/attestations', submitAnswer, options, {
    body,
    isSubmission: true,
  })
  checkSubmitted(asker, submitted, answer)
  return answer
}

/** What was sent: the signed bytes and the signatures over them. */
interface Submitted {
  readonly signed: Uint8Array
  readonly signatures: readonly EnvelopeSignature[]
}

function readSubmitted(body: Uint8Array): Submitted {
  const { payloadType, payload, signatures } = parseSubmission(body).envelope
  return { signed: pae(payloadType, payload), signatures }
}

/** @throws Fault `bad-proof` if the answer is about something else, or does not prove its entries */
function checkSubmitted(asker: Asker, { signed, signatures }: Submitted, answer: SubmitAnswer): void {
  expectSame('attestation', attestationIdOf(signed), answer.attestation)
  const { entries } = asker.check(answer)
  if (!answer.signatures.some((one) => 'entry' in one))
    throw new Fault('entry-mismatch', 'answer: expected an entry of what was submitted, got none')
  for (const signature of answer.signatures) {
    if (!('entry' in signature)) continue
    const entry = standing({ entries }, signature.entry, answer.attestation, signature.key)
    checkAttestation(entry, signed)
    expectSubmitted(entry, signed, signatures)
  }
}

/** What became of one of many: its answer, checked; or why it was refused, which is the server's word. */
export type SubmitResult = { readonly answer: SubmitAnswer } | { readonly refused: Error }

/** As http/batch.ts: the server takes no more at once. */
export const MAX_SUBMISSIONS = 1_000

/**
 * Each answer is checked as that of `submitOne`. Checkpoints are remembered once each, in the order in which the log grew.
 *
 * @throws Fault `malformed` (`parameter-malformed`) for none, or more than `MAX_SUBMISSIONS`
 */
export async function submitMany(
  asker: Asker,
  bodies: readonly Uint8Array[],
  options: CallOptions,
): Promise<readonly SubmitResult[]> {
  if (bodies.length === 0 || bodies.length > MAX_SUBMISSIONS)
    throw new Fault(
      'parameter-malformed',
      `submissions: expected 1 to ${MAX_SUBMISSIONS} at once, got ${bodies.length}`,
    )
  const submitted = bodies.map(readSubmitted)
  const known = await recall(asker.memory)
  const { items } = await asker.askUnproven('ledger/v1/attestations:batch', batchAnswer, options, {
    body: listOfBodies(bodies),
    isSubmission: true,
  })
  expectSame('results', bodies.length, items.length)
  const results = items.map((item, at): SubmitResult => {
    if (!('answer' in item)) return { refused: refusalOf(item, asker.url) }
    const one = submitted[at]
    if (one === undefined) throw new Error(`result ${at} of nothing that was sent`)
    checkSubmitted(asker, one, item.answer)
    return { answer: item.answer }
  })
  await rememberAll(asker, results, known, options)
  return results
}

function listOfBodies(bodies: readonly Uint8Array[]): Uint8Array {
  const parts = bodies.flatMap((body, at) => [utf8(at === 0 ? '[' : ','), body])
  return concatBytes(...parts, utf8(']'))
}

async function rememberAll(
  asker: Asker,
  results: readonly SubmitResult[],
  known: readonly SeenCheckpoint[],
  options: CallOptions,
): Promise<void> {
  const answers = results.flatMap((one) => ('answer' in one ? [one.answer.asOf] : []))
  const notes = new Map(answers.map((one) => [one.checkpoint, one.treeSize]))
  for (const [note] of [...notes].sort(([, a], [, b]) => a - b))
    await remember(asker.memory, note, known, asker.tiles(options))
}

type BatchItem = { readonly answer: SubmitAnswer } | { readonly status: number; readonly problem: JsonValue }

const anyJson: Shape<JsonValue> = (value) => value

const batchItem: Shape<BatchItem> = (value, place) => {
  const members = membersOf(value, place)
  const status = members.required('status', count)
  const problem = members.optional('problem', anyJson)
  const item =
    problem === undefined ? { answer: members.required('answer', submitAnswer) } : { status, problem }
  members.end()
  return item
}

const batchAnswer: Shape<{ readonly items: readonly BatchItem[] }> = (value, place) => {
  const members = membersOf(value, place)
  const read = { items: members.required('items', listOf(batchItem)) }
  members.end()
  return read
}

function refusalOf({ status, problem }: Extract<BatchItem, { problem: JsonValue }>, url: URL): Error {
  const body = utf8(JSON.stringify(problem))
  return errorOfRefusal(
    { status, contentType: 'application/problem+json', retryAfter: undefined, body },
    url.href,
  )
}
