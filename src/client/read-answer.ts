/**
 * Reads the answers of the HTTP interface (contracts.md 7) that are not evidence, from JSON into the shapes of
 * verify/answer.ts. Says nothing about whether they are true: that is verify/proven-entry.ts and client.ts.
 */
import type { Intake, IntakeFinding } from '../sbom/intake.ts'
import type {
  AnnulledRow,
  AttestationAnswer,
  EntryAnswer,
  ImageAnswer,
  RelatedImage,
  RevocationRow,
  RevocationsAnswer,
  StatusAnswer,
  SubmitAnswer,
  SubmittedSignature,
} from '../verify/answer.ts'
import {
  aKeyId,
  anAttestationId,
  anImageDigest,
  asOf,
  coverage,
  provenanceRow,
  provenEntries,
  unregisteredClaims,
} from '../verify/read-answer.ts'
import { completeness } from '../verify/completeness-wire.ts'
import { anIndex, count, flag, listOf, membersOf, oneOf, orNull, text } from '../verify/shape.ts'
import type { Members, Shape } from '../verify/shape.ts'
import { validation } from './read-validation.ts'
import { cutoff, mode, verdict, word } from './read-verdict.ts'

export const entryAnswer: Shape<EntryAnswer> = (value, place) => {
  const members = membersOf(value, place)
  const read: EntryAnswer = {
    entry: members.required('entry', anIndex),
    entries: members.required('entries', provenEntries),
    asOf: members.required('asOf', asOf),
  }
  members.end()
  return read
}

const intakeFinding: Shape<IntakeFinding> = (value, place) => {
  const members = membersOf(value, place)
  const [example, advice] = [members.optional('example', text), members.optional('advice', text)]
  const read: IntakeFinding = {
    code: members.required('code', word),
    count: members.required('count', count),
    ...(example === undefined ? {} : { example }),
    ...(advice === undefined ? {} : { advice }),
  }
  members.end()
  return read
}

const intake: Shape<Intake> = (value, place) => {
  const members = membersOf(value, place)
  const read: Intake = {
    format: members.required('format', orNull(text)),
    components: members.required('components', count),
    withPurl: members.required('withPurl', count),
    withoutPurl: members.required('withoutPurl', count),
    withoutVersion: members.required('withoutVersion', count),
    duplicates: members.required('duplicates', count),
    findings: members.required('findings', listOf(intakeFinding)),
  }
  members.end()
  return read
}

export const attestationAnswer: Shape<AttestationAnswer> = (value, place) => {
  const members = membersOf(value, place)
  const report = members.optional('intake', intake)
  const read: AttestationAnswer = {
    attestation: members.required('attestation', anAttestationId),
    ...(report === undefined ? {} : { intake: report }),
    entries: members.required('entries', provenEntries),
    asOf: members.required('asOf', asOf),
  }
  members.end()
  return read
}

const imageAttestation: Shape<ImageAnswer['attestations'][number]> = (value, place) => {
  const members = membersOf(value, place)
  const read = {
    entry: members.required('entry', anIndex),
    attestation: members.required('attestation', anAttestationId),
    key: members.required('key', aKeyId),
    signer: members.required('signer', orNull(text)),
    predicateType: members.required('predicateType', text),
    recordedAt: members.required('recordedAt', text),
    verdict: members.required('verdict', verdict),
  }
  members.end()
  return read
}

const madeTime: Shape<{ readonly created?: string }> = (value, place) => {
  const members = membersOf(value, place)
  const created = members.optional('created', text)
  members.end()
  return created === undefined ? {} : { created }
}

const imageSbom: Shape<ImageAnswer['sboms'][number]> = (value, place) => {
  const members = membersOf(value, place)
  const claimed = members.optional('claimed', madeTime)
  const read = {
    entry: members.required('entry', anIndex),
    tool: members.required('tool', text),
    toolVersion: members.required('toolVersion', text),
    platform: members.required('platform', orNull(text)),
    components: members.required('components', count),
    counts: members.required('counts', flag),
    ...(claimed === undefined ? {} : { claimed }),
  }
  members.end()
  return read
}

const imageSigner: Shape<ImageAnswer['signers'][number]> = (value, place) => {
  const members = membersOf(value, place)
  const read = {
    key: members.required('key', aKeyId),
    principal: members.required('principal', orNull(text)),
  }
  members.end()
  return read
}

export const relatedImage: Shape<RelatedImage> = (value, place) => {
  const members = membersOf(value, place)
  const read: RelatedImage = {
    is: members.required('is', oneOf('index', 'platform-image')),
    image: members.required('image', anImageDigest),
    platform: members.required('platform', text),
    names: members.required('names', listOf(text)),
    entries: members.required('entries', listOf(anIndex)),
  }
  members.end()
  return read
}

export const imageAnswer: Shape<ImageAnswer> = (value, place) => {
  const members = membersOf(value, place)
  const unregistered = members.optional('unregistered', unregisteredClaims)
  const lineage = members.optional('lineage', listOf(relatedImage))
  const read: ImageAnswer = {
    image: members.required('image', anImageDigest),
    names: members.required('names', listOf(text)),
    status: members.required('status', oneOf('revoked', 'with-sbom', 'unknown')),
    revoked: members.required('revoked', flag),
    signers: members.required('signers', listOf(imageSigner)),
    attestations: members.required('attestations', listOf(imageAttestation)),
    sboms: members.required('sboms', listOf(imageSbom)),
    provenance: members.required('provenance', listOf(provenanceRow)),
    ...(lineage === undefined ? {} : { lineage }),
    ...(unregistered === undefined ? {} : { unregistered }),
    coverage: members.required('coverage', coverage),
    entries: members.required('entries', provenEntries),
    asOf: members.required('asOf', asOf),
    assurance: members.required('assurance', oneOf('rows')),
    notEstablished: members.required('notEstablished', listOf(text)),
  }
  members.end()
  return read
}

const revocationRow: Shape<RevocationRow> = (value, place) => {
  const members = membersOf(value, place)
  const read = readRevocation(members)
  members.end()
  return read
}

const annulledRow: Shape<AnnulledRow> = (value, place) => {
  const members = membersOf(value, place)
  const read = { ...readRevocation(members), annulledBy: members.required('annulledBy', anIndex) }
  members.end()
  return read
}

function readRevocation(members: Members): RevocationRow {
  const until = members.optional('cutoff', cutoff)
  return {
    entry: members.required('entry', anIndex),
    mode: members.required('mode', mode),
    reason: members.required('reason', word),
    ...(until === undefined ? {} : { cutoff: until }),
    signedBy: members.required('signedBy', listOf(aKeyId)),
  }
}

export const revocationsAnswer: Shape<RevocationsAnswer> = (value, place) => {
  const members = membersOf(value, place)
  const annulled = members.optional('annulled', listOf(annulledRow))
  const complete = members.optional('complete', completeness)
  const read: RevocationsAnswer = {
    target: members.required('target', text),
    state: members.required('state', oneOf('not-revoked', 'revoked', 'revoked-since')),
    known: members.required('known', flag),
    revocations: members.required('revocations', listOf(revocationRow)),
    ...(annulled === undefined ? {} : { annulled }),
    verdicts: members.required('verdicts', listOf(verdict)),
    entries: members.required('entries', provenEntries),
    asOf: members.required('asOf', asOf),
    ...(complete === undefined ? {} : { complete }),
    assurance: members.required('assurance', oneOf('rows', 'complete')),
    notEstablished: members.required('notEstablished', listOf(text)),
  }
  members.end()
  return read
}

const trustRoot: Shape<StatusAnswer['trustRoot']> = (value, place) => {
  const members = membersOf(value, place)
  const read = {
    id: members.required('id', anAttestationId),
    version: members.required('version', count),
    entry: members.required('entry', anIndex),
  }
  members.end()
  return read
}

const waitingAnnulment: Shape<NonNullable<StatusAnswer['waitingAnnulments']>[number]> = (value, place) => {
  const members = membersOf(value, place)
  const read = {
    id: members.required('id', anAttestationId),
    revocation: members.required('revocation', anAttestationId),
  }
  members.end()
  return read
}

export const statusAnswer: Shape<StatusAnswer> = (value, place) => {
  const members = membersOf(value, place)
  const readOnly = members.optional('readOnly', text)
  const waitingAnnulments = members.optional('waitingAnnulments', listOf(waitingAnnulment))
  const read: StatusAnswer = {
    origin: members.required('origin', text),
    logKey: members.required('logKey', text),
    trustRoot: members.required('trustRoot', trustRoot),
    ...(waitingAnnulments === undefined ? {} : { waitingAnnulments }),
    ...(readOnly === undefined ? {} : { readOnly }),
    asOf: members.required('asOf', asOf),
    coverage: members.required('coverage', coverage),
    version: members.required('version', text),
  }
  members.end()
  return read
}

const submittedSignature: Shape<SubmittedSignature> = (value, place) => {
  const members = membersOf(value, place)
  const leftOut = members.optional('leftOut', word)
  const unregistered = members.optional('unregistered', flag)
  const read =
    leftOut === undefined
      ? {
          key: members.required('key', aKeyId),
          entry: members.required('entry', anIndex),
          new: members.required('new', flag),
          ...(unregistered === true ? { unregistered } : {}),
        }
      : { keyid: members.required('keyid', text), leftOut }
  members.end()
  return read
}

export const submitAnswer: Shape<SubmitAnswer> = (value, place) => {
  const members = membersOf(value, place)
  const found = members.optional('validation', validation)
  const read: SubmitAnswer = {
    attestation: members.required('attestation', anAttestationId),
    signatures: members.required('signatures', listOf(submittedSignature)),
    intake: members.required('intake', intake),
    ...(found === undefined ? {} : { validation: found }),
    entries: members.required('entries', provenEntries),
    asOf: members.required('asOf', asOf),
  }
  members.end()
  return read
}
