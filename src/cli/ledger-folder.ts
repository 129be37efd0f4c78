/**
 * A ledger on this machine: its folders, its log key, how it is created and opened (README 2.7 "Creation"). The one place
 * that opens storage.
 *
 *     <data>/                 ledger.db, index.db, lock.db
 *     <data>/signer/          log.key, signer.db            --signer-dir moves it
 *     <config>/attestree/<log key id>/admin.key             never in the data folder
 */
import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { firstTrustRoot } from '../attestation/first-trust-root.ts'
import { signStatement } from '../attestation/sign-statement.ts'
import { trustRootStatement } from '../attestation/trust-root.ts'
import type { AttestationId } from '../brand.ts'
import { generateSigningKey, type SigningKey } from '../crypto/signing-key.ts'
import { Fault } from '../errors.ts'
import { createLog } from '../ledger/create.ts'
import type { Clock, IndexStore, MapName, Storage } from '../ledger/ports.ts'
import { checkCopy, checkNotBehind, missingRoots, type CopyFacts } from '../ledger/copy.ts'
import { openMemoryStorage } from '../storage/memory/storage.ts'
import { copyLedgerDatabase, readHeld, readHeldRoots, restoreLedgerDatabase } from '../storage/sqlite/copy.ts'
import { inspectSqlite, type Inspection } from '../storage/sqlite/inspect.ts'
import { isIndexTaken, openSqliteRebuild, type RebuildStorage } from '../storage/sqlite/rebuild.ts'
import { openSqliteFollowing, openSqliteStorage, sqliteStorageState } from '../storage/sqlite/storage.ts'
import type { FollowingStorage, SqliteStorageOptions } from '../storage/sqlite/storage.ts'
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
    signStatement(trustRootStatement(firstTrustRoot(origin, adminKey.publicKey)), adminKey),
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

function noLedger({ data }: LedgerFolders): Fault {
  return new Fault('not-found', `${data}: there is no ledger`, {
    hint: `Create one: attestree server init --data ${data}`,
  })
}

export interface StoredLedger<Stored = Storage> {
  readonly storage: Stored
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
  { writerThread = false, ...told }: Pick<SqliteStorageOptions, 'writerThread' | 'onIndexPutAside'> = {},
): Promise<StoredLedger> {
  const logKey = await readLogKey(folders, settings)
  const storage = await openSqliteStorage({ ...folders, ...told, create: false, writerThread })
  return withOrigin(storage, logKey)
}

/** @throws Fault `not-found`, `conflict` (`partial-state`) unless all of a ledger is there */
async function readLogKey(folders: LedgerFolders, settings: Settings): Promise<SigningKey> {
  const state = ledgerState(folders)
  if (state === 'part') throw partialState(folders)
  if (state === 'nothing') throw noLedger(folders)
  return readKeyFile(logKeyFile(folders), settings)
}

/** For the thread that keeps the index of a ledger which this process has open. */
export function openForFollowing(folders: LedgerFolders, which: 'first' | 'newest'): FollowingStorage {
  return openSqliteFollowing(folders, which)
}

/**
 * What the index is made again with, whether or not the ledger is served. The caller closes `storage`.
 *
 * @throws Fault `not-found`; `conflict`: `partial-state`, `already-running` if somebody makes it again already
 */
export async function openForRebuilding(
  folders: LedgerFolders,
  settings: Settings,
): Promise<StoredLedger<RebuildStorage>> {
  const logKey = await readLogKey(folders, settings)
  const storage = openSqliteRebuild(folders.data)
  return withOrigin(storage, logKey)
}

/** Whether the index that was made last is the one that answers. */
export function isIndexTakenIn({ data }: LedgerFolders): boolean {
  return isIndexTaken(data)
}

/** An empty index that nobody keeps: a check makes the index again in it. */
export function openScratchIndex(): IndexStore {
  return openMemoryStorage().index
}

/** A whole copy of what is stored, without signer state and log key; the ledger may be served meanwhile. */
export async function backupLedger(data: string, target: string): Promise<CopyFacts> {
  let facts: CopyFacts | undefined
  await copyLedgerDatabase(data, target, async (copy) => {
    facts = await checkCopy(copy)
  })
  if (facts === undefined) throw new Error('backup: the copy was not looked at')
  return facts
}

export interface RestoredLedger extends CopyFacts {
  /** Entries that the signer state covers. */
  readonly signed: number
  /** Of each map, roots that were signed and are not in the backup. */
  readonly missingRoots: Readonly<Record<MapName, number>>
}

/**
 * Puts a backup in place of data that is gone. The signer state decides whether the log may go on from it.
 *
 * @param forReading take it though it is older: `server start` will not sign on it
 * @throws Fault `conflict`: `partial-state` without a signer state, `rollback`, `fork`, `already-exists`, `already-running`
 */
export async function restoreLedger(
  backup: string,
  folders: LedgerFolders,
  forReading: boolean,
): Promise<RestoredLedger> {
  const held = await readHeld(folders)
  if (held === undefined) {
    throw new Fault(
      'partial-state',
      `${folders.signer}: expected the signer state of this ledger, found none`,
      {
        hint: 'It is in no backup. Without it nobody knows what was signed, and the log must not go on: name the folder with --signer-dir.',
      },
    )
  }
  let facts: Omit<RestoredLedger, 'signed'> | undefined
  const heldRoots = await readHeldRoots(folders)
  await restoreLedgerDatabase(backup, folders, async (copy, outputs) => {
    facts = { ...(await checkCopy(copy)), missingRoots: await missingRoots(outputs, heldRoots) }
    await checkNotBehind(copy, held).catch((cause: unknown) => {
      if (!forReading || !(cause instanceof Fault) || cause.reason !== 'rollback') throw cause
    })
  })
  if (facts === undefined) throw new Error('restore: the copy was not looked at')
  return { ...facts, signed: held.size }
}

export interface InspectedLedger extends Inspection {
  readonly logKey: { readonly path: string; readonly mode: number } | undefined
  /** Whether the signer folder lies inside of the data folder. */
  readonly sharesFolder: boolean
}

/** What stands of a ledger, whether or not it is served. @throws Fault `not-found`, `conflict` (`partial-state`) */
export function inspectLedger(folders: LedgerFolders): InspectedLedger {
  if (ledgerState(folders) === 'nothing') throw noLedger(folders)
  for (const folder of [folders.data, folders.signer]) if (!existsSync(folder)) throw partialState(folders)
  const path = logKeyFile(folders)
  const logKey = existsSync(path) ? { path, mode: statSync(path).mode & 0o777 } : undefined
  return { ...inspectSqlite(folders), logKey, sharesFolder: sharesFolder(folders) }
}

type NamesOrigin = Pick<Storage, 'log'> & Partial<Pick<Storage, 'signer'>>

async function withOrigin<Stored extends NamesOrigin & AsyncDisposable>(
  storage: Stored,
  logKey: SigningKey,
): Promise<StoredLedger<Stored>> {
  try {
    return { storage, logKey, origin: await originOf(storage) }
  } catch (cause) {
    await storage[Symbol.asyncDispose]()
    throw cause
  }
}

async function originOf({ signer, log }: NamesOrigin): Promise<string> {
  const note = (await signer?.read())?.note ?? (await log.published())?.note
  if (note === undefined) {
    throw new Fault('partial-state', 'ledger: its creation was interrupted: nothing was ever signed', {
      hint: 'Remove the data folder and the signer folder, and create it again.',
    })
  }
  return parseCheckpoint(parseNote(note).text).origin
}
