/** What the demo is about: this project itself, its commit, and files of it that stand for images. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'

/** `sha256:…` over the names and bytes of all files under `paths`, in order: what the digest of an image stands for. */
export function digestOfFiles(project: string, paths: readonly string[]): string {
  const hash = createHash('sha256')
  for (const path of paths.flatMap((one) => filesUnder(project, one)).toSorted()) {
    hash.update(`${path}\0`).update(readFileSync(join(project, path)))
  }
  return `sha256:${hash.digest('hex')}`
}

function filesUnder(project: string, path: string): readonly string[] {
  if (path.includes('.')) return [path]
  const entries = readdirSync(join(project, path), { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(project.length + 1))
}

export interface Source {
  readonly commit: string
  /** Whether it is the commit of this checkout. */
  readonly real: boolean
}

/** The commit that is checked out here; a made-up one where this is no git checkout of its own. */
export function sourceOf(project: string): Source {
  try {
    const [top, commit] = ['--show-toplevel', 'HEAD'].map((what) => git(project, ['rev-parse', what]))
    if (top !== undefined && commit !== undefined && realpathSync(top) === realpathSync(project))
      return { commit, real: true }
  } catch {
    // No git, no checkout, or no commit yet.
  }
  return { commit: '0'.repeat(40), real: false }
}

function git(folder: string, words: readonly string[]): string {
  return execFileSync('git', words, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim()
}

/** SLSA provenance v1 as JSON: who built it, and from what. */
export function provenanceOf(builder: string, repository: string, commit: string): string {
  return `{
  "buildDefinition": {
    "buildType": "https://ci.example/npm-build/v1",
    "externalParameters": { "command": "npm run build" },
    "resolvedDependencies": [
      {
        "uri": "git+https://${repository}",
        "digest": { "gitCommit": "${commit}" }
      }
    ]
  },
  "runDetails": { "builder": { "id": "${builder}" } }
}
`
}

export interface OneByte {
  /** Where in the file. */
  readonly offset: number
  readonly was: string
  readonly becomes: string
}

/**
 * The smallest lie: the one byte of an evidence file that makes `text` in an SBOM end in another digit. SBOMs stand
 * there in base64, in which the last bit of a byte is one bit of one character.
 */
export function forgeDigit(evidence: string, attestation: string, text: string): OneByte {
  const { pae } = JSON.parse(evidence) as { readonly pae: Readonly<Record<string, string>> }
  const encoded = pae[attestation] ?? ''
  const found = Buffer.from(encoded, 'base64').indexOf(text)
  if (found === -1)
    throw new Error(`the evidence does not hold what was signed as ${attestation}, with ${text}`)
  const bit = 8 * (found + text.length) - 1
  const at = Math.floor(bit / 6)
  const was = encoded.charAt(at)
  const becomes = BASE64.charAt(BASE64.indexOf(was) ^ (1 << (5 - (bit % 6))))
  return { offset: Buffer.byteLength(evidence.slice(0, evidence.indexOf(encoded) + at)), was, becomes }
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
