/** Submit tokens in files: the ledger's list of them, and the one that a submitter has. Never a flag, never printed. */
import { stat } from 'node:fs/promises'
import { parseUtf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'
import { readInput } from './key-store.ts'
import type { Settings } from './settings.ts'
import { UsageError } from './usage-error.ts'

/** The text of a file that others may not read. @throws Fault `unacceptable` (`key-file-exposed`) if they may */
export async function readSecret(path: string): Promise<string> {
  const text = parseUtf8(await readInput(path), path)
  if (((await stat(path)).mode & 0o077) === 0) return text
  throw new Fault('key-file-exposed', `${path}: others can read the tokens in it`, {
    hint: `chmod 600 ${path}`,
  })
}

/** Undefined if none is set. @throws UsageError for an empty one, or one that no header can carry */
export async function submitToken({ token, tokenFile }: Settings): Promise<string | undefined> {
  const text = token ?? (tokenFile === undefined ? undefined : await readSecret(tokenFile))
  const trimmed = text?.trim()
  if (trimmed === undefined) return undefined
  if (/^[\x21-\x7e]{1,512}$/.test(trimmed)) return trimmed
  throw new UsageError(
    `${token === undefined ? `${tokenFile}: ` : 'ATTESTREE_TOKEN: '}expected one token of printable characters`,
  )
}
