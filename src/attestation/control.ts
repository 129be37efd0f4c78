/**
 * Control statements: what is said about the ledger itself, in the same log (README 2.1). Here they are told
 * from all others; their meaning is the business of trust-root.ts, revocation.ts and annulment.ts.
 */
import type { LogIndex } from '../brand.ts'
import { parseAnnulment, type Annulment } from './annulment.ts'
import { Fault } from '../errors.ts'
import { predicateKind } from './predicate-types.ts'
import { parseRevocation, type Revocation } from './revocation.ts'
import type { Statement } from './statement.ts'
import { parseTrustRoot, type TrustRoot } from './trust-root.ts'

export type ControlStatement =
  | { readonly kind: 'trust-root'; readonly root: TrustRoot }
  | { readonly kind: 'revocation'; readonly revocation: Revocation }
  | { readonly kind: 'annulment'; readonly annulment: Annulment }

/** The entry that a revocation within an image scope rests on. */
export function basisOf(control: ControlStatement | undefined): LogIndex | undefined {
  return control?.kind === 'revocation' ? control.revocation.basis?.entry : undefined
}

/**
 * Undefined for a statement about something else.
 *
 * @throws Fault as `parseTrustRoot`, `parseRevocation` and `parseAnnulment`; `unsupported` for other predicates of ours
 */
export function parseControl(statement: Statement): ControlStatement | undefined {
  const kind = predicateKind(statement.predicateType)
  switch (kind) {
    case 'trust-root':
      return { kind, root: parseTrustRoot(statement) }
    case 'revocation':
      return { kind, revocation: parseRevocation(statement) }
    case 'annulment':
      return { kind, annulment: parseAnnulment(statement) }
    case 'control-unsupported':
      throw new Fault(
        'unsupported',
        `statement: the predicate type ${statement.predicateType.slice(0, 100)} is not supported`,
        {
          pointer: '/predicateType',
        },
      )
    case 'cyclonedx':
    case 'spdx':
    case 'provenance':
    case 'deployment':
    case 'other':
      return undefined
  }
}
