/**
 * Annulments (trust.md 2.2, "Un-revocation"): the administrators take a revocation back, in the open and for good.
 *
 *     {"target": {"type": "attestation", "uri": "attestation:sha256:<the revocation>"}, "reason": "mistake",
 *      "log": "ledger.example", "issuedAt": "2026-09-01T03:00:00Z", "nonce": "<32 hex>"}
 *
 * Who may annul what is the business of trust/admission.ts; from when on it holds, of trust/trust-state.ts.
 */
import type { AttestationId } from '../brand.ts'
import type { JsonObject } from '../encoding/strict-json.ts'
import { Fault } from '../errors.ts'
import {
  documentField,
  expectString,
  expectText,
  member,
  refusal,
  refuseOthers,
  unsupported,
  type Field,
} from './field.ts'
import { ANNULMENT } from './predicate-types.ts'
import { MAX_ORIGIN, parseTarget, readNonce, readOptional, readTime, targetSubject } from './revocation.ts'
import { formatStatement, isOnlySubject, type Statement } from './statement.ts'

export type AnnulmentReason = 'mistake' | 'resolved'

export const annulmentReasons: readonly AnnulmentReason[] = ['mistake', 'resolved']

export interface Annulment {
  /** The revocation: the attestation id of its statement. */
  readonly revocation: AttestationId
  readonly reason: AnnulmentReason
  /** The origin of the log that it is meant for. */
  readonly log: string
  /** Claimed: RFC 3339, UTC. */
  readonly issuedAt: string
  /** 32 hex digits; makes two otherwise equal annulments distinct. */
  readonly nonce: string
  readonly detail?: string
  /** A link. */
  readonly incident?: string
}

/** The names of every member that the parser reads, per object; the schema has the same (a test holds it). */
export const annulmentMembers = {
  annulment: ['target', 'reason', 'log', 'issuedAt', 'nonce', 'detail', 'incident'],
  target: ['type', 'uri'],
} as const

const document = { subject: 'annulment', reason: 'predicate-unacceptable' } as const

/**
 * @throws Fault `unacceptable` (`predicate-unacceptable`); `malformed` for an id; `unsupported` for members, reasons and
 * targets that are not enforced; with a pointer into the statement
 */
export function parseAnnulment(statement: Statement): Annulment {
  const field = documentField(document, statement.predicate, '/predicate')
  refuseOthers(field, annulmentMembers.annulment)
  const target = readTarget(member(field, 'target'))
  if (!isOnlySubject(statement.subjects, targetSubject(target)))
    throw new Fault(
      document.reason,
      "annulment: expected one subject, named as the target's uri, with its SHA-256",
      { pointer: '/subject' },
    )
  return {
    revocation: target.attestation,
    reason: readReason(member(field, 'reason')),
    log: expectText(member(field, 'log'), MAX_ORIGIN),
    issuedAt: readTime(member(field, 'issuedAt')),
    nonce: readNonce(member(field, 'nonce')),
    ...readOptional(field),
  }
}

function readTarget(field: Field): Extract<ReturnType<typeof parseTarget>, { type: 'attestation' }> {
  refuseOthers(field, annulmentMembers.target)
  const [type, uri] = [member(field, 'type'), member(field, 'uri')]
  if (expectString(type) !== 'attestation') throw unsupported(type, 'annulling anything but a revocation')
  const target = parseTarget(expectString(uri))
  if (target.type !== 'attestation') throw refusal(uri, 'attestation:sha256:… of a revocation')
  return target
}

function readReason(field: Field): AnnulmentReason {
  const reason = expectString(field)
  if (reason === 'mistake' || reason === 'resolved') return reason
  throw unsupported(field, `the reason ${JSON.stringify(reason.slice(0, 100))}`)
}

/** The payload to sign. `parseAnnulment` refuses it if `annulment` breaks a rule; signers call that first. */
export function annulmentStatement({ revocation, ...rest }: Annulment): Uint8Array {
  const uri = `attestation:${revocation}`
  const predicate: JsonObject = { ...rest, target: { type: 'attestation', uri } }
  const subjects = [targetSubject({ type: 'attestation', uri, attestation: revocation })]
  return formatStatement({ subjects, predicateType: ANNULMENT, predicate })
}
