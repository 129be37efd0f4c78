/**
 * A ledger inside a Node program (`attestree/server`): storage, the ledger itself, and its HTTP door.
 *
 * @example
 * const storage = await openSqliteStorage({ data: './attestree-data', signer: './attestree-signer', create: false })
 * const ledger = await Ledger.open(storage, { origin, logKey, clock: systemClock, version: '1', onFatal: stop })
 * const server = await startServer(createApp(ledger, { report: console.error }), { host: '127.0.0.1', port: 8700 })
 *
 * A new ledger is made with `createLog` in empty storage; `attestree server init` does that with keys and folders.
 */
export type { SigningKey } from './crypto/signing-key.ts'
export { generateSigningKey, parseSigningKey } from './crypto/signing-key.ts'
export { formatKeyFile, parseKeyFile } from './crypto/key-file.ts'
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
export { openSqliteStorage } from './storage/sqlite/storage.ts'
export type { Admission } from './http/admission.ts'
export { createAdmission } from './http/admission.ts'
export { createApp } from './http/app.ts'
export type { SchemaCheck } from './http/schema-check.ts'
export { createSchemaCheck } from './http/schema-check.ts'
export type { RunningServer } from './http/serve.ts'
export { startServer } from './http/serve.ts'
