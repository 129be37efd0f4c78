/**
 * A ledger inside a Node program (`attestree/server`): storage, the ledger itself, and its HTTP door.
 *
 * test/examples/embedded-ledger.ts is a whole program with it.
 *
 * @example
 * const folders = { data: './data', signer: './signer' }
 * const storage = await openSqliteStorage({ ...folders, create: sqliteStorageState(folders) === 'nothing' })
 * const ledger = await startLedger({ origin, logKey, storage, clock, trustRoot, report: console.error })
 * console.log(ledger.url)
 * await ledger.close()
 */
export type { SigningKey } from './crypto/signing-key.ts'
export { generateSigningKey, parseSigningKey } from './crypto/signing-key.ts'
export { formatKeyFile, parseKeyFile } from './crypto/key-file.ts'
export type { FirstSigner } from './attestation/first-trust-root.ts'
export { firstTrustRoot } from './attestation/first-trust-root.ts'
export { signStatement } from './attestation/sign-statement.ts'
export type { TrustRoot } from './attestation/trust-root.ts'
export { trustRootStatement } from './attestation/trust-root.ts'
export type { FaultClass, Reason } from './errors.ts'
export { Fault } from './errors.ts'
export type { Clock, Storage } from './ledger/ports.ts'
export { createLog } from './ledger/create.ts'
export type { LedgerOptions } from './ledger/ledger.ts'
export { Ledger } from './ledger/ledger.ts'
export type { LedgerCheck } from './ledger/check.ts'
export { checkLedger } from './ledger/check.ts'
export { openMemoryStorage } from './storage/memory/storage.ts'
export { openSqliteStorage, sqliteStorageState } from './storage/sqlite/storage.ts'
export type { Admission } from './http/admission.ts'
export { createAdmission } from './http/admission.ts'
export { createApp } from './http/app.ts'
export type { SchemaCheck } from './http/schema-check.ts'
export { createSchemaCheck } from './http/schema-check.ts'
export type { RunningServer } from './http/serve.ts'
export { startServer } from './http/serve.ts'
export type { EmbeddedLedger, StartLedgerOptions } from './http/start-ledger.ts'
export { startLedger } from './http/start-ledger.ts'
