/** A ledger of three administrators, two of whom must sign, with real keys; `keys.ci` submits, `keys.admin` is one of the three. */
import { trustRootStatement, type TrustRoot } from '../../src/attestation/trust-root.ts'
import type { SigningKey } from '../../src/crypto/signing-key.ts'
import { formatBase64 } from '../../src/encoding/base64.ts'
import { createLog } from '../../src/ledger/create.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import type { Storage } from '../../src/ledger/ports.ts'
import { systemClock } from '../../src/cli/system-clock.ts'
import { idOfPayload, keys, openTestLedger, ORIGIN, signEnvelope, testKey } from './test-ledger.ts'

export const people = {
  admin: keys.admin,
  second: testKey('second'),
  third: testKey('third'),
  ci: keys.ci,
  late: testKey('late'),
} as const

export type Person = keyof typeof people

/** One trust root after the other; `ci` submits from the first on. */
export function rootBy(
  admins: readonly Person[],
  threshold: number,
  more: { readonly previous?: TrustRoot; readonly submitters?: readonly Person[] } = {},
): TrustRoot {
  const { previous, submitters = ['ci'] } = more
  const names = [...new Set([...admins, ...submitters])]
  return {
    version: (previous?.version ?? 0) + 1,
    ...(previous === undefined ? {} : { previous: idOfPayload(trustRootStatement(previous)) }),
    log: ORIGIN,
    admission: 'registered',
    admins: { principals: admins, threshold },
    principals: Object.fromEntries(names.map((name) => [name, { keys: [people[name].publicKey.id] }])),
    keys: Object.fromEntries(
      names.map((name) => [people[name].publicKey.id, { spki: formatBase64(people[name].publicKey.spki) }]),
    ),
    grants: submitters.map((to) => ({ to, role: 'submit', predicateTypes: ['https://*'] })),
  }
}

export const firstRoot = rootBy(['admin', 'second', 'third'], 2)

export function signedBy(payload: Uint8Array, ...signers: readonly Person[]): Uint8Array {
  return signEnvelope(payload, ...signers.map((name): SigningKey => people[name]))
}

export async function createWith(storage: Storage, ...signers: readonly Person[]): Promise<Ledger> {
  const log = { origin: ORIGIN, key: keys.log, store: storage.log, signer: storage.signer }
  await createLog(log, signedBy(trustRootStatement(firstRoot), ...signers), systemClock)
  return openTestLedger(storage, { batchWindowMs: 0 })
}
