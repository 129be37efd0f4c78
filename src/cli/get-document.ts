/** `attestree get sbom | provenance`: a document as it was signed, of an image or of an entry. */
import { predicateKind, type PredicateKind } from '../attestation/predicate-types.ts'
import { spliceStatement, type Statement } from '../attestation/statement.ts'
import type { ImageDigest, LogIndex } from '../brand.ts'
import type { Client } from '../client/client.ts'
import { signedEntry } from '../client/signed-entry.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { rawMember } from '../encoding/raw-member.ts'
import { Fault } from '../errors.ts'
import type { ImageAnswer } from '../verify/answer.ts'
import { parseEntryReference, parseImageArgument, requireEntryReference } from './reference.ts'

export interface DocumentKind {
  /** For messages: "an SBOM". */
  readonly article: string
  readonly kinds: readonly PredicateKind[]
  /** The newest of an image that can be relied on; undefined if there is none. */
  readonly newestOf: (image: ImageAnswer) => LogIndex | undefined
}

export const sbomDocument: DocumentKind = {
  article: 'an SBOM',
  kinds: ['cyclonedx', 'spdx'],
  newestOf: ({ sboms }) => sboms.filter((sbom) => sbom.counts).at(-1)?.entry,
}

export const provenanceDocument: DocumentKind = {
  article: 'provenance',
  kinds: ['provenance'],
  newestOf: ({ provenance, attestations }) => {
    const good = new Set(
      attestations
        .filter(({ verdict }) => verdict.verdict === 'valid' || verdict.verdict === 'valid-before-compromise')
        .map((one) => one.entry),
    )
    return provenance.filter((one) => good.has(one.entry)).at(-1)?.entry
  },
}

/**
 * Which entry of an image is the newest, is the server's word; that it is one of the image is not.
 *
 * @throws Fault `not-recorded`, `not-found`; `bad-proof` (`entry-mismatch`) for an entry of another image
 */
export async function signedDocument(
  client: Client,
  reference: string,
  kind: DocumentKind,
): Promise<Uint8Array> {
  const image = parseEntryReference(reference) === undefined ? parseImageArgument(reference) : undefined
  const index = image === undefined ? requireEntryReference(reference) : await newest(client, image, kind)
  const { statement, payload, entry } = await signedEntry(client, index)
  if (
    image !== undefined &&
    !statement.subjects.some(({ digest }) => `sha256:${digest['sha256']}` === image)
  ) {
    throw new Fault(
      'entry-mismatch',
      `entry ${entry.index}: expected ${kind.article} of ${image}, got one of something else`,
    )
  }
  const isIt = kind.kinds.includes(predicateKind(statement.predicateType))
  const document = isIt ? documentOf(statement, payload) : undefined
  if (document === undefined)
    throw new Fault(
      'not-found',
      `entry ${entry.index}: expected ${kind.article}, got ${statement.predicateType.slice(0, 100)}`,
    )
  return document
}

/** The file that `submit` was given, to the last line break; of a statement made elsewhere, its predicate as it was written. */
function documentOf(statement: Statement, payload: Uint8Array): Uint8Array | undefined {
  const frame = spliceStatement(statement, new Uint8Array(0)).length
  const file = payload.subarray(frame - 1, payload.length - 1)
  return equalBytes(spliceStatement(statement, file), payload) ? file : rawMember(payload, 'predicate')
}

async function newest(client: Client, image: ImageDigest, kind: DocumentKind): Promise<LogIndex> {
  const found = kind.newestOf(await client.image(image))
  if (found === undefined)
    throw new Fault(
      'not-recorded',
      `image: no ${kind.article.replace(/^an /, '')} that counts is recorded for ${image}`,
    )
  return found
}
