/** Key files on disk: cosign's format, 0600, never overwritten, refused when others can read them. */
import { mkdir, open, readFile, stat, writeFile } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { formatKeyFile, parseKeyFile } from '../crypto/key-file.ts'
import { formatPublicKeyPem, parsePublicKeyPem, type PublicKey } from '../crypto/public-key.ts'
import type { SigningKey } from '../crypto/signing-key.ts'
import { Fault } from '../errors.ts'
import { askPassphrase } from './passphrase.ts'
import type { Settings } from './settings.ts'
import { UsageError } from './usage-error.ts'

/** Cosign's key files are under 1 KB; a larger file is something else. */
const MAX_KEY_FILE_BYTES = 65_536

export function random(count: number): Uint8Array {
  return randomBytes(count)
}

/**
 * Opens a key file. One without a passphrase opens without asking anybody.
 *
 * @throws Fault `unacceptable` (`key-file-exposed`, `wrong-passphrase`)
 */
export async function readKeyFile(path: string, settings: Settings): Promise<SigningKey> {
  const text = await readSmallText(path)
  if (text.startsWith('-----BEGIN PUBLIC KEY-----'))
    throw new Fault('key-malformed', `${path}: expected a private key file, got a public key`, {
      hint: 'attestree key new NAME writes both: NAME.key is the private one.',
    })
  // Group and others: anyone who can read the file can try passphrases on it, and many have none.
  if (((await stat(path)).mode & 0o077) !== 0) {
    throw new Fault('key-file-exposed', `${path}: others can read this key file`, {
      hint: `chmod 600 ${path}`,
    })
  }
  if (settings.passphrase !== undefined) return parseKeyFile(text, settings.passphrase, path)
  return openWithout(text, path) ?? parseKeyFile(text, await askPassphrase(path), path)
}

function openWithout(text: string, path: string): SigningKey | undefined {
  try {
    return parseKeyFile(text, '', path)
  } catch (cause) {
    if (cause instanceof Fault && cause.reason === 'wrong-passphrase') return undefined
    throw cause
  }
}

export async function readPublicKeyFile(path: string): Promise<PublicKey> {
  return parsePublicKeyPem(await readSmallText(path), path)
}

/** @throws Fault `conflict` (`already-exists`): a key is never overwritten */
export async function writeKeyFile(path: string, key: SigningKey, passphrase: string): Promise<void> {
  await writeNew(path, formatKeyFile(key, passphrase, random), 0o600)
}

export async function writePublicKeyFile(path: string, key: PublicKey): Promise<void> {
  await writeNew(path, formatPublicKeyPem(key), 0o644)
}

async function writeNew(path: string, text: string, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  try {
    // On the disk before anything is signed with it: a ledger whose key is lost can never go on.
    await writeFile(path, text, { mode, flag: 'wx', flush: true })
    await syncFolder(dirname(path))
  } catch (cause) {
    if (codeOf(cause) !== 'EEXIST') throw cause
    throw new Fault('already-exists', `${path}: there is a file already, and a key is never overwritten`, {
      hint: 'Move it away, or name another file.',
      cause,
    })
  }
}

/** A new file's name is durable only once its folder is. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

async function readSmallText(path: string): Promise<string> {
  const bytes = await readInput(path)
  if (bytes.length > MAX_KEY_FILE_BYTES)
    throw new UsageError(`${path}: expected a key file, got ${bytes.length} bytes`)
  return new TextDecoder().decode(bytes)
}

/** A file the user named. @throws UsageError if it cannot be read */
export async function readInput(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw new UsageError(
      `${path}: cannot be read (${codeOf(cause) ?? 'error'})`,
      'Check the path and its permissions.',
    )
  }
}

export function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined
}
