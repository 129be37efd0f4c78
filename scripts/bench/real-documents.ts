/** Real SBOMs of ../shared/corpus, each as many times as is asked for: with other digests and other versions. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { spliceStatement } from '../../src/attestation/statement.ts'
import { sha256 } from '../../src/crypto/sha256.ts'
import { formatHex } from '../../src/encoding/hex.ts'
import { utf8 } from '../../src/encoding/utf8.ts'

const corpus =
  process.env['ATTESTREE_CORPUS'] ?? fileURLToPath(new URL('../../../shared/corpus/', import.meta.url))

export interface RealDocument {
  readonly text: string
  readonly predicateType: string
  readonly components: number
}

export function hasRealDocuments(): boolean {
  return existsSync(corpus)
}

/** By the number of components, ascending. @throws Error without the corpus: made-up documents would say nothing */
export function realDocuments(): readonly RealDocument[] {
  if (!hasRealDocuments()) throw new Error(`expected real documents in ${corpus} (or set ATTESTREE_CORPUS)`)
  const documents = ['images', 'dockerhub'].flatMap((folder) =>
    readdirSync(join(corpus, folder)).flatMap((name) => readDocument(join(corpus, folder, name))),
  )
  return documents.sort((a, b) => a.components - b.components)
}

function readDocument(path: string): readonly RealDocument[] {
  if (!/\.json(\.gz)?$/.test(path)) return []
  const bytes = readFileSync(path)
  const text = new TextDecoder().decode(path.endsWith('.gz') ? gunzipSync(bytes) : bytes)
  const components = new Set(text.match(/pkg:[^"@\s]+@[^"?\s]+/g)).size
  if (components === 0) return []
  const isSpdx = text.includes('"spdxVersion"')
  return [
    { text, components, predicateType: isSpdx ? 'https://spdx.dev/Document' : 'https://cyclonedx.org/bom' },
  ]
}

/** Different versions of each package. */
export const VERSION_SETS = 20

/** The statement of the `copy`-th copy: of an image of its own, with one of the sets of versions. */
export function copyOf({ text, predicateType }: RealDocument, copy: number): Uint8Array {
  const predicate = utf8(withVersions(text, copy % VERSION_SETS))
  return spliceStatement({ subjects: [subjectOf(copy)], predicateType }, predicate)
}

/** The image of a copy. */
export function subjectOf(copy: number) {
  const name = `registry.test/real/image-${copy}`
  return { name, digest: { sha256: formatHex(sha256(utf8(name))) } }
}

/** The document with another version of each package, the same for the same number. */
export function withVersions(text: string, versions: number): string {
  return text.replace(/(pkg:[^"@\s]+@v?)(?=\d)/g, `$1${versions}`)
}
