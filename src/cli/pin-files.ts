/**
 * The checkpoints that a person's clients have seen, in files: `<state>/attestree/pins/<log>/<SHA-256 of the note>.note`.
 *
 * A note is written whole under its final name or not at all, and stays until a newer one that continues it is on the
 * disk (client/pins.ts). Two programs at once need no lock: neither can take back what the other one has seen.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PinStore } from '../client/pins.ts'
import { sha256 } from '../crypto/sha256.ts'
import { formatHex } from '../encoding/hex.ts'
import { parseUtf8, utf8 } from '../encoding/utf8.ts'
import { codeOf, random, syncFolder } from './key-store.ts'

const NOTE_NAME = /^[0-9a-f]{64}\.note$/

/** @param folder made when the first checkpoint is remembered */
export function filePins(folder: string): PinStore {
  return {
    read: (log) => readNotes(join(folder, log)),
    replace: async (log, note, proven) => {
      await writeNote(join(folder, log), note)
      for (const one of proven) if (one !== note) await rm(join(folder, log, nameOf(one)), { force: true })
    },
  }
}

function nameOf(note: string): string {
  return `${formatHex(sha256(utf8(note)))}.note`
}

async function readNotes(folder: string): Promise<readonly string[]> {
  const names = await ifThere(readdir(folder))
  const notes: string[] = []
  for (const name of names?.filter((one) => NOTE_NAME.test(one)) ?? []) {
    const bytes = await ifThere(readFile(join(folder, name)))
    // Replaced meanwhile: what stands for it now may not be in the list.
    if (bytes === undefined) return readNotes(folder)
    notes.push(parseUtf8(bytes, join(folder, name)))
  }
  return notes
}

async function ifThere<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined
    throw cause
  }
}

async function writeNote(folder: string, note: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const part = join(folder, `${formatHex(random(16))}.part`)
  try {
    await writeFile(part, note, { mode: 0o600, flag: 'wx', flush: true })
    await rename(part, join(folder, nameOf(note)))
  } catch (cause) {
    await rm(part, { force: true })
    throw cause
  }
  await syncFolder(folder)
}
