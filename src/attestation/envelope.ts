/**
 * DSSE envelopes (DSSE v1.0.2 envelope.md; formats.md C/1.1), as JSON.
 *
 *     {"payload": "<base64>", "payloadType": "application/vnd.in-toto+json", "signatures": [{"keyid": "…", "sig": "<base64>"}]}
 *
 * Unknown fields are ignored; a key id is a hint and proves nothing. What is signed is the business of pae.ts,
 * what the payload says of statement.ts. A submission to the ledger is an envelope, with public keys if need be
 * (contracts.md 7).
 */
import { parseBase64, parseBase64Either, formatBase64 } from '../encoding/base64.ts'
import { formatCanonicalJson } from '../encoding/canonical-json.ts'
import { parseJson, type JsonValue } from '../encoding/strict-json.ts'
import { Fault } from '../errors.ts'
import {
  documentField,
  elements,
  expectString,
  expectText,
  member,
  refusal,
  refuseOthers,
  refuseWrongCase,
  type Field,
} from './field.ts'
import { checkPayloadType, payloadRoom } from './pae.ts'

/** Each signature costs a verification, or several where the key is not named (README 2.7). */
const MAX_SIGNATURES = 16
/** README 2.7; SBOMs of the largest images stay below. */
export const MAX_PAYLOAD_BYTES = 64 * 1024 * 1024
/** An entry holds the signature and has at most 65,535 bytes (tlog-tiles). */
const MAX_SIGNATURE_BYTES = 65_535
/** The longest hints in use are the resource names of key services, a few hundred characters. */
const MAX_KEYID = 2_048
/** RSA-4096, the longest we verify, has 550 bytes; longer ones are left to the key parser's refusal. */
const MAX_PUBLIC_KEY_BYTES = 16_384

export interface EnvelopeSignature {
  /** A hint, unauthenticated; empty if there is none. */
  readonly keyid: string
  readonly signature: Uint8Array
}

export interface Envelope {
  readonly payloadType: string
  readonly payload: Uint8Array
  /** 1 to 16, in the envelope's order. */
  readonly signatures: readonly EnvelopeSignature[]
}

export interface Submission {
  readonly envelope: Envelope
  /** SPKI DER, not yet parsed; hints for registered signers, required for others (README 2.7, "Whose key"). */
  readonly publicKeys: readonly Uint8Array[]
}

const document = { subject: 'envelope', reason: 'envelope-malformed' } as const

/**
 * @throws Fault `malformed` (`json-…`, `base64-malformed`, `envelope-malformed`), `unacceptable` (`no-signature`),
 * `too-large` (`signature-limit`, `payload-too-large`), `unsupported` (`payload-type-unsupported`); with a
 * pointer, which begins with `pointer` where the envelope is part of a larger document
 */
export function parseEnvelope(input: Uint8Array | JsonValue, pointer = ''): Envelope {
  return readEnvelope(documentField(document, input instanceof Uint8Array ? readJson(input) : input, pointer))
}

/**
 * The body of a submission: a bare envelope, or `{envelope, publicKeys: [base64 SPKI]}`.
 *
 * @throws Fault as `parseEnvelope`; `unsupported` for other members beside `envelope`
 */
export function parseSubmission(body: Uint8Array): Submission {
  const whole = documentField({ ...document, subject: 'submission' }, readJson(body))
  // A bare envelope may have a member "envelope" too: unknown fields of envelopes are ignored.
  const isWrapped =
    member(whole, 'envelope').value !== undefined && member(whole, 'payload').value === undefined
  if (!isWrapped) return { envelope: readEnvelope({ ...whole, document }), publicKeys: [] }
  refuseOthers(whole, ['envelope', 'publicKeys'])
  const envelope = readEnvelope({ ...member(whole, 'envelope'), document })
  return { envelope, publicKeys: readPublicKeys(member(whole, 'publicKeys')) }
}

/** Canonical JSON; what `parseEnvelope` reads back. */
export function formatEnvelope(envelope: Envelope): Uint8Array {
  return formatCanonicalJson(envelopeJson(envelope))
}

/** With the public keys of its signers, which a ledger needs of those that are not registered. */
export function formatSubmission({ envelope, publicKeys }: Submission): Uint8Array {
  return formatCanonicalJson({
    envelope: envelopeJson(envelope),
    publicKeys: publicKeys.map((spki) => formatBase64(spki)),
  })
}

/** The envelope as a JSON value, standard base64, empty key ids left out. */
export function envelopeJson(envelope: Envelope): JsonValue {
  return {
    payload: formatBase64(envelope.payload),
    payloadType: envelope.payloadType,
    signatures: envelope.signatures.map(({ keyid, signature }) => {
      const sig = formatBase64(signature)
      return keyid === '' ? { sig } : { keyid, sig }
    }),
  }
}

function readJson(bytes: Uint8Array): JsonValue {
  return parseJson(bytes, { subject: 'envelope', strictNumbers: true, forbidProto: true })
}

function readEnvelope(field: Field): Envelope {
  refuseWrongCase(field, ['payload', 'payloadType', 'signatures'])
  const payloadType = expectString(member(field, 'payloadType'))
  checkPayloadType(payloadType, `${field.pointer}/payloadType`)
  const signatures = readSignatures(member(field, 'signatures'))
  return { payloadType, payload: readPayload(member(field, 'payload'), payloadType), signatures }
}

function readPayload(field: Field, payloadType: string): Uint8Array {
  const text = expectString(field)
  const received = Math.floor((text.length * 3) / 4)
  // Before decoding; the two bytes are what padding may stand for.
  if (received > MAX_PAYLOAD_BYTES + 2) throw tooLarge(field, received)
  const payload = readBytes(field, (digits, subject) =>
    parseBase64Either(digits, subject, (length) => payloadRoom(payloadType, length)),
  )
  if (payload.length > MAX_PAYLOAD_BYTES) throw tooLarge(field, payload.length)
  return payload
}

function tooLarge(field: Field, received: number): Fault {
  return new Fault(
    'payload-too-large',
    `envelope: expected a payload of at most ${MAX_PAYLOAD_BYTES} bytes, got ${received}`,
    {
      pointer: field.pointer,
      facts: { limit: MAX_PAYLOAD_BYTES, received },
    },
  )
}

function readSignatures(field: Field): EnvelopeSignature[] {
  const each = elements(field)
  if (each.length === 0) {
    throw new Fault('no-signature', 'envelope: expected at least one signature, got none', {
      pointer: field.pointer,
    })
  }
  refuseMoreThan(MAX_SIGNATURES, each.length, 'signatures', field)
  return each.map(readSignature)
}

function readSignature(field: Field): EnvelopeSignature {
  refuseWrongCase(field, ['keyid', 'sig'])
  const signature = readBytes(member(field, 'sig'), parseBase64Either)
  if (signature.length === 0 || signature.length > MAX_SIGNATURE_BYTES) {
    throw refusal(member(field, 'sig'), `a signature of 1 to ${MAX_SIGNATURE_BYTES} bytes`)
  }
  return { keyid: readKeyid(member(field, 'keyid')), signature }
}

/** Unset, null and empty are the same (DSSE envelope.md). */
function readKeyid(field: Field): string {
  if (field.value === undefined || field.value === null || field.value === '') return ''
  return expectText(field, MAX_KEYID)
}

function readPublicKeys(field: Field): Uint8Array[] {
  if (field.value === undefined) return []
  const each = elements(field)
  refuseMoreThan(MAX_SIGNATURES, each.length, 'public keys', field)
  return each.map((one) => {
    const key = readBytes(one, parseBase64)
    if (key.length === 0 || key.length > MAX_PUBLIC_KEY_BYTES)
      throw refusal(one, `1 to ${MAX_PUBLIC_KEY_BYTES} bytes of SPKI DER`)
    return key
  })
}

function refuseMoreThan(limit: number, received: number, what: string, field: Field): void {
  if (received <= limit) return
  const message = `${field.document.subject}: expected at most ${limit} ${what}, got ${received}`
  throw new Fault('signature-limit', message, { pointer: field.pointer, facts: { limit, received } })
}

function readBytes(field: Field, parse: (text: string, subject: string) => Uint8Array): Uint8Array {
  const text = expectString(field)
  try {
    return parse(text, `${field.document.subject} ${field.pointer}`)
  } catch (cause) {
    // Base64 knows no pointers.
    if (!(cause instanceof Fault)) throw cause
    throw new Fault(cause.reason, cause.message, { pointer: field.pointer, cause })
  }
}
