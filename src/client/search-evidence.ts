/**
 * Evidence of a search: as verify/evidence.ts has it for one component, with the question and the answer of a search. Apart
 * from it, since advisories do not fit into what a browser's verifier may weigh.
 *
 *     {"type": "https://attestree.dev/evidence/v1", "question": {"parts": …}, "answer": …, "pae": …}
 */
import type { AttestationId } from '../brand.ts'
import { formatBase64, parseBase64 } from '../encoding/base64.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { formatCanonicalJson } from '../encoding/canonical-json.ts'
import { parseJson, type JsonValue } from '../encoding/strict-json.ts'
import { Fault } from '../errors.ts'
import { asBadProof } from '../verify/bad-proof.ts'
import { EVIDENCE_TYPE, refuseTooLarge, type LogTrust } from '../verify/evidence.ts'
import { sentencesOf, type EvidenceReport } from '../verify/evidence-report.ts'
import { anAttestationId } from '../verify/read-answer.ts'
import type { SearchAnswer, SearchQuestion } from '../verify/search.ts'
import { checkSearch } from '../verify/search-check.ts'
import { formatSearchQuestion, isSameSearch, parseSearchQuestion } from '../verify/search-wire.ts'
import { membersOf, oneOf, parsed, tableOf, type Shape } from '../verify/shape.ts'
import { originsOf, type Origins } from './introductions.ts'
import type { CallOptions, Client } from './client.ts'
import { searchSent, type SearchSent } from './read-search.ts'
import { verifiedSearch } from './verified-search.ts'
import { pageOf, withProof } from './with-proof.ts'

/** As many as a page has; the report says `more-rows` where these were not all. */
const MAX_ROWS = 1_000

export interface SearchReport extends Omit<EvidenceReport, 'question' | 'rows'> {
  readonly question: SearchQuestion
  readonly rows: SearchAnswer['items']
  /** How what was found came in, as the signed SBOMs in the file tell it. */
  readonly origins: Origins
}

/**
 * All rows with everything that proves them, and that there are no others if the ledger can, else the first 1,000;
 * verified before it is handed out.
 *
 * @throws Fault `too-large` (`payload-too-large`); as `verifiedSearch`
 */
export async function collectSearchEvidence(
  client: Client,
  question: SearchQuestion,
  options: CallOptions = {},
): Promise<Uint8Array> {
  const { value } = await withProof(client.trust, (form, reading) => {
    return verifiedSearch(client, question, pageOf(form, MAX_ROWS), { ...options, ...reading })
  })
  const { answer, pae } = value
  const wire = formatSearchQuestion(question)
  const signed = Object.entries(pae).map(([id, bytes]) => [id, formatBase64(bytes)] as const)
  const bytes = formatCanonicalJson({
    type: EVIDENCE_TYPE,
    question: wire,
    answer: parseJson(JSON.stringify({ ...answer, question: wire })),
    pae: Object.fromEntries(signed),
  })
  refuseTooLarge(bytes)
  return bytes
}

interface Sent {
  readonly question: JsonValue
  readonly answer: SearchSent
  readonly pae: Readonly<Record<AttestationId, Uint8Array>>
}

const asIs: Shape<JsonValue> = (value) => value

const evidenceShape: Shape<Sent> = (value, place) => {
  const members = membersOf(value, place)
  members.required('type', oneOf(EVIDENCE_TYPE))
  const read = {
    question: members.required('question', asIs),
    answer: members.required('answer', searchSent),
    pae: members.required(
      'pae',
      tableOf(
        anAttestationId,
        parsed((text) => parseBase64(text), 'base64'),
      ),
    ),
  }
  members.end()
  return read
}

/**
 * As `verifyEvidence`, of a search: every row is made again from what was signed.
 *
 * @throws Fault `bad-proof`, `untrusted`, `too-large` as `verifyEvidence`
 */
export function verifySearchEvidence(bytes: Uint8Array, trust: LogTrust): SearchReport {
  refuseTooLarge(bytes)
  const { question, sent, pae } = asBadProof('evidence-malformed', 'evidence', () => {
    const value = parseJson(bytes, { subject: 'JSON', strictNumbers: true, forbidProto: true })
    if (!equalBytes(formatCanonicalJson(value), bytes))
      throw new Fault('evidence-malformed', 'expected canonical JSON (RFC 8785), got another spelling')
    const read = evidenceShape(value, { pointer: '', strict: true, reason: 'evidence-malformed' })
    return { question: parseSearchQuestion(read.question), sent: read.answer, pae: read.pae }
  })
  if (!isSameSearch(sent.question, question))
    throw new Fault('rows-differ', 'evidence: expected an answer to its question, got an answer to another')
  const answer = { ...sent, question }
  const checked = checkSearch(answer, pae, trust)
  return {
    question,
    rows: answer.items,
    origins: originsOf(answer.items, checked.attested),
    ...(answer.unregistered === undefined ? {} : { unregistered: answer.unregistered }),
    checkpoint: checked.checkpoint,
    ...(checked.complete === undefined ? {} : { complete: checked.complete }),
    ...sentencesOf({ ...checked, answer, trustRoot: trust.trustRoot }),
  }
}
