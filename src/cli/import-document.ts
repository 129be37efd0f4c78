/**
 * What one document of an import is, and what is submitted for it: a signed envelope as it is; an SBOM, provenance or
 * unsigned statement as the importer's own statement.
 */
import { formatEnvelope, parseEnvelope } from '../attestation/envelope.ts'
import { importedStatement } from '../attestation/imported-statement.ts'
import {
  CYCLONEDX,
  isControlType,
  SLSA_PROVENANCE_V02,
  SLSA_PROVENANCE_V1,
  SPDX,
} from '../attestation/predicate-types.ts'
import { parseStatement, STATEMENT_V1, type Subject } from '../attestation/statement.ts'
import type { KeyId } from '../brand.ts'
import { rawMember } from '../encoding/raw-member.ts'
import { isObject, optionalMember, parseJson, type JsonObject } from '../encoding/strict-json.ts'
import { utf8 } from '../encoding/utf8.ts'
import { isBundle, parseBundleEnvelope } from '../entry/bundle.ts'
import { Fault } from '../errors.ts'
import { documentImage, nameless, type DocumentImage } from '../sbom/document-image.ts'
import { manifestOf, readReportedSbom } from '../sbom/manifest.ts'
import { otherFormat } from '../sbom/other-format.ts'
import { unsupportedFormat } from '../sbom/unsupported-format.ts'

/** One document: a file, or a line of one. */
export interface ImportDocument {
  /** As shown and as recorded: the path inside the folder, with "/". */
  readonly source: string
  readonly bytes: Uint8Array
  /** What the mapping says of the file. */
  readonly told: DocumentImage | undefined
}

export type Prepared =
  /** Signed by somebody else; goes as it is. */
  | { readonly kind: 'envelope'; readonly body: Uint8Array }
  /** To be signed by the importer. */
  | { readonly kind: 'statement'; readonly payload: Uint8Array }

/**
 * @throws Fault `unsupported` (`document-unknown`, `keyless-not-supported-yet`, `sbom-format-unsupported`)
 * @throws Fault `unacceptable` (`no-image-digest`), `malformed`, `too-large`, as the ledger would refuse it
 */
export function prepareDocument(document: ImportDocument, key: KeyId): Prepared {
  const value = readObject(document)
  if (isBundle(value)) return { kind: 'envelope', body: formatEnvelope(parseBundleEnvelope(value)) }
  if ('payload' in value && 'signatures' in value) return prepareEnvelope(value)
  if ('_type' in value) return checked(rewrap(document), key)
  const predicateType = predicateTypeOf(value)
  // What cannot be read is refused for that, whether or not anybody knows the image.
  readReportedSbom({ type: STATEMENT_V1, subjects: [], predicateType, predicate: value })
  const { name, digest } = imageFor(document, value)
  const subjects = [{ name, digest: { sha256: digest.slice('sha256:'.length) } }]
  const parts = { subjects, predicateType, importedFrom: document.source }
  return checked(importedStatement(parts, document.bytes), key)
}

function readObject({ bytes, source }: ImportDocument): JsonObject {
  const start = new TextDecoder().decode(bytes.subarray(0, 4096)).trimStart()
  // gzip is unpacked here, and not by the tools that convert.
  const unpacked = source.replace(/\.gz$/, '')
  const unpack = unpacked === source ? '' : `gunzip --keep ${source} && `
  const other = otherFormat(start, unpacked)
  if (other !== undefined) throw unsupportedFormat(other.format, '', `Convert it: ${unpack}${other.command}`)
  if (!/^[{[]/.test(start)) throw unknownDocument()
  const value = parseJson(bytes, { subject: 'document' })
  if (!isObject(value)) throw unknownDocument()
  return value
}

function unknownDocument(): Fault {
  return new Fault(
    'document-unknown',
    'document: expected a signed envelope, a Sigstore bundle, an in-toto statement, SLSA provenance or an SBOM in CycloneDX or SPDX JSON',
    { hint: 'Leave it out of the folder, if it is none of these.' },
  )
}

/** Old envelopes of keyless signers carry the certificate beside the signature (slsa-github-generator, witness). */
function prepareEnvelope(value: JsonObject): Prepared {
  const signatures = optionalMember(value, 'signatures')
  for (const signature of Array.isArray(signatures) ? signatures : []) {
    if (!isObject(signature) || !('cert' in signature || 'certificate' in signature)) continue
    throw new Fault(
      'keyless-not-supported-yet',
      'envelope: it is signed with a certificate (keyless), which this version cannot check',
      { pointer: '/signatures', hint: 'Ask for it signed with a key, or import it with a later version.' },
    )
  }
  return { kind: 'envelope', body: formatEnvelope(parseEnvelope(value)) }
}

/** Its subjects and its predicate's bytes, in a statement of the importer's own. */
function rewrap({ bytes, source }: ImportDocument): Uint8Array {
  const { subjects, predicateType } = parseStatement(bytes)
  if (isControlType(predicateType)) {
    throw new Fault(
      'statement-unacceptable',
      `statement: expected one about an image, got ${predicateType.slice(0, 100)}, which speaks about a ledger`,
      {
        hint: 'The importer does not sign what somebody else wrote about a ledger: use attestree revoke or trust.',
      },
    )
  }
  const parts = { subjects: subjects.map(subjectOf), predicateType, importedFrom: source }
  return importedStatement(parts, rawMember(bytes, 'predicate') ?? utf8('{}'))
}

function subjectOf({ name, digest }: Subject): Subject {
  return { name, digest }
}

/** Read as the ledger will: what it would refuse is refused here. */
function checked(payload: Uint8Array, key: KeyId): Prepared {
  manifestOf(parseStatement(payload), key)
  return { kind: 'statement', payload }
}

function predicateTypeOf(value: JsonObject): string {
  if (value['bomFormat'] === 'CycloneDX') return CYCLONEDX
  if ('spdxVersion' in value || isSpdxGraph(value)) return SPDX
  if ('buildDefinition' in value) return SLSA_PROVENANCE_V1
  if ('builder' in value && 'buildType' in value) return SLSA_PROVENANCE_V02
  throw unknownDocument()
}

function isSpdxGraph(value: JsonObject): boolean {
  return JSON.stringify(optionalMember(value, '@context') ?? '').includes('spdx.org')
}

function imageFor({ source, told }: ImportDocument, value: JsonObject): DocumentImage {
  const image = told ?? documentImage(value) ?? fileImage(source)
  if (image !== undefined) return image
  throw new Fault('no-image-digest', 'document: nothing says which image it is about', {
    hint: `Name it in a file for --subjects: ${source} NAME@sha256:…`,
  })
}

function fileImage(source: string): DocumentImage | undefined {
  const hex = /sha256[-:_]([0-9a-f]{64})(?![0-9a-f])/.exec(source.slice(source.lastIndexOf('/') + 1))?.[1]
  return hex === undefined ? undefined : nameless('', `sha256:${hex}`)
}
