/**
 * What a trust root allows its principals (contracts.md 5). Whether a right is still held after a revocation is
 * not asked here: authorisation is judged at the entry's index, revocation as of now (README 2.5).
 */
import type { KeyId } from '../brand.ts'
import { predicateKind } from '../attestation/predicate-types.ts'
import type { Grant, TrustRoot } from '../attestation/trust-root.ts'

type SubmitGrant = Extract<Grant, { role: 'submit' }>

/** A trust root, and which principal each of its keys belongs to. */
export interface Rights {
  readonly root: TrustRoot
  readonly owners: ReadonlyMap<KeyId, string>
}

/** Which principal each key belongs to. */
export function ownersOf(root: TrustRoot): ReadonlyMap<KeyId, string> {
  const owners = new Map<KeyId, string>()
  for (const [name, principal] of Object.entries(root.principals)) {
    for (const key of principal.keys) owners.set(key, name)
  }
  return owners
}

/** Only `admins` makes administrators. */
export function isAdministrator(root: TrustRoot, principal: string): boolean {
  return root.admins.principals.includes(principal)
}

/** Whether the principal may revoke: by grant, or as an administrator. */
export function isRevoker(root: TrustRoot, principal: string): boolean {
  return (
    isAdministrator(root, principal) ||
    root.grants.some((grant) => grant.role === 'revoke' && grant.to === principal)
  )
}

/** What a right to submit is asked for. */
export interface Stating {
  readonly predicateType: string
  /** Of a deployment; undefined: whether the principal may in any. */
  readonly environment?: string | undefined
}

/** Whether the principal may make such statements. A grant to submit never reaches control statements. */
export function mayMake(root: TrustRoot, principal: string, stating: Stating): boolean {
  switch (predicateKind(stating.predicateType)) {
    case 'trust-root':
    case 'annulment':
      return isAdministrator(root, principal)
    case 'revocation':
      return isRevoker(root, principal)
    case 'control-unsupported':
      return false
    case 'cyclonedx':
    case 'spdx':
    case 'provenance':
    case 'deployment':
    case 'other':
      return submitGrants(root, principal, stating).length > 0
  }
}

function submitGrants(
  root: TrustRoot,
  principal: string,
  { predicateType, environment }: Stating,
): readonly SubmitGrant[] {
  return root.grants.flatMap((grant) => {
    if (grant.role !== 'submit' || grant.to !== principal) return []
    if (!grant.predicateTypes.some((one) => matchesType(one, predicateType))) return []
    const { environments } = grant
    const reaches =
      environment === undefined || environments === undefined || environments.includes(environment)
    return reaches ? [grant] : []
  })
}

/** The image patterns that such statements of the principal are confined to; undefined if they are not. */
export function scopeOf(root: TrustRoot, principal: string, stating: Stating): readonly string[] | undefined {
  const grants = submitGrants(root, principal, stating)
  // One grant without a scope is enough.
  if (grants.some((grant) => grant.images === undefined)) return undefined
  return grants.flatMap((grant) => grant.images ?? [])
}

/** The image patterns that the principal's right to revoke is confined to; undefined if it is not. */
export function revokeScopeOf(root: TrustRoot, principal: string): readonly string[] | undefined {
  const grants = root.grants.flatMap((one) => (one.role === 'revoke' && one.to === principal ? [one] : []))
  if (isAdministrator(root, principal) || grants.some((one) => one.images === undefined)) return undefined
  return grants.flatMap((one) => one.images ?? [])
}

/** Exactly, or by the beginning where the pattern ends in `*`. */
function matchesType(pattern: string, predicateType: string): boolean {
  return pattern.endsWith('*') ? predicateType.startsWith(pattern.slice(0, -1)) : predicateType === pattern
}

/** Whether the key is an administrator's. */
export function isAdministratorKey({ root, owners }: Rights, key: KeyId): boolean {
  const principal = owners.get(key)
  return principal !== undefined && isAdministrator(root, principal)
}

/** How many administrators are among the signers: persons, however many keys each signed with. */
export function administratorsAmong({ root, owners }: Rights, signers: Iterable<KeyId>): number {
  const found = new Set<string>()
  for (const key of signers) {
    const principal = owners.get(key)
    if (principal !== undefined && isAdministrator(root, principal)) found.add(principal)
  }
  return found.size
}

/** Whether as many administrators signed as must. */
export function reachesThreshold(rights: Rights, signers: Iterable<KeyId>): boolean {
  return administratorsAmong(rights, signers) >= rights.root.admins.threshold
}

/** The keys of all administrators. */
export function administratorKeys(root: TrustRoot): KeyId[] {
  const administrators = new Set(root.admins.principals)
  return [...ownersOf(root)].flatMap(([key, principal]) => (administrators.has(principal) ? key : []))
}
