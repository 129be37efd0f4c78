/**
 * Sigstore bundles (protobuf-specs; formats.md C/1.7): an envelope with one signature, what verifies it, and
 * its log entry, in one JSON file.
 *
 * We write version 0.3 with a public key's hint. Of others' bundles we take the envelope out, if it was signed
 * with a key; certificates, and signatures on bare blobs, are not supported yet. What is taken out is not
 * verified here, nor is the log entry of another log looked at.
 */
import { parseEnvelope, envelopeJson, type Envelope } from '../attestation/envelope.ts'
import {
  documentField,
  expectObject,
  expectString,
  member,
  refusal,
  unsupported,
  type Field,
} from '../attestation/field.ts'
import type { PublicKey } from '../crypto/public-key.ts'
import { sha256 } from '../crypto/sha256.ts'
import { formatBase64 } from '../encoding/base64.ts'
import { parseJson, type JsonObject, type JsonValue } from '../encoding/strict-json.ts'
import { Fault } from '../errors.ts'
import { formatTransparencyLogEntry, type TransparencyLogEntry } from './transparency-log-entry.ts'

export const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json'

const mediaTypes: readonly string[] = [
  BUNDLE_TYPE,
  'application/vnd.dev.sigstore.bundle+json;version=0.1',
  'application/vnd.dev.sigstore.bundle+json;version=0.2',
  'application/vnd.dev.sigstore.bundle+json;version=0.3',
]

const document = { subject: 'bundle', reason: 'envelope-malformed' } as const

/** The JSON value of a bundle; `envelope` has exactly the one signature that `logged` is about. */
export function formatBundle(
  envelope: Envelope,
  publicKey: PublicKey,
  logged: TransparencyLogEntry,
): JsonObject {
  if (envelope.signatures.length !== 1) throw new Error(`bundle: ${envelope.signatures.length} signatures`)
  return {
    mediaType: BUNDLE_TYPE,
    verificationMaterial: {
      publicKey: { hint: formatBase64(sha256(publicKey.spki)) },
      tlogEntries: [formatTransparencyLogEntry(logged)],
    },
    dsseEnvelope: envelopeJson(envelope),
  }
}

/** Whether a JSON document says that it is a Sigstore bundle, of whatever version. */
export function isBundle(value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const mediaType = member(documentField(document, value), 'mediaType').value
  return typeof mediaType === 'string' && mediaType.startsWith('application/vnd.dev.sigstore.bundle')
}

/**
 * The envelope of a bundle signed with a key.
 *
 * @throws Fault `malformed` (`envelope-malformed`, and as `parseEnvelope`); `unsupported` for certificates
 * (`keyless-not-supported-yet`), bare blobs and other versions
 */
export function parseBundleEnvelope(input: Uint8Array | JsonValue): Envelope {
  const value =
    input instanceof Uint8Array
      ? parseJson(input, { subject: 'bundle', strictNumbers: true, forbidProto: true })
      : input
  const bundle = documentField(document, value)
  const mediaType = expectString(member(bundle, 'mediaType'))
  if (!mediaTypes.includes(mediaType))
    throw unsupported(member(bundle, 'mediaType'), `the media type ${mediaType.slice(0, 100)}`)
  requirePublicKey(member(bundle, 'verificationMaterial'))
  const signed = member(bundle, 'messageSignature')
  if (signed.value !== undefined)
    throw unsupported(signed, 'a signature on a bare blob, without a statement,')
  const envelope = parseEnvelope(expectObject(member(bundle, 'dsseEnvelope')), '/dsseEnvelope')
  if (envelope.signatures.length !== 1)
    throw refusal(member(bundle, 'dsseEnvelope'), 'an envelope with one signature')
  return envelope
}

function requirePublicKey(material: Field): void {
  for (const name of ['certificate', 'x509CertificateChain']) {
    const field = member(material, name)
    if (field.value === undefined) continue
    throw new Fault(
      'keyless-not-supported-yet',
      'bundle: it is signed with a certificate (keyless), which this version cannot check',
      { pointer: field.pointer, hint: 'Ask for it signed with a key, or use a later version.' },
    )
  }
  expectObject(member(material, 'publicKey'))
}
