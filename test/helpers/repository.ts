/** The repository as tests see it: where it is, and which files stand in a folder. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Absolute, without a slash at the end. */
export const repositoryRoot = join(fileURLToPath(import.meta.url), '..', '..', '..')

/** Paths of all files under `folder` that end in `ending`, relative to the repository's root, sorted. */
export function filesUnder(folder: string, ending: string): string[] {
  return readdirSync(join(repositoryRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .map((path) => `${folder}/${path}`)
    .toSorted()
}
