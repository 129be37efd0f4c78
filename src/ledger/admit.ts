/**
 * Admission, the part that needs no place in the log: limits, envelope, statement, signatures, readability.
 *
 * Pure, so that many can run side by side. Grants and key status are decided by the sequencer, in order
 * (contracts.md 4).
 */
import type { AttestationId, KeyId } from '../brand.ts'
import { parseControl, type ControlStatement } from '../attestation/control.ts'
import { parseSubmission, type EnvelopeSignature } from '../attestation/envelope.ts'
import { isControlType } from '../attestation/predicate-types.ts'
import { attestationIdOf, pae } from '../attestation/pae.ts'
import { environmentOf } from '../attestation/deployment.ts'
import { namesOf, type Statement } from '../attestation/statement.ts'
import { parsePublicKey, type PublicKey } from '../crypto/public-key.ts'
import { isSignature } from '../crypto/signature.ts'
import { ownCopy } from '../encoding/json-reader.ts'
import { formatBase64, parseBase64 } from '../encoding/base64.ts'
import { parseHex } from '../encoding/hex.ts'
import { entryOf } from '../entry/hashed-rekord.ts'
import { Fault, type Reason } from '../errors.ts'
import type { Basis } from '../trust/judge-revocation.ts'
import { administratorKeys } from '../trust/grants.ts'
import { emptyIntake, intakeOf, type Intake } from '../sbom/intake.ts'
import { claimedTimes } from '../sbom/claimed.ts'
import { countLines } from '../sbom/manifest-line.ts'
import { readManifest, readReportedSbom } from '../sbom/manifest.ts'
import { parseLeanStatement } from '../sbom/unread-members.ts'
import type { Stated } from './derive.ts'

/** Verifications that are tried for one submission: with more, an envelope without key ids becomes expensive. */
const MAX_TRIAL_VERIFICATIONS = 16

/** Provenance, not SBOMs: with more lines, handing them over costs as much as reading them once more elsewhere. */
const MAX_STATED_LINES = 32
/**
 * Unless that would take more memory than anything else: large ones are read beside the event loop, and their lines
 * cost nobody time.
 */
const STATED_FROM_BYTES = 1024 * 1024

/**
 * Each line is a posting in the index and, mostly, a key of the map: 100,000 components with three hashes each. Reading
 * and indexing a document of 64 MiB takes less than 600 MB up to here; one that is made of hashes alone had nearly a
 * million lines and took 1,040. At admission only: what is in the log is read whole (index.md 10).
 */
const MAX_MANIFEST_LINES = 400_000

/** A signature and whose it is, or is said to be. */
export interface KeyedSignature {
  readonly key: PublicKey
  readonly signature: Uint8Array
}

/** A signature that verified, with the entry that it will be: what was signed is hashed for it, beside the sequencer. */
export interface AdmittedSignature extends KeyedSignature {
  readonly leaf: Uint8Array
}

export interface LeftOut {
  readonly keyid: string
  readonly leftOut: Reason
}

/** A submission that may be sequenced: what was signed, and by which keys. */
export interface Admitted {
  readonly attestation: AttestationId
  readonly pae: Uint8Array
  readonly predicateType: string
  /** Of its subjects. */
  readonly names: readonly string[]
  /** Of a deployment. */
  readonly environment: string | undefined
  readonly control?: ControlStatement
  /** Of a revocation that names one: read beside the sequencer, since entries never change. */
  readonly basis?: Basis
  /** One for each key; a key that signed twice counts once. */
  readonly signatures: readonly AdmittedSignature[]
  readonly leftOut: readonly LeftOut[]
  /** Of what was signed; nothing is opened that nobody known signed. */
  readonly intake: Intake
  /** What the index will need, if that is short, or was made of a large document. */
  readonly stated?: Stated
}

export interface OpenedSubmission {
  readonly pae: Uint8Array
  /** A view of `pae`. */
  readonly payload: Uint8Array
  readonly signatures: readonly EnvelopeSignature[]
  readonly publicKeys: readonly Uint8Array[]
}

/** What a submission says, before anything of it is believed. */
export interface ReadSubmission extends OpenedSubmission {
  readonly statement: Statement
  readonly control: ControlStatement | undefined
}

/** Whether this is a signature by the key over what was submitted. */
export type IsSignedBy = (key: PublicKey, signature: Uint8Array) => boolean

/**
 * @param registered the keys of the trust root in force
 * @throws Fault as `readSubmission` and `admitRead`
 */
export function admit(body: Uint8Array, registered: readonly PublicKey[]): Admitted {
  return admitRead(readSubmission(body), registered)
}

/** @throws Fault `malformed`, `unacceptable`, `unsupported`, `too-large` for what cannot be recorded */
export function readSubmission(body: Uint8Array): ReadSubmission {
  return readSigned(openSubmission(body))
}

/** What was signed, and by whom; none of it is a view of the body, which can be dropped. @throws as `readSubmission` */
export function openSubmission(body: Uint8Array): OpenedSubmission {
  const { envelope, publicKeys } = parseSubmission(body)
  const { payloadType, payload, signatures } = envelope
  const signed = pae(payloadType, payload)
  return {
    pae: signed,
    payload: signed.subarray(signed.length - payload.length),
    signatures: signatures.map((one) => ({ ...one, keyid: ownCopy(one.keyid) })),
    publicKeys,
  }
}

/** @throws as `readSubmission` */
export function readSigned(opened: OpenedSubmission): ReadSubmission {
  const statement = parseLeanStatement(opened.payload)
  return { ...opened, statement, control: parseControl(statement) }
}

/**
 * @param isBy asked for each signature that is tried
 * @throws Fault `bad-signature` if a signature by a registered key does not verify
 * @throws Fault `malformed`, `unacceptable`, `unsupported` for public keys and for what no manifest can be made of
 */
export function admitRead(
  { statement, control, pae: signed, signatures, publicKeys }: ReadSubmission,
  registered: readonly PublicKey[],
  isBy: IsSignedBy = (key, signature) => isSignature(key, signed, signature),
): Admitted {
  const given = [...publicKeys.map((spki) => parsePublicKey(spki)), ...newAdministrators(control)]
  const judged = checkSignatures(signatures, registered, given, isBy)
  const [first] = judged.signatures
  return {
    attestation: attestationIdOf(signed),
    pae: signed,
    predicateType: statement.predicateType,
    names: namesOf(statement),
    environment: environmentOf(statement),
    ...(control === undefined ? {} : { control }),
    signatures: judged.signatures.map((one) => ({ ...one, leaf: entryOf(signed, one.key, one.signature) })),
    leftOut: judged.leftOut,
    ...(first === undefined ? { intake: emptyIntake } : readStated(statement, first.key.id, signed.length)),
  }
}

/** The signatures whose key ids name registered keys: each of them is tried, whatever else is. */
export function namedSignatures(
  signatures: readonly EnvelopeSignature[],
  registered: readonly PublicKey[],
): readonly KeyedSignature[] {
  const named = signersByAlias(registered)
  return signatures.flatMap(({ keyid, signature }) => {
    const key = named.get(keyid)
    return key === undefined ? [] : { key, signature }
  })
}

/** Readability is fixed at admission: what no manifest can be made of is refused, with the place and the reason. */
function readStated(
  statement: Statement,
  key: KeyId,
  signedBytes: number,
): Pick<Admitted, 'intake' | 'stated'> {
  const { sbom, lines, bytes } = readManifest(statement, key, readReportedSbom)
  const intake = intakeOf(statement, sbom)
  const isLarge = signedBytes >= STATED_FROM_BYTES
  const isHandedOn = isLarge || [...lines].length <= MAX_STATED_LINES
  if (!isHandedOn || isControlType(statement.predicateType)) return { intake }
  const manifest = bytes()
  if (isLarge) refuseManyLines(manifest)
  return { intake, stated: { key, manifest, claimed: claimedTimes(statement, sbom) } }
}

/** @throws Fault `too-large` (`component-limit`) */
function refuseManyLines(manifest: Uint8Array): void {
  const received = countLines(manifest)
  if (received <= MAX_MANIFEST_LINES) return
  throw new Fault(
    'component-limit',
    `manifest: expected at most ${MAX_MANIFEST_LINES} lines (components, their hashes, licences), got ${received}`,
    {
      pointer: '/predicate',
      hint: 'Leave out hashes, or record one SBOM for each part of the image.',
      facts: { limit: MAX_MANIFEST_LINES, received },
    },
  )
}

/** Who joins with a trust root signs it before it registers them: their keys stand in it. */
function newAdministrators(control: ControlStatement | undefined): readonly PublicKey[] {
  if (control?.kind !== 'trust-root') return []
  const { keys } = control.root
  return administratorKeys(control.root).flatMap((id) => parsePublicKey(parseBase64(keys[id]?.spki ?? '')))
}

function checkSignatures(
  signatures: readonly EnvelopeSignature[],
  registered: readonly PublicKey[],
  given: readonly PublicKey[],
  isBy: IsSignedBy,
): { readonly signatures: readonly KeyedSignature[]; readonly leftOut: readonly LeftOut[] } {
  const verified = new Map<string, KeyedSignature>()
  const leftOut: LeftOut[] = []
  let trials = 0
  for (const [at, { keyid, signature }] of signatures.entries()) {
    const tryKey = (key: PublicKey): boolean => trials++ < MAX_TRIAL_VERIFICATIONS && isBy(key, signature)
    const hinted = given.filter((one) => aliasesOf(one).includes(keyid))
    const key =
      namedSigner(keyid, at, registered, (named) => isBy(named, signature)) ??
      triedSigner(registered, [...new Set([...hinted, ...given])], tryKey)
    if (key === undefined) leftOut.push({ keyid, leftOut: 'untrusted-signer' })
    else if (!verified.has(key.id)) verified.set(key.id, { key, signature })
  }
  return { signatures: [...verified.values()], leftOut }
}

/** The registered key that a key id names. That is binding, and no trial: it is checked however many were made. */
function namedSigner(
  keyid: string,
  at: number,
  registered: readonly PublicKey[],
  isBy: (key: PublicKey) => boolean,
): PublicKey | undefined {
  const named = signersByAlias(registered).get(keyid)
  if (named === undefined || isBy(named)) return named
  throw new Fault(
    'signature-invalid',
    `signature ${at}: expected a signature by ${named.id}, which its key id names; it does not verify`,
    {
      pointer: `/signatures/${at}/sig`,
      hint: 'Sign the envelope again: the signature must cover the DSSE pre-authentication encoding of exactly these bytes.',
    },
  )
}

/** A key id of another convention is only a hint: what the submitter named is tried, then everything registered. */
function triedSigner(
  registered: readonly PublicKey[],
  given: readonly PublicKey[],
  tryKey: (key: PublicKey) => boolean,
): PublicKey | undefined {
  const ids = new Set(given.map((key) => key.id))
  return [...given, ...registered.filter((key) => !ids.has(key.id))].find(tryKey)
}

// By identity: the list is made anew when the trust root changes (writer.ts).
const byAlias = new WeakMap<readonly PublicKey[], ReadonlyMap<string, PublicKey>>()

function signersByAlias(registered: readonly PublicKey[]): ReadonlyMap<string, PublicKey> {
  const known = byAlias.get(registered)
  if (known !== undefined) return known
  const named = new Map(registered.flatMap((key) => aliasesOf(key).map((alias) => [alias, key] as const)))
  byAlias.set(registered, named)
  return named
}

/** The forms in which envelopes name a key (formats.md C/1.8). */
function aliasesOf(key: PublicKey): readonly string[] {
  const hex = key.id.slice('sha256:'.length)
  return [key.id, hex, formatBase64(parseHex(hex))]
}
