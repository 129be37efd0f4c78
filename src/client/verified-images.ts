/**
 * One page of "which images contain X", with what was signed behind each row fetched and every row made again:
 * the same verification as of an evidence file, without the file.
 */
import type { AttestationId } from '../brand.ts'
import type { ImagesAnswer } from '../verify/answer.ts'
import { verifyImages } from '../verify/evidence.ts'
import type { EvidenceReport } from '../verify/evidence-report.ts'
import type { CallOptions, Client, ImagesQuery } from './client.ts'
import { fetchSigned } from './fetch-signed.ts'

export interface VerifiedImages {
  readonly answer: ImagesAnswer
  /** What was signed, for every attestation that the answer names. */
  readonly pae: Readonly<Record<AttestationId, Uint8Array>>
  readonly report: EvidenceReport
}

/**
 * @throws Fault `bad-proof` if an entry or a row does not hold, `untrusted` for another log
 * @throws as `Client.images` and `Client.pae`
 */
export async function verifiedImages(
  client: Client,
  query: ImagesQuery,
  options: CallOptions = {},
): Promise<VerifiedImages> {
  const answer = await client.images(query, options)
  const pae = await fetchSigned(client, answer.entries, options)
  return { answer, pae, report: verifyImages({ question: answer.question, answer, pae }, client.trust) }
}
