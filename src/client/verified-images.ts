/**
 * One page of rows, with what was signed behind each row fetched and every row made again: the same verification as of
 * an evidence file, without the file.
 */
import type { AttestationId } from '../brand.ts'
import type { FoundAnswer, ImagesAnswer, RowsAnswer } from '../verify/answer.ts'
import { verifyImages } from '../verify/evidence.ts'
import type { EvidenceReport } from '../verify/evidence-report.ts'
import type { Client, FoundQuery, ImagesQuery } from './client.ts'
import { entriesToRead, fetchSigned, refuseCut, type Reading } from './fetch-signed.ts'
import { expectNewest, type Moment } from './moment.ts'

export interface Verified<Answer extends RowsAnswer> {
  readonly answer: Answer
  /** What was signed, for every attestation that the answer names. */
  readonly pae: Readonly<Record<AttestationId, Uint8Array>>
  readonly report: EvidenceReport
}

export type VerifiedImages = Verified<ImagesAnswer>
export type VerifiedFound = Verified<FoundAnswer>

/**
 * Which images contain a component.
 *
 * @throws Fault `bad-proof` if an entry or a row does not hold, `untrusted` for another log
 * @throws as `Client.images` and `Client.pae`
 */
export async function verifiedImages(
  client: Client,
  query: ImagesQuery,
  options: Reading = {},
): Promise<VerifiedImages> {
  return verified(client, query, await client.images(query, options), options)
}

/**
 * Which images have a commit, builder, signer, base image, licence or component hash.
 *
 * @throws as `verifiedImages`
 */
export async function verifiedFound(
  client: Client,
  query: FoundQuery,
  options: Reading = {},
): Promise<VerifiedFound> {
  return verified(client, query, await client.found(query, options), options)
}

async function verified<Answer extends RowsAnswer>(
  client: Client,
  moment: Moment,
  answer: Answer,
  options: Reading,
): Promise<Verified<Answer>> {
  refuseCut(answer, options)
  const pae = await fetchSigned(client, entriesToRead(answer), options)
  const report = verifyImages({ question: answer.question, answer, pae }, client.trust)
  expectNewest(moment, report.complete)
  return { answer, pae, report }
}
