/** Collects an evidence file (contracts.md 8) from a ledger. Reading one needs no client: verify/evidence.ts. */
import { formatEvidence } from '../verify/evidence.ts'
import type { CallOptions, Client, FoundQuery, ImagesQuery } from './client.ts'
import { verifiedFound, verifiedImages, type VerifiedFound, type VerifiedImages } from './verified-images.ts'
import { pageOf, withProof } from './with-proof.ts'

/** The most rows on a page; the report says `more-rows` where these were not all. */
const MAX_ROWS = 1000

/**
 * The answer to a question with everything that proves its rows, and that there are no others if the ledger can. It was
 * verified once before it is handed out, so that evidence which will not hold is found today and not in court.
 *
 * @returns the file's bytes
 * @throws Fault `bad-proof`, `untrusted` if it does not verify; `too-large` (`payload-too-large`) for a file over the limit
 * @throws as `Client.images` and `Client.pae`
 */
export async function collectEvidence(
  client: Client,
  question: ImagesQuery | FoundQuery,
  options: CallOptions = {},
): Promise<Uint8Array> {
  const { value } = await withProof<VerifiedImages | VerifiedFound>(client.trust, (form, reading) => {
    const page = pageOf(form, MAX_ROWS)
    return 'component' in question
      ? verifiedImages(client, { ...question, ...page }, { ...options, ...reading })
      : verifiedFound(client, { ...question, ...page }, { ...options, ...reading })
  })
  const { answer, pae } = value
  return formatEvidence({ question: answer.question, answer, pae })
}
