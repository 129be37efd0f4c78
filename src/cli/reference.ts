/** What people type to name a thing: an image, an entry, a target of revocation. */
import { parseImageReference } from '../attestation/image.ts'
import { imageDigest, logIndex, type ImageDigest, type LogIndex } from '../brand.ts'
import type { Client } from '../client/client.ts'
import { UsageError } from './usage-error.ts'

/** `17`, `#17` or `entry:17`; undefined for anything else. */
export function parseEntryReference(text: string): LogIndex | undefined {
  const digits = /^(?:#|entry:)?(0|[1-9]\d{0,15})$/.exec(text)?.[1]
  return digits === undefined ? undefined : logIndex(Number(digits))
}

/** @throws UsageError */
export function requireEntryReference(text: string): LogIndex {
  const index = parseEntryReference(text)
  if (index === undefined)
    throw new UsageError(`entry: expected a number such as 17, got ${text.slice(0, 100)}`)
  return index
}

/**
 * `sha256:…`, `image:sha256:…` or `name@sha256:…`.
 *
 * @throws UsageError for a tag: tags move, so nothing is recorded under them
 */
export function parseImageArgument(text: string): ImageDigest {
  const digest = text.replace(/^image:/, '')
  if (digest.startsWith('sha256:')) return imageDigest(digest)
  if (digest.includes('@')) return parseImageReference(digest).digest
  throw new UsageError(
    `image: expected NAME@sha256:…, got ${text.slice(0, 100)}`,
    'Tags move; name the digest, which your registry or docker images --digests shows.',
  )
}

const TARGET_TYPES = ['attestation:', 'signature:', 'key:', 'image:']

/** The target's URI as contracts.md 6 writes it: as typed, or of an image reference, or the signature in an entry. */
export async function targetUri(client: Client, text: string): Promise<string> {
  const index = parseEntryReference(text)
  if (index !== undefined) return signatureUri(client, index)
  if (text.startsWith('image:')) return `image:${parseImageArgument(text)}`
  if (TARGET_TYPES.some((type) => text.startsWith(type))) return text
  return `image:${parseImageArgument(text)}`
}

async function signatureUri(client: Client, index: LogIndex): Promise<string> {
  const { entries } = await client.entry(index)
  const entry = entries[String(index)]
  if (entry === undefined) throw new Error(`entry ${index} is not in the answer about it`)
  return `signature:${entry.attestation}#${entry.key}`
}
