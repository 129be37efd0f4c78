/**
 * A ledger on this machine: its folders, its log key, how it is created and opened (README 2.7 "Creation"). The one place
 * that opens storage.
 *
 *     <data>/                 ledger.db, index.db, lock.db
 *     <data>/signer/          log.key, signer.db            --signer-dir moves it
 *     <config>/attestree/<log key id>/admin.key             never in the data folder
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { signStatement } from '../attestation/sign-statement.ts'
import { trustRootStatement, type TrustRoot } from '../attestation/trust-root.ts'
import type { AttestationId } from '../brand.ts'
import { generateSigningKey, type SigningKey } from '../crypto/signing-key.ts'
import { formatBase64 } from '../encoding/base64.ts'
import { Fault } from '../errors.ts'
import { createLog } from '../ledger/create.ts'
import type { Clock, IndexStore, Storage } from '../ledger/ports.ts'
import { openMemoryStorage } from '../storage/memory/storage.ts'
import { openSqliteFollowing, openSqliteStorage, sqliteStorageState } from '../storage/sqlite/storage.ts'
import type { FollowingStorage } from '../storage/sqlite/storage.ts'
import { parseCheckpoint } from '../tlog/checkpoint.ts'
import { parseNote, verifierKeyOf, type VerifierKey } from '../tlog/signed-note.ts'
import { random, readKeyFile, writeKeyFile, writePublicKeyFile } from './key-store.ts'
import { askNewPassphrase } from './passphrase.ts'
import type { Settings } from './settings.ts'
import { UsageError } from './usage-error.ts'

export type { FollowingStorage }

export interface LedgerFolders {
  readonly data: string
  readonly signer: string
}

/** @param signer `<data>/signer` unless told */
export function ledgerFolders(data: string, signer?: string): LedgerFolders {
  return { data: resolve(data), signer: resolve(signer ?? join(data, 'signer')) }
}

/** Whether the signer state would be lost or rolled back together with the data. */
export function sharesFolder({ data, signer }: LedgerFolders): boolean {
  return signer === data || signer.startsWith(`${data}/`)
}

function logKeyFile({ signer }: LedgerFolders): string {
  return join(signer, 'log.key')
}

/** What is there of a ledger: `part` can neither be started nor created over. */
export function ledgerState(folders: LedgerFolders): 'nothing' | 'part' | 'whole' {
  const storage = sqliteStorageState(folders)
  const hasKey = existsSync(logKeyFile(folders))
  if (storage === 'nothing' && !hasKey) return 'nothing'
  return storage === 'whole' && hasKey ? 'whole' : 'part'
}

export interface CreatedLedger {
  readonly logKey: VerifierKey
  readonly trustRoot: AttestationId
  readonly adminKeyFile: string
}

/**
 * Creates a ledger: folders, log key, administrator's key, and leaf 0, a trust root with the one principal `admin`.
 *
 * @throws Fault `conflict` (`already-exists`, `partial-state`) if anything of a ledger is there; nothing is changed
 * @throws UsageError for an origin that is no host name; nothing is changed
 */
export async function createLedger(
  folders: LedgerFolders,
  origin: string,
  settings: Settings,
  clock: Clock,
): Promise<CreatedLedger> {
  refuseExisting(folders)
  refuseOrigin(origin)
  const passphrase = await askNewPassphrase(settings, 'the log key and the administrator key')
  const logKey = generateSigningKey('ed25519', random)
  const adminKey = generateSigningKey('ecdsa-p256', random)
  const adminKeyFile = join(settings.configFolder, logKey.publicKey.id.slice('sha256:'.length), 'admin.key')
  // The keys come first: a ledger without its keys could never be used, keys without a ledger harm nobody.
  await writeKeyFile(adminKeyFile, adminKey, passphrase)
  await writePublicKeyFile(join(adminKeyFile, '..', 'admin.pub'), adminKey.publicKey)
  const storage = await openSqliteStorage({ ...folders, create: true })
  await using _closing = storage
  await writeKeyFile(logKeyFile(folders), logKey, passphrase)
  const log = { origin, key: logKey, store: storage.log, signer: storage.signer }
  const { attestation } = await createLog(
    log,
    signStatement(trustRootStatement(firstTrustRoot(origin, adminKey)), adminKey),
    clock,
  )
  return { logKey: verifierKeyOf(origin, logKey.publicKey), trustRoot: attestation, adminKeyFile }
}

function refuseExisting(folders: LedgerFolders): void {
  const state = ledgerState(folders)
  if (state === 'whole') {
    throw new Fault('already-exists', `${folders.data}: there is a ledger already`, {
      hint: `Start it: attestree server start --data ${folders.data}`,
    })
  }
  if (state === 'part') throw partialState(folders)
}

const hostLabel = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const hostName = new RegExp(`^${hostLabel}(?:\\.${hostLabel})*$`)

/** README 2.2: the bare host name, which Sigstore clients require, and which is fixed for ever. */
function refuseOrigin(origin: string): void {
  if (origin.length <= 253 && hostName.test(origin)) return
  throw new UsageError(
    `origin: expected a bare host name, got ${JSON.stringify(origin.slice(0, 100))}`,
    'Leave out the scheme, the port and the path: ledger.example.com',
  )
}

/** Some pieces without others: creating over them could fork a log that somebody knows. */
function partialState(folders: LedgerFolders): Fault {
  return new Fault(
    'partial-state',
    `${folders.data}: only a part of a ledger is there (signer state: ${folders.signer})`,
    {
      hint: 'If this ledger was in use, put the missing part back. If its creation was interrupted, remove both folders and create it again.',
    },
  )
}

function firstTrustRoot(origin: string, admin: SigningKey): TrustRoot {
  const { id, spki } = admin.publicKey
  return {
    version: 1,
    log: origin,
    admission: 'registered',
    admins: { principals: ['admin'], threshold: 1 },
    principals: { admin: { keys: [id] } },
    keys: { [id]: { spki: formatBase64(spki) } },
    grants: [{ to: 'admin', role: 'revoke' }],
  }
}

export interface StoredLedger {
  readonly storage: Storage
  readonly logKey: SigningKey
  /** Fixed when the ledger was created. */
  readonly origin: string
}

/**
 * Opens what is stored, with its log key. The caller closes `storage`.
 *
 * @throws Fault `conflict`: `partial-state`, `already-running`; `not-found` if there is no ledger
 */
export async function openLedgerFolder(
  folders: LedgerFolders,
  settings: Settings,
  { writerThread = false } = {},
): Promise<StoredLedger> {
  const state = ledgerState(folders)
  if (state === 'part') throw partialState(folders)
  if (state === 'nothing') {
    throw new Fault('not-found', `${folders.data}: there is no ledger`, {
      hint: `Create one: attestree server init --data ${folders.data}`,
    })
  }
  const logKey = await readKeyFile(logKeyFile(folders), settings)
  const storage = await openSqliteStorage({ ...folders, create: false, writerThread })
  try {
    return { storage, logKey, origin: await originOf(storage) }
  } catch (cause) {
    await storage[Symbol.asyncDispose]()
    throw cause
  }
}

/** For the thread that keeps the index of a ledger which this process has open. */
export function openForFollowing(folders: LedgerFolders): FollowingStorage {
  return openSqliteFollowing(folders)
}

/** An empty index that nobody keeps: a check makes the index again in it. */
export function openScratchIndex(): IndexStore {
  return openMemoryStorage().index
}

async function originOf(storage: Storage): Promise<string> {
  const note = (await storage.signer.read())?.note ?? (await storage.log.published())?.note
  if (note === undefined) {
    throw new Fault('partial-state', 'ledger: its creation was interrupted: nothing was ever signed', {
      hint: 'Remove the data folder and the signer folder, and create it again.',
    })
  }
  return parseCheckpoint(parseNote(note).text).origin
}
