/**
 * The first contact with a ledger: what it says of itself, for a person to compare and pin. From then on everything is
 * checked against what was pinned (trust-file.ts).
 *
 * Entry 0 must be a trust root, in a log signed by the key that is shown, so that a server cannot show one root and
 * serve another.
 */
import { logIndex, type AttestationId } from '../brand.ts'
import { parseControl } from '../attestation/control.ts'
import { Fault } from '../errors.ts'
import { parseJson } from '../encoding/strict-json.ts'
import { parseVerifierKey, type VerifierKey } from '../tlog/signed-note.ts'
import { checkAnswer, checkAttestation } from '../verify/proven-entry.ts'
import { readAnswer } from '../verify/read-answer.ts'
import { baseUrl } from './base-url.ts'
import { Client, type CallOptions } from './client.ts'
import { statusAnswer } from './read-answer.ts'
import { exchange } from './transport.ts'

export interface FirstContact {
  readonly logKey: VerifierKey
  /** The attestation in entry 0. */
  readonly trustRoot: AttestationId
}

const MAX_STATUS_BYTES = 1024 * 1024

/** @throws Fault `bad-proof` if what the server says of itself does not hold; as `Client.status` */
export async function firstContact(
  url: string,
  options: CallOptions & { readonly fetch?: typeof fetch } = {},
): Promise<FirstContact> {
  const logKey = await claimedKey(url, options)
  // A client needs a trust root to be made; here it is only used for entry 0, which is checked below.
  const client = new Client({
    url,
    logKey,
    trustRoot: '' as AttestationId,
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
  })
  const first = checkAnswer(await client.entry(logIndex(0), options), logKey).entries.get(logIndex(0))
  if (first === undefined) throw new Fault('entry-mismatch', 'entry 0: the answer has no proof of it')
  const { statement } = checkAttestation(first, await client.pae(first.attestation, options))
  if (parseControl(statement)?.kind !== 'trust-root') {
    throw new Fault(
      'entry-mismatch',
      `entry 0: expected a trust root, got ${statement.predicateType.slice(0, 100)}`,
    )
  }
  return { logKey, trustRoot: first.attestation }
}

async function claimedKey(
  url: string,
  options: CallOptions & { readonly fetch?: typeof fetch },
): Promise<VerifierKey> {
  const { bytes } = await exchange(
    { fetch: options.fetch ?? ((input, init) => fetch(input, init)), timeoutMs: 30_000 },
    {
      ...options,
      url: new URL('ledger/v1/status', baseUrl(url)),
      method: 'GET',
      accept: 'application/json',
      maxBytes: MAX_STATUS_BYTES,
    },
  )
  return parseVerifierKey(readAnswer(statusAnswer, parseJson(bytes)).logKey)
}
