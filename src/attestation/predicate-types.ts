/**
 * Predicate types that the ledger understands (formats.md C/1.3); all others are logged and searchable by
 * their type, but not opened.
 */

export const CYCLONEDX = 'https://cyclonedx.org/bom'
export const SPDX = 'https://spdx.dev/Document'
export const SLSA_PROVENANCE_V1 = 'https://slsa.dev/provenance/v1'
export const SLSA_PROVENANCE_V02 = 'https://slsa.dev/provenance/v0.2'
/** Two names of one version, from before and after it became SLSA's. */
export const SLSA_PROVENANCE_V01: readonly string[] = [
  'https://slsa.dev/provenance/v0.1',
  'https://in-toto.io/Provenance/v0.1',
]
export const TRUST_ROOT = 'https://attestree.dev/trust-root/v1'
export const REVOCATION = 'https://attestree.dev/revocation/v1'
export const ANNULMENT = 'https://attestree.dev/revocation-annulment/v1'

/** Of ours, but about an image and not about the ledger. */
export const DEPLOYMENT = 'https://attestree.dev/deployment/v1'

/** Everything that the ledger says about itself (README 2.1). */
const CONTROL_PREFIX = 'https://attestree.dev/'

export type PredicateKind =
  | 'cyclonedx'
  | 'spdx'
  | 'provenance'
  | 'trust-root'
  | 'revocation'
  | 'annulment'
  | 'deployment'
  | 'control-unsupported'
  | 'other'

/** What a predicate of this type is to the ledger. Types are compared as written. */
export function predicateKind(type: string): PredicateKind {
  if (type === TRUST_ROOT) return 'trust-root'
  if (type === REVOCATION) return 'revocation'
  if (type === ANNULMENT) return 'annulment'
  if (type === DEPLOYMENT) return 'deployment'
  if (isControlType(type)) return 'control-unsupported'
  if (type === SLSA_PROVENANCE_V1 || type === SLSA_PROVENANCE_V02) return 'provenance'
  if (SLSA_PROVENANCE_V01.includes(type)) return 'provenance'
  // Producers append versions and "schema" (formats.md C/1.3).
  if (type.startsWith(CYCLONEDX)) return 'cyclonedx'
  if (type === SPDX || type.startsWith(`${SPDX}/`)) return 'spdx'
  return 'other'
}

/** Whether statements of this type speak about the ledger itself, supported or not. */
export function isControlType(type: string): boolean {
  return type.startsWith(CONTROL_PREFIX) && type !== DEPLOYMENT
}
