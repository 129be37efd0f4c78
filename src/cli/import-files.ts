/** The files of an import: found in a fixed order, unpacked within limits, and what the mapping says about each. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { MAX_PAYLOAD_BYTES } from '../attestation/envelope.ts'
import { parseImageReference } from '../attestation/image.ts'
import { parseUtf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'
import type { DocumentImage } from '../sbom/document-image.ts'
import { codeOf, readInput } from './key-store.ts'
import { splitLines } from './lines.ts'
import type { ImportDocument } from './import-document.ts'
import { UsageError } from './usage-error.ts'

/** A payload of the largest size as base64 in an envelope, as the ledger's limit on a request. */
const MAX_FILE_BYTES = Math.ceil((MAX_PAYLOAD_BYTES * 4) / 3) + 1024 * 1024
/** A name, two hundred characters of path, a digest, for a hundred thousand files. */
const MAX_MAPPING_BYTES = 32 * 1024 * 1024

const unpack = promisify(gunzip)

/**
 * Paths of all files under a folder, inside of it and with "/", sorted. Links are not followed, and what begins with a
 * dot is left alone.
 *
 * @throws UsageError if the folder cannot be read
 */
export async function filesUnder(folder: string): Promise<readonly string[]> {
  const found: string[] = []
  const visit = async (inside: string): Promise<void> => {
    for (const entry of await listed(join(folder, inside))) {
      if (entry.name.startsWith('.')) continue
      const path = inside === '' ? entry.name : `${inside}/${entry.name}`
      if (entry.isDirectory()) await visit(path)
      else if (entry.isFile()) found.push(path)
    }
  }
  await visit('')
  return found.sort()
}

async function listed(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (cause) {
    throw new UsageError(
      `${folder}: cannot be read (${codeOf(cause) ?? 'error'})`,
      'Name a folder that you may read.',
    )
  }
}

/**
 * The documents in one file: itself, or each line of a `.jsonl`; gzip is unpacked.
 *
 * @throws Fault `too-large` (`payload-too-large`), `malformed` (`encoding-malformed`), `unacceptable` (`document-unreadable`)
 */
export async function documentsIn(
  folder: string,
  path: string,
  told: DocumentImage | undefined,
): Promise<readonly ImportDocument[]> {
  const bytes = await contentOf(join(folder, path), path)
  const lines = /\.jsonl(\.gz)?$/.test(path) ? splitLines(bytes) : [bytes]
  if (lines.length <= 1) return [{ source: path, bytes: lines[0] ?? bytes, told }]
  return lines.map((line, at) => ({ source: `${path}:${at + 1}`, bytes: line, told }))
}

async function contentOf(path: string, name: string): Promise<Uint8Array> {
  try {
    if ((await stat(path)).size > MAX_FILE_BYTES) throw tooLarge()
    return await unpackedIfPacked(await readFile(path))
  } catch (cause) {
    if (cause instanceof Fault) throw cause
    throw new Fault('document-unreadable', `file: cannot be read (${codeOf(cause) ?? 'error'})`, {
      hint: `Check the permissions of ${name}.`,
      cause,
    })
  }
}

async function unpackedIfPacked(bytes: Uint8Array): Promise<Uint8Array> {
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? unpacked(bytes) : bytes
}

async function unpacked(bytes: Uint8Array): Promise<Uint8Array> {
  try {
    return await unpack(bytes, { maxOutputLength: MAX_FILE_BYTES })
  } catch (cause) {
    if (codeOf(cause) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge()
    throw new Fault(
      'encoding-malformed',
      'file: expected gzip, as its first bytes say; it cannot be unpacked',
      {
        cause,
      },
    )
  }
}

function tooLarge(): Fault {
  return new Fault('payload-too-large', `file: expected at most ${MAX_FILE_BYTES} bytes, unpacked`, {
    facts: { limit: MAX_FILE_BYTES },
  })
}

/**
 * The mapping of `--subjects`: one file a line, its path in the folder, white space, `NAME@sha256:…`; "#" begins a comment.
 *
 * @throws UsageError with the line
 */
export async function readSubjects(path: string): Promise<ReadonlyMap<string, DocumentImage>> {
  const bytes = await readInput(path)
  if (bytes.length > MAX_MAPPING_BYTES)
    throw new UsageError(`${path}: expected a mapping, got ${bytes.length} bytes`)
  const images = new Map<string, DocumentImage>()
  for (const [at, line] of parseUtf8(bytes, path).split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const where = `${path}:${at + 1}`
    const [, file, reference] = /^(.*\S)\s+(\S+)$/.exec(line.trim()) ?? []
    if (file === undefined || reference === undefined)
      throw new UsageError(`${where}: expected FILE NAME@sha256:…`, 'One file on each line.')
    if (images.has(file)) throw new UsageError(`${where}: ${file.slice(0, 100)} is named twice`)
    images.set(file, referenceAt(where, reference))
  }
  return images
}

function referenceAt(where: string, reference: string): DocumentImage {
  try {
    return parseImageReference(reference)
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    throw new UsageError(`${where}: ${cause.message}`, cause.hint)
  }
}
