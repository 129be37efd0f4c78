/** What git says of the folder a command runs in. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { parseCommit } from '../attestation/git-uri.ts'
import type { GitFacts } from './auto-provenance.ts'

const run = promisify(execFile)

/** Looking through the files of a very large tree takes seconds. */
const TIMEOUT_MS = 60_000
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024

/** Undefined where there is no git, or no working tree. */
export async function gitFacts(folder: string): Promise<GitFacts | undefined> {
  if ((await git(folder, 'rev-parse', '--is-inside-work-tree')) !== 'true') return undefined
  const [head, branch, changes, remote] = [
    await git(folder, 'rev-parse', '--verify', 'HEAD'),
    await git(folder, 'symbolic-ref', '--quiet', '--short', 'HEAD'),
    await git(folder, 'status', '--porcelain'),
    await remoteOf(folder),
  ]
  // A status that could not be read says nothing of a clean tree.
  return { commit: parseCommit(head ?? ''), branch, remote, dirty: changes !== '' }
}

async function remoteOf(folder: string): Promise<string | undefined> {
  const names = ((await git(folder, 'remote')) ?? '').split('\n').filter((name) => name !== '')
  const name = names.includes('origin') ? 'origin' : names.length === 1 ? names[0] : undefined
  return name === undefined ? undefined : git(folder, 'remote', 'get-url', name)
}

/** Its output without the line break; undefined if it fails. */
async function git(folder: string, ...args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await run('git', ['-C', folder, ...args], {
      timeout: TIMEOUT_MS,
      maxBuffer: MAX_OUTPUT_BYTES,
      env: { ...process.env, GIT_OPTIONAL_LOCKS: '0' },
    })
    return stdout.trimEnd()
  } catch {
    return undefined
  }
}
