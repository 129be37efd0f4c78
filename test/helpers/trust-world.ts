/**
 * Small worlds for the trust state: principals with names instead of keys, control entries without envelopes.
 * Ids are made of names, so that a test reads as a story; nothing is signed.
 */
import { parseTarget, type Revocation } from '../../src/attestation/revocation.ts'
import type { Grant, TrustRoot } from '../../src/attestation/trust-root.ts'
import { ANNULMENT, REVOCATION, TRUST_ROOT } from '../../src/attestation/predicate-types.ts'
import {
  attestationId,
  imageDigest,
  keyId,
  logIndex,
  treeSize,
  type AttestationId,
  type ImageDigest,
  type KeyId,
} from '../../src/brand.ts'
import { sha256Id } from '../../src/crypto/sha256.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { judgeSubmission, type Candidate } from '../../src/trust/admission.ts'
import { createTrustState, foldControl, type TrustState } from '../../src/trust/trust-state.ts'

export const ORIGIN = 'ledger.test'
export const SBOM = 'https://cyclonedx.org/bom'

export const keyOf = remembered((name): KeyId => keyId(sha256Id(utf8(`key ${name}`))))
export const idOf = remembered((name): AttestationId => attestationId(sha256Id(utf8(`attestation ${name}`))))
export const imageOf = (name: string): ImageDigest => imageDigest(sha256Id(utf8(`image ${name}`)))

/** Hashed once: thousands of stories are told of a few names, and in a browser as well. */
function remembered<T>(make: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>()
  return (name) => {
    const made = known.get(name) ?? make(name)
    known.set(name, made)
    return made
  }
}

export interface RootParts {
  readonly version?: number
  readonly previous?: AttestationId
  readonly log?: string
  readonly admins?: readonly string[]
  readonly threshold?: number
  readonly revokers?: readonly string[]
  /** May submit everything. */
  readonly submitters?: readonly string[]
  readonly grants?: readonly Grant[]
  /** Names of keys by principal; a principal without an entry has one key of its own name. */
  readonly keys?: Readonly<Record<string, readonly string[]>>
}

/** A trust root; its principals are all that are named. */
export function rootOf(parts: RootParts = {}): TrustRoot {
  const { version = 1, admins = ['admin'], revokers = [], submitters = [], grants = [] } = parts
  const names = [...new Set([...admins, ...revokers, ...submitters, ...grants.map((grant) => grant.to)])]
  return {
    version,
    ...(parts.previous === undefined ? {} : { previous: parts.previous }),
    log: parts.log ?? ORIGIN,
    admission: 'registered',
    admins: { principals: admins, threshold: parts.threshold ?? 1 },
    principals: Object.fromEntries(
      names.map((name) => [name, { keys: (parts.keys?.[name] ?? [name]).map(keyOf) }]),
    ),
    keys: {},
    grants: [
      ...revokers.map((to) => ({ to, role: 'revoke' }) as const),
      ...submitters.map((to) => ({ to, role: 'submit', predicateTypes: ['*'] }) as const),
      ...grants,
    ],
  }
}

/** `all` without a cut-off, `since` with one. */
export function revocationOf(uri: string, cutoff?: number, more: Partial<Revocation> = {}): Revocation {
  const mode =
    cutoff === undefined
      ? ({ mode: 'all' } as const)
      : ({ mode: 'since', cutoff: { treeSize: treeSize(cutoff) } } as const)
  const common = {
    reason: 'unspecified',
    log: ORIGIN,
    issuedAt: '2026-11-24T12:00:00Z',
    nonce: '0'.repeat(32),
  } as const
  return { target: parseTarget(uri), ...common, ...mode, ...more }
}

export const keyUri = (name: string): string => `key:${keyOf(name)}`
export const attestationUri = (name: string): string => `attestation:${idOf(name)}`
export const signatureUri = (name: string, signer: string): string =>
  `signature:${idOf(name)}#${keyOf(signer)}`
export const imageUri = (name: string): string => `image:${imageOf(name)}`

export function submission(index: number, name: string, signer: string, predicateType = SBOM): Candidate {
  return { index: logIndex(index), attestation: idOf(name), key: keyOf(signer), predicateType }
}

type ControlCandidate = Candidate &
  Required<Pick<Candidate, 'control'>> & { readonly control: NonNullable<Candidate['control']> }

export function rootEntry(index: number, name: string, signer: string, root: TrustRoot): ControlCandidate {
  return { ...submission(index, name, signer, TRUST_ROOT), control: { kind: 'trust-root', root } }
}

export function revocationEntry(
  index: number,
  name: string,
  signer: string,
  revocation: Revocation,
): ControlCandidate {
  return { ...submission(index, name, signer, REVOCATION), control: { kind: 'revocation', revocation } }
}

export function annulmentEntry(
  index: number,
  name: string,
  signer: string,
  revocation: string,
): ControlCandidate {
  const annulment = {
    revocation: idOf(revocation),
    reason: 'mistake',
    log: ORIGIN,
    issuedAt: '2026-11-24T12:00:00Z',
    nonce: '0'.repeat(32),
  } as const
  return { ...submission(index, name, signer, ANNULMENT), control: { kind: 'annulment', annulment } }
}

/** Judges, then folds: what a ledger does with a control entry. */
export function admit(state: TrustState, candidate: ControlCandidate): void {
  judgeSubmission(state, candidate)
  foldControl(state, candidate)
}

/** A log whose entry 0 is the first trust root, signed by `admin`. */
export function worldOf(parts: RootParts = {}, admission: TrustRoot['admission'] = 'registered'): TrustState {
  const state = createTrustState(ORIGIN)
  admit(state, rootEntry(0, 'root 1', 'admin', { ...rootOf(parts), admission }))
  return state
}
