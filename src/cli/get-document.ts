/** `attestree get sbom | provenance`: a document as it was signed, of an image or of an entry. */
import { repositoryOf } from '../attestation/image.ts'
import { predicateKind, type PredicateKind } from '../attestation/predicate-types.ts'
import { spliceStatement, type Statement } from '../attestation/statement.ts'
import type { ImageDigest, LogIndex } from '../brand.ts'
import type { Client } from '../client/client.ts'
import { signedEntry } from '../client/signed-entry.ts'
import { verifyImage } from '../client/verified-image.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { rawMember } from '../encoding/raw-member.ts'
import { Fault } from '../errors.ts'
import type { ImageAnswer } from '../verify/answer.ts'
import { parseEntryReference, parseImageArgument, requireEntryReference } from './reference.ts'
import { scopeChecked } from './verify-image.ts'

export interface DocumentKind {
  /** For messages: "an SBOM". */
  readonly article: string
  readonly kinds: readonly PredicateKind[]
  /** Those of an image that are not outdated, in the order of the log. Who made them is looked at afterwards. */
  readonly entriesOf: (image: ImageAnswer) => readonly LogIndex[]
}

export interface GotDocument {
  readonly document: Uint8Array
  /** What image scopes were judged against; undefined for an entry, which is asked for by no name. */
  readonly scope: string | undefined
  /** Newer ones of the image by signers whose scope does not cover the name asked for. */
  readonly passedOver: readonly LogIndex[]
}

export const sbomDocument: DocumentKind = {
  article: 'an SBOM',
  kinds: ['cyclonedx', 'spdx'],
  entriesOf: ({ sboms }) => sboms.filter((sbom) => sbom.counts).map((sbom) => sbom.entry),
}

export const provenanceDocument: DocumentKind = {
  article: 'provenance',
  kinds: ['provenance'],
  entriesOf: ({ provenance }) => provenance.map((one) => one.entry),
}

/**
 * Which entry of an image is the newest, is the server's word; that it is one of the image, by a signer who may speak of
 * it under the name asked for, and not revoked as far as the server shows, is judged here, as `verify` does.
 *
 * @throws Fault `not-recorded`, `not-found`; `bad-proof` (`entry-mismatch`) for an entry of another image
 * @throws Fault `untrusted` (`unauthorized`) if all there is, is by signers whose scope does not cover the name
 */
export async function signedDocument(
  client: Client,
  reference: string,
  kind: DocumentKind,
): Promise<GotDocument> {
  if (parseEntryReference(reference) !== undefined) {
    const document = await documentIn(client, requireEntryReference(reference), undefined, kind)
    return { document, scope: undefined, passedOver: [] }
  }
  const image = parseImageArgument(reference)
  const repository = repositoryOf(reference)
  const { index, passedOver } = await newest(client, { image, repository }, kind)
  const document = await documentIn(client, index, image, kind)
  return { document, scope: scopeChecked(repository), passedOver }
}

async function documentIn(
  client: Client,
  index: LogIndex,
  image: ImageDigest | undefined,
  kind: DocumentKind,
): Promise<Uint8Array> {
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

interface Asked {
  readonly image: ImageDigest
  readonly repository: string | undefined
}

async function newest(
  client: Client,
  { image, repository }: Asked,
  kind: DocumentKind,
): Promise<{ readonly index: LogIndex; readonly passedOver: readonly LogIndex[] }> {
  const answer = await verifyImage(client, image, { repository })
  const verdicts = new Map(answer.attestations.map((one) => [one.entry, one.verdict]))
  const passedOver: LogIndex[] = []
  for (const index of kind.entriesOf(answer).toReversed()) {
    const verdict = verdicts.get(index)
    if (verdict?.verdict === 'valid' || verdict?.verdict === 'valid-before-compromise')
      return { index, passedOver }
    if (verdict?.reasons.some((reason) => reason.code === 'out-of-scope') === true) passedOver.push(index)
  }
  const what = kind.article.replace(/^an /, '')
  if (passedOver.length === 0)
    throw new Fault('not-recorded', `image: no ${what} that counts is recorded for ${image}`)
  const text = `image: every ${what} of ${image} is by a signer whose scope does not cover ${repository?.slice(0, 100) ?? ''}`
  throw new Fault('unauthorized', text, {
    hint: `Ask for the name that it was built under. To see one all the same, name its entry: ${passedOver.join(', ')}.`,
  })
}
