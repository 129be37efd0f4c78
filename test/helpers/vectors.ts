/**
 * The public test vectors, which lie outside the repository: `ATTESTREE_VECTORS`, else `../shared/vectors`.
 * Where a folder is absent its tests are skipped, with a notice.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { it } from 'mocha'

const root = resolve(import.meta.dirname, '../..', process.env['ATTESTREE_VECTORS'] ?? '../shared/vectors')

/** The path of a folder of vectors, e.g. `wycheproof`; undefined if it is not there. */
function vectorsFolder(name: string): string | undefined {
  const folder = join(root, name)
  return existsSync(folder) ? folder : undefined
}

/** Like `it`, given the folder's path; skipped with a printed notice if the folder is absent. */
export function itWithVectors(
  name: string,
  title: string,
  test: (folder: string) => void | Promise<void>,
): void {
  const folder = vectorsFolder(name)
  if (folder !== undefined) {
    it(title, () => test(folder))
    return
  }
  it(title, function () {
    console.log(`    skipped, no vectors at ${join(root, name)} (set ATTESTREE_VECTORS): ${title}`)
    this.skip()
  })
}

/** A JSON file of a folder of vectors. Its shape is the caller's word. */
export function readVectors<T>(folder: string, file: string): T {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as T
}
