/** Folders and files of a SQLite ledger: for its owner only, durable, on a local disk. */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { Fault } from '../../errors.ts'

/**
 * File systems on which other machines write too (linux/magic.h): their locks and shared memory do not hold
 * what SQLite's WAL needs (robustness.md 7.1).
 */
const networkFileSystems = new Map<number, string>([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x0bd00bd0, 'Lustre'],
])

/** Makes a folder (0700) and those above it; one that is there is left as it is. Durable. */
export function makeFolder(path: string): void {
  if (existsSync(path)) return
  makeFolder(dirname(path))
  mkdirSync(path, { mode: 0o700 })
  syncFolder(dirname(path))
}

/**
 * Makes an empty file (0600). SQLite gives its -wal and -shm files the same mode.
 *
 * @throws Fault `conflict` (`already-exists`)
 */
export function createFile(path: string): void {
  try {
    // Exclusive, also because closing a file that SQLite has open in this process would drop SQLite's locks.
    closeSync(openSync(path, 'wx', 0o600))
  } catch (cause) {
    if (!isExisting(cause)) throw cause
    throw new Fault('already-exists', `${path}: expected nothing there`, { cause })
  }
  syncFolder(dirname(path))
}

/** The same, but a file that is there is left as it is. */
export function ensureFile(path: string): void {
  try {
    createFile(path)
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
  }
}

/** @throws Fault `unsupported` for a folder on a network file system */
export function assertLocalDisk(folder: string): void {
  const name = networkFileSystems.get(statfsSync(folder).type)
  if (name === undefined) return
  throw new Fault('unsupported', `${folder}: expected a local file system, found ${name}`, {
    hint: 'SQLite cannot keep its promises over a network. Put the ledger on a local disk.',
  })
}

function isExisting(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'EEXIST'
}

export function syncFolder(path: string): void {
  // Windows cannot open folders, and its file systems need no such call.
  if (process.platform === 'win32') return
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
