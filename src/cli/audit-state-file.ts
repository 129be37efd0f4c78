/**
 * Where audits of the maps stand, in files: `<state>/attestree/audits/<log>-<what>.state`, written whole or not at all.
 * An audit that was interrupted goes on from there; an auditor never begins anew.
 */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sha256 } from '../crypto/sha256.ts'
import { formatHex } from '../encoding/hex.ts'
import { utf8 } from '../encoding/utf8.ts'
import { logId, type VerifierKey } from '../tlog/signed-note.ts'
import { codeOf, syncFolder } from './key-store.ts'
import type { Settings } from './settings.ts'
import { systemClock } from './system-clock.ts'

/** Writing takes a second for a million keys: so often, little is done twice and little is lost. */
const KEEP_EVERY_MS = 30_000

export interface StateFile {
  read(): Promise<Uint8Array | undefined>
  /** Now and then, and the last one. */
  keep(state: () => Uint8Array, isLast: boolean): Promise<void>
  remove(): Promise<void>
}

/** @param what of several audits of one log, each has its own */
export function stateFile({ stateFolder }: Settings, log: VerifierKey, what: string): StateFile {
  const name = `${formatHex(logId(log)).slice(0, 32)}-${formatHex(sha256(utf8(what))).slice(0, 8)}.state`
  const path = join(stateFolder, 'audits', name)
  let writtenAt = systemClock.now()
  return {
    read: () => readIfThere(path),
    async keep(state, isLast) {
      if (!isLast && systemClock.now() - writtenAt < KEEP_EVERY_MS) return
      await writeWhole(path, state())
      writtenAt = systemClock.now()
    },
    remove: () => rm(path, { force: true }),
  }
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path)
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined
    throw cause
  }
}

/** A reader finds the old file or the new one. @param isPublic others may read it */
export async function writeWhole(path: string, bytes: Uint8Array | string, isPublic = false): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: isPublic ? 0o755 : 0o700 })
  await writeFile(`${path}.part`, bytes, { mode: isPublic ? 0o644 : 0o600, flush: true })
  await rename(`${path}.part`, path)
  await syncFolder(dirname(path))
}
