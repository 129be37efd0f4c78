/** Whose an entry is, and whether it was revoked: judged here from the trust roots and revocations that the log has. */
import { isControlType } from '../attestation/predicate-types.ts'
import { targetsOf, verdictOf } from '../trust/status.ts'
import { principalOf } from '../trust/trust-state.ts'
import type { RevocationsAnswer, Verdict } from '../verify/answer.ts'
import { checkReach } from '../verify/row-check.ts'
import { replayTrust } from '../verify/trust-replay.ts'
import { attestedEntries } from './attested-entries.ts'
import type { CallOptions, Client } from './client.ts'
import { noneHidden, type NoneHidden } from './image-status.ts'
import type { SignedEntry } from './signed-entry.ts'
import { rowsDiffer } from './verified-image.ts'

export interface EntryStanding {
  /** The principal of the key by the trust root that was in force then; null if it was registered to nobody. */
  readonly signer: string | null
  /** One for each SHA-256 subject, in their order; one without a subject if there is none, and of control statements. */
  readonly verdicts: readonly Verdict[]
  /**
   * That no trust root and no revocation behind these was left out, and as of when; absent where the server could not
   * prove it.
   */
  readonly proven?: NoneHidden
}

/**
 * @returns undefined if the server's index does not reach the entry yet
 * @throws Fault `bad-proof` (`rows-differ`, `answer-incomplete`) if the server judges otherwise, or hides something; as
 * `noneHidden`, as `Client.revocations` and `Client.pae`
 */
export async function entryStanding(
  client: Client,
  { entry, statement }: Pick<SignedEntry, 'entry' | 'statement'>,
  options: CallOptions = {},
): Promise<EntryStanding | undefined> {
  const { index, attestation, keyId: key } = entry
  const answer = await client.revocations(`signature:${attestation}#${key}`, options)
  const through = answer.asOf.indexedThrough
  if (index >= through) return undefined
  const { checkpoint, attested } = await attestedEntries(client, answer, options)
  checkReach(through, attested)
  const trust = replayTrust(checkpoint.origin, client.trust.trustRoot, attested)
  const { predicateType, subjects } = statement
  const isControl = isControlType(predicateType)
  const images = isControl ? [] : subjects.flatMap(({ digest: { sha256 } }) => sha256 ?? [])
  const named = [...new Set(images)].map((hex) => `sha256:${hex}`)
  const verdicts = (named.length === 0 ? [undefined] : named).map((subject) =>
    verdictOf(trust, through, { index, attestation, key, predicateType, subject }),
  )
  for (const made of verdicts) expectJudged(answer, made)
  // Control statements fall with nothing.
  const targets = isControl
    ? []
    : [...targetsOf({ attestation, key }), ...named.map((image) => `image:${image}`)]
  const proven = await noneHidden(
    client,
    { attested, targets, below: through, size: checkpoint.size },
    options,
  )
  return { signer: principalOf(trust, index, key) ?? null, verdicts, ...(proven && { proven }) }
}

/** The server's own verdict takes revocations into account that it may not have shown. */
function expectJudged({ verdicts }: RevocationsAnswer, made: Verdict): void {
  if (made.subject === '') return
  const said = verdicts.find((one) => one.entry === made.entry && one.subject === made.subject)
  if (said?.verdict !== made.verdict) throw rowsDiffer(made, said?.verdict ?? 'nothing')
}
