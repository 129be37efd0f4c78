/** A ledger inside a Node program: start it, and close it. */
import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import {
  firstTrustRoot,
  generateSigningKey,
  openMemoryStorage,
  signStatement,
  startLedger,
  trustRootStatement,
  type EmbeddedLedger,
  type SigningKey,
} from 'attestree/server'

export async function startExample(builder: SigningKey): Promise<EmbeddedLedger> {
  const origin = 'localhost'
  const admin = generateSigningKey('ecdsa-p256', randomBytes)
  const root = firstTrustRoot(origin, admin.publicKey, [
    { name: 'ci', key: builder.publicKey, predicateTypes: ['https://cyclonedx.org/bom*'] },
  ])
  return startLedger({
    origin,
    logKey: generateSigningKey('ed25519', randomBytes),
    storage: openMemoryStorage(), // or: openSqliteStorage, in two folders
    trustRoot: signStatement(trustRootStatement(root), admin),
    clock: { now: Date.now, sleep: setTimeout },
    report: console.error,
  })
}
