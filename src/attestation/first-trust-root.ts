/** The trust root of a new log: one administrator, who revokes too, and who may submit what (contracts.md 5). */
import type { PublicKey } from '../crypto/public-key.ts'
import { formatBase64 } from '../encoding/base64.ts'
import type { Grant, TrustRoot } from './trust-root.ts'

/** A name, its key, and the predicate types that it may sign; `*` at the end of one stands for anything. */
export interface FirstSigner {
  readonly name: string
  readonly key: PublicKey
  readonly predicateTypes: readonly string[]
}

/** To be signed by `admin` (`trustRootStatement`, `signStatement`). */
export function firstTrustRoot(
  origin: string,
  admin: PublicKey,
  signers: readonly FirstSigner[] = [],
): TrustRoot {
  const everybody = [{ name: 'admin', key: admin }, ...signers]
  const grants: Grant[] = signers.map(({ name, predicateTypes }) => ({
    to: name,
    role: 'submit',
    predicateTypes,
  }))
  return {
    version: 1,
    log: origin,
    admission: 'registered',
    admins: { principals: ['admin'], threshold: 1 },
    principals: Object.fromEntries(everybody.map(({ name, key }) => [name, { keys: [key.id] }])),
    keys: Object.fromEntries(everybody.map(({ key }) => [key.id, { spki: formatBase64(key.spki) }])),
    grants: [{ to: 'admin', role: 'revoke' }, ...grants],
  }
}
