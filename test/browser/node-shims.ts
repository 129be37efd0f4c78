/**
 * What a bundled test gets instead of Node's modules: files that were handed to the page, paths, one hash, byte
 * strings. Everything else of Node is not there (bundle.ts), in the page as in any browser.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { formatHex } from '../../src/encoding/hex.ts'

/** Absolute paths and the text of the files, from run-suites.ts. */
declare const attestreeFiles: Readonly<Record<string, string>>

export function join(...parts: readonly string[]): string {
  const steps: string[] = []
  for (const step of parts.join('/').split('/')) {
    if (step === '..') steps.pop()
    else if (step !== '' && step !== '.') steps.push(step)
  }
  return `/${steps.join('/')}`
}

export function resolve(...parts: readonly string[]): string {
  return join(
    ...parts.slice(
      Math.max(
        0,
        parts.findLastIndex((part) => part.startsWith('/')),
      ),
    ),
  )
}

export function fileURLToPath(url: string): string {
  return new URL(url).pathname
}

const namesIn = (folder: string): string[] =>
  Object.keys(attestreeFiles)
    .filter((path) => path.startsWith(`${folder}/`))
    .map((path) => path.slice(folder.length + 1))

export function existsSync(path: string): boolean {
  return Object.hasOwn(attestreeFiles, path) || namesIn(path).length > 0
}

export function readFileSync(path: string, encoding?: 'utf8'): string | Uint8Array {
  const text = attestreeFiles[path]
  if (text === undefined) throw new Error(`${path}: not handed to the page`)
  return encoding === undefined ? new TextEncoder().encode(text) : text
}

export function readdirSync(
  folder: string,
  options: { recursive?: boolean; withFileTypes?: boolean } = {},
): unknown[] {
  const files = namesIn(folder)
  if (options.recursive === true) return files
  const names = [...new Set(files.map((path) => path.split('/')[0] ?? ''))]
  if (options.withFileTypes !== true) return names
  return names.map((name) => ({ name, isDirectory: () => !files.includes(name) }))
}

/** A second implementation it is not, here: in Node the tests compare ours with node:crypto. */
export function createHash(algorithm: string): TestHash {
  if (algorithm !== 'sha256') throw new Error(`${algorithm}: not in the page`)
  const hash = sha256.create()
  const self: TestHash = {
    update: (data) => {
      hash.update(typeof data === 'string' ? new TextEncoder().encode(data) : data)
      return self
    },
    digest: (encoding) => (encoding === undefined ? hash.digest() : formatHex(hash.digest())),
  }
  return self
}

interface TestHash {
  update(data: Uint8Array | string): TestHash
  digest(encoding?: 'hex'): Uint8Array | string
}

/** For storage in memory, which uses byte strings as keys. */
export const Buffer = {
  from: (bytes: ArrayBuffer, offset: number, length: number) => ({
    toString: (encoding: string): string => {
      if (encoding !== 'latin1') throw new Error(`${encoding}: not in the page`)
      return Array.from(new Uint8Array(bytes, offset, length), (byte) => String.fromCharCode(byte)).join('')
    },
  }),
}
