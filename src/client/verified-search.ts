/**
 * Many packages in one question, with every row made again from what was signed: what verified-images.ts is for one
 * component.
 */
import type { AttestationId } from '../brand.ts'
import type { CompleteAnswer } from '../verify/complete-entries.ts'
import type { SearchAnswer, SearchQuestion } from '../verify/search.ts'
import { checkSearch } from '../verify/search-check.ts'
import type { SearchPage } from './ask-search.ts'
import type { Client } from './client.ts'
import { entriesToRead, fetchSigned, refuseCut, type Reading } from './fetch-signed.ts'
import { originsOf, type Origins } from './introductions.ts'
import { expectNewest } from './moment.ts'

export interface VerifiedSearch {
  readonly answer: SearchAnswer
  /** What was signed, for every attestation that the answer names. */
  readonly pae: Readonly<Record<AttestationId, Uint8Array>>
  /** How what was found came in, as the signed SBOMs tell it. */
  readonly origins: Origins
  /** If the answer proves it: that no row is missing, and as of when. */
  readonly complete?: CompleteAnswer
}

/**
 * One page of the images in which any part of the question is found.
 *
 * @throws Fault `bad-proof` if an entry or a row does not hold, or the answer is to another question; `untrusted` for another log
 * @throws as `Client.search` and `Client.pae`
 */
export async function verifiedSearch(
  client: Client,
  question: SearchQuestion,
  page: SearchPage = {},
  options: Reading = {},
): Promise<VerifiedSearch> {
  const answer = await client.search(question, page, options)
  refuseCut(answer, options)
  const pae = await fetchSigned(client, entriesToRead(answer), options)
  const { attested, complete } = checkSearch(answer, pae, client.trust)
  expectNewest(page, complete)
  const origins = originsOf(answer.items, attested)
  return { answer, pae, origins, ...(complete === undefined ? {} : { complete }) }
}
