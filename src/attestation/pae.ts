/**
 * DSSE's pre-authentication encoding (DSSE v1.0.2 protocol.md; formats.md C/1.1): the bytes that are signed.
 *
 *     DSSEv1 28 application/vnd.in-toto+json 345 {"_type":"https://in-toto.io/Statement/v1",…
 *
 * Its SHA-256 is the attestation id; the same bytes are the blob that is stored. The JSON envelope around a
 * payload is the business of envelope.ts.
 */
import { attestationId, type AttestationId } from '../brand.ts'
import { sha256Id } from '../crypto/sha256.ts'
import { concatBytes, equalBytes } from '../encoding/bytes.ts'
import { parseUtf8, utf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'

/** in-toto Statement; since its v1.2 also `application/vnd.in-toto.<predicate>+json`, in the letters of RFC 6838. */
const inTotoType = /^application\/vnd\.in-toto(\.[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*)?\+json$/
/** RFC 6838 4.2 allows 127 characters on each side of the slash. */
const MAX_PAYLOAD_TYPE = 255
/** "DSSEv1 ", two lengths of at most 16 digits, the type, and the spaces between. */
const MAX_HEADER_BYTES = 7 + 16 + 1 + MAX_PAYLOAD_TYPE + 1 + 16 + 1

/** `DSSEv1 LEN(type) type LEN(payload) payload`, lengths in bytes; a payload in a `payloadRoom` is not copied. */
export function pae(payloadType: string, payload: Uint8Array): Uint8Array {
  const head = header(utf8(payloadType), payload.length)
  const around = new Uint8Array(payload.buffer)
  const isInPlace =
    payload.byteOffset === head.length &&
    around.length === head.length + payload.length &&
    equalBytes(around.subarray(0, head.length), head)
  return isInPlace ? around : concatBytes(head, payload)
}

/** Memory for a payload of that length, behind what `pae` puts in front of it: the largest are in memory once. */
export function payloadRoom(payloadType: string, length: number): Uint8Array {
  const head = header(utf8(payloadType), length)
  const whole = new Uint8Array(head.length + length)
  whole.set(head)
  return whole.subarray(head.length)
}

function header(type: Uint8Array, payloadLength: number): Uint8Array {
  // DSSE protocol, "PAE": the type is signed too, so a payload cannot be replayed under another type.
  return concatBytes(utf8(`DSSEv1 ${type.length} `), type, utf8(` ${payloadLength} `))
}

/**
 * The payload is a view of `bytes`, not a copy.
 *
 * @throws Fault `malformed` (`envelope-malformed`) if these are not the exact bytes that `pae` makes.
 * @throws Fault `unsupported` (`payload-type-unsupported`) if the payload is not an in-toto statement.
 */
export function parsePae(bytes: Uint8Array): { readonly payloadType: string; readonly payload: Uint8Array } {
  const numbers = /^DSSEv1 (\d{1,16}) /.exec(asciiStart(bytes))
  if (numbers === null) throw malformed('"DSSEv1", a space and the length of the payload type')
  const typeAt = numbers[0].length
  const type = bytes.subarray(typeAt, typeAt + Math.min(Number(numbers[1]), MAX_PAYLOAD_TYPE))
  const payload = payloadAfter(bytes, typeAt + type.length)
  // One comparison refuses every other spelling: "028", a wrong length, a cut or a longer payload.
  const expected = header(type, payload.length)
  if (!equalBytes(expected, bytes.subarray(0, bytes.length - payload.length)))
    throw malformed('lengths that fit')
  const payloadType = parseUtf8(type, 'payload type')
  checkPayloadType(payloadType)
  return { payloadType, payload }
}

function payloadAfter(bytes: Uint8Array, at: number): Uint8Array {
  const number = /^ \d{1,16} /.exec(asciiStart(bytes.subarray(at)))
  if (number === null) throw malformed('the length of the payload after its type')
  return bytes.subarray(at + number[0].length)
}

const latin1 = new TextDecoder('latin1')

/** The beginning, a character for each byte. */
function asciiStart(bytes: Uint8Array): string {
  return latin1.decode(bytes.subarray(0, MAX_HEADER_BYTES))
}

function malformed(expected: string): Fault {
  return new Fault('envelope-malformed', `pre-authentication encoding: expected ${expected}`)
}

/** `sha256:` and SHA-256 of the encoding: the identity of what was signed (README 2.1). */
export function attestationIdOf(paeBytes: Uint8Array): AttestationId {
  return attestationId(sha256Id(paeBytes))
}

/** @throws Fault `unsupported` (`payload-type-unsupported`) for anything but an in-toto statement. */
export function checkPayloadType(payloadType: string, pointer = '/payloadType'): void {
  if (payloadType.length <= MAX_PAYLOAD_TYPE && inTotoType.test(payloadType)) return
  throw new Fault(
    'payload-type-unsupported',
    `payload type: expected application/vnd.in-toto+json, got ${JSON.stringify(payloadType.slice(0, 100))}`,
    { pointer },
  )
}
