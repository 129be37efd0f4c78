/**
 * Revocations (contracts.md 6; trust.md 2.2): trust is taken back from an attestation, one signature, a key or
 * an image, wholly (`all`) or for what was logged from a cut-off on (`since`).
 *
 *     {"target": {"type": "key", "uri": "key:sha256:…"}, "mode": "since", "cutoff": {"treeSize": 48211},
 *      "reason": "key-compromise", "log": "ledger.example", "issuedAt": "2026-09-01T03:00:00Z", "nonce": "<32 hex>"}
 *
 * Who may revoke what is the business of trust/admission.ts, what follows of trust/status.ts.
 */
import {
  attestationId,
  imageDigest,
  keyId,
  logIndex,
  treeSize,
  type AttestationId,
  type ImageDigest,
  type KeyId,
  type LogIndex,
  type TreeSize,
} from '../brand.ts'
import { sha256Id } from '../crypto/sha256.ts'
import type { JsonObject } from '../encoding/strict-json.ts'
import { utf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'
import {
  documentField,
  expectString,
  expectText,
  expectWhole,
  member,
  refusal,
  refuseOthers,
  unsupported,
  type Field,
} from './field.ts'
import { REVOCATION } from './predicate-types.ts'
import { formatStatement, isOnlySubject, type Statement, type Subject } from './statement.ts'
import { isUri } from './uri.ts'

/** What is revoked; `uri` is its name everywhere: in answers, routes and the index. */
export type Target =
  | { readonly type: 'attestation'; readonly uri: string; readonly attestation: AttestationId }
  | {
      readonly type: 'signature'
      readonly uri: string
      readonly attestation: AttestationId
      readonly key: KeyId
    }
  | { readonly type: 'key'; readonly uri: string; readonly key: KeyId }
  | { readonly type: 'image'; readonly uri: string; readonly image: ImageDigest }

export type RevocationMode = 'all' | 'since'

export type RevocationReason =
  | 'key-compromise'
  | 'builder-compromise'
  | 'privilege-withdrawn'
  | 'signed-in-error'
  | 'false-statement'
  | 'malicious-artifact'
  | 'vulnerable-artifact'
  | 'unspecified'

export interface Revocation {
  readonly target: Target
  readonly mode: RevocationMode
  readonly reason: RevocationReason
  /** The origin of the log that it is meant for. */
  readonly log: string
  /** Claimed: RFC 3339, UTC. */
  readonly issuedAt: string
  /** 32 hex digits; makes two otherwise equal revocations distinct. */
  readonly nonce: string
  /** Exactly with `since`: entries at or after this index are not provably before. */
  readonly cutoff?: { readonly treeSize: TreeSize }
  /** Of an image: an earlier entry that names it, for those who may revoke in an image scope only. */
  readonly basis?: { readonly entry: LogIndex }
  readonly detail?: string
  /** A link. */
  readonly incident?: string
}

/** The names of every member that the parser reads, per object; the schema has the same (a test holds it). */
export const revocationMembers = {
  revocation: [
    'target',
    'mode',
    'reason',
    'log',
    'issuedAt',
    'nonce',
    'cutoff',
    'basis',
    'detail',
    'incident',
  ],
  target: ['type', 'uri'],
  cutoff: ['treeSize'],
  basis: ['entry'],
} as const

const modes: readonly RevocationMode[] = ['all', 'since']

/**
 * For which targets, in which modes, a reason may be given (contracts.md 6): a careless choice must not void
 * history.
 */
export const allowedReasons: Readonly<
  Record<RevocationReason, { targets: readonly Target['type'][]; modes: readonly RevocationMode[] }>
> = {
  'key-compromise': { targets: ['key'], modes },
  'builder-compromise': { targets: ['key'], modes },
  'privilege-withdrawn': { targets: ['key'], modes: ['since'] },
  'signed-in-error': { targets: ['attestation', 'signature'], modes: ['all'] },
  'false-statement': { targets: ['attestation', 'signature'], modes: ['all'] },
  'malicious-artifact': { targets: ['image'], modes: ['all'] },
  'vulnerable-artifact': { targets: ['image'], modes: ['all'] },
  unspecified: { targets: ['attestation', 'signature', 'key', 'image'], modes },
}

/** trust.md 2.2. */
const MAX_DETAIL = 2_000
export const MAX_ORIGIN = 259

const document = { subject: 'revocation', reason: 'predicate-unacceptable' } as const

/**
 * @throws Fault `unacceptable` (`predicate-unacceptable`); `malformed` for an id; `unsupported` for members,
 * modes, reasons and targets that are not enforced yet; with a pointer into the statement
 */
export function parseRevocation(statement: Statement): Revocation {
  const field = documentField(document, statement.predicate, '/predicate')
  refuseOthers(field, revocationMembers.revocation)
  const target = readTarget(member(field, 'target'))
  const mode = readMode(member(field, 'mode'))
  const reason = readReason(member(field, 'reason'), target, mode)
  checkSubjects(statement.subjects, target)
  return {
    target,
    mode,
    reason,
    log: expectText(member(field, 'log'), MAX_ORIGIN),
    issuedAt: readTime(member(field, 'issuedAt')),
    nonce: readNonce(member(field, 'nonce')),
    ...readCutoff(member(field, 'cutoff'), mode),
    ...readBasis(member(field, 'basis'), target),
    ...readOptional(field),
  }
}

export function readOptional(field: Field): { readonly detail?: string; readonly incident?: string } {
  const [detail, incident] = [member(field, 'detail'), member(field, 'incident')]
  if (incident.value !== undefined && !isUri(expectString(incident))) throw refusal(incident, 'a URI')
  return {
    ...(detail.value === undefined ? {} : { detail: expectText(detail, MAX_DETAIL) }),
    ...(incident.value === undefined ? {} : { incident: expectString(incident) }),
  }
}

function readTarget(field: Field): Target {
  refuseOthers(field, revocationMembers.target)
  const [type, uri] = [member(field, 'type'), member(field, 'uri')]
  if (!isTargetType(expectString(type))) throw unsupported(type, 'this kind of target')
  const target = parseTarget(expectString(uri))
  if (target.type !== type.value) throw refusal(type, `${target.type}, as its uri`)
  return target
}

function isTargetType(type: string): boolean {
  return type === 'attestation' || type === 'signature' || type === 'key' || type === 'image'
}

function readMode(field: Field): RevocationMode {
  const mode = expectString(field)
  if (mode !== 'all' && mode !== 'since')
    throw unsupported(field, `the mode ${JSON.stringify(mode.slice(0, 100))}`)
  return mode
}

function readReason(field: Field, target: Target, mode: RevocationMode): RevocationReason {
  const reason = expectString(field)
  if (!isReason(reason)) throw unsupported(field, `the reason ${JSON.stringify(reason.slice(0, 100))}`)
  const allowed = allowedReasons[reason]
  if (!allowed.targets.includes(target.type)) throw refusal(field, `a reason to revoke this ${target.type}`)
  if (!allowed.modes.includes(mode)) throw refusal(field, `a reason for the mode ${mode}`)
  return reason
}

function isReason(text: string): text is RevocationReason {
  return Object.hasOwn(allowedReasons, text)
}

function readCutoff(
  field: Field,
  mode: RevocationMode,
): { readonly cutoff?: { readonly treeSize: TreeSize } } {
  if (mode === 'all') {
    if (field.value !== undefined) throw refusal(field, 'no cut-off with the mode all')
    return {}
  }
  refuseOthers(field, revocationMembers.cutoff)
  return { cutoff: { treeSize: treeSize(expectWhole(member(field, 'treeSize'), 0)) } }
}

function readBasis(field: Field, target: Target): Pick<Revocation, 'basis'> {
  if (field.value === undefined) return {}
  if (target.type !== 'image') throw refusal(field, 'no basis but of an image')
  refuseOthers(field, revocationMembers.basis)
  return { basis: { entry: logIndex(expectWhole(member(field, 'entry'), 0)) } }
}

export function readNonce(field: Field): string {
  const nonce = expectString(field)
  if (!/^[0-9a-f]{32}$/.test(nonce)) throw refusal(field, '32 lower-case hex digits')
  return nonce
}

const time =
  /^(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/

export function readTime(field: Field): string {
  const text = expectString(field)
  if (!isTime(text)) throw refusal(field, 'a time as 2026-09-01T03:00:00Z')
  return text
}

/** RFC 3339 in UTC, of a day that there is. */
export function isTime(text: string): boolean {
  const day = time.exec(text)?.[1]
  // Days that a month does not have roll over into the next.
  return day !== undefined && new Date(`${day}T00:00:00Z`).toISOString().slice(0, 10) === day
}

/**
 * `attestation:sha256:…`, `signature:sha256:…#sha256:…` (attestation, key), `key:sha256:…`, `image:sha256:…`.
 *
 * @throws Fault `malformed` (`reference-malformed`, `digest-malformed`), `unsupported` for other kinds of target
 */
export function parseTarget(uri: string): Target {
  const colon = uri.indexOf(':')
  const [type, rest] = [uri.slice(0, Math.max(colon, 0)), uri.slice(colon + 1)]
  if (type === 'attestation') return { type, uri, attestation: attestationId(rest) }
  if (type === 'key') return { type, uri, key: keyId(rest) }
  if (type === 'image') return { type, uri, image: imageDigest(rest) }
  if (type === 'signature') return parseSignatureTarget(uri, rest)
  const got = JSON.stringify(uri.slice(0, 100))
  if (colon < 1)
    throw new Fault('reference-malformed', `target: expected KIND:sha256:…, got ${got}`, { hint: targetHint })
  throw new Fault('unsupported', `target: expected an attestation, signature, key or image, got ${got}`, {
    hint: targetHint,
  })
}

const targetHint =
  'Targets are attestation:sha256:…, signature:sha256:…#sha256:…, key:sha256:… and image:sha256:….'

function parseSignatureTarget(uri: string, rest: string): Target {
  const [attestation, key, ...more] = rest.split('#')
  if (attestation === undefined || key === undefined || more.length > 0) {
    throw new Fault(
      'reference-malformed',
      `target: expected signature:<attestation id>#<key id>, got ${JSON.stringify(uri.slice(0, 200))}`,
    )
  }
  return { type: 'signature', uri, attestation: attestationId(attestation), key: keyId(key) }
}

function checkSubjects(subjects: readonly Subject[], target: Target): void {
  if (isOnlySubject(subjects, targetSubject(target))) return
  throw new Fault(
    document.reason,
    "revocation: expected one subject, named as the target's uri, with its SHA-256",
    { pointer: '/subject' },
  )
}

/** Name = uri; digest = the uri's, for a signature the SHA-256 of the uri, which has two. */
export function targetSubject(target: Target): Subject {
  return { name: target.uri, digest: { sha256: targetDigest(target).slice('sha256:'.length) } }
}

function targetDigest(target: Target): string {
  switch (target.type) {
    case 'attestation':
      return target.attestation
    case 'signature':
      return sha256Id(utf8(target.uri))
    case 'key':
      return target.key
    case 'image':
      return target.image
  }
}

/** The payload to sign. `parseRevocation` refuses it if `revocation` breaks a rule; signers call that first. */
export function revocationStatement(revocation: Revocation): Uint8Array {
  const { target, cutoff, basis, ...rest } = revocation
  const predicate: JsonObject = {
    ...rest,
    target: { type: target.type, uri: target.uri },
    ...(cutoff === undefined ? {} : { cutoff: { treeSize: cutoff.treeSize } }),
    ...(basis === undefined ? {} : { basis: { entry: basis.entry } }),
  }
  return formatStatement({ subjects: [targetSubject(target)], predicateType: REVOCATION, predicate })
}
