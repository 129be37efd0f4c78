/** What ran where, with what was signed behind each row fetched and every row made again. */
import { predicateKind } from '../attestation/predicate-types.ts'
import { Fault } from '../errors.ts'
import { manifestOf } from '../sbom/manifest.ts'
import { asBadProof } from '../verify/bad-proof.ts'
import {
  deploymentRows,
  entriesOfDeployment,
  type DeploymentRow,
  type DeploymentsAnswer,
  type DeploymentsQuestion,
} from '../verify/deployments.ts'
import { factsOf, type EntryFacts } from '../verify/entry-facts.ts'
import type { CheckedAttestation } from '../verify/proven-entry.ts'
import { checkReach, checkUse } from '../verify/row-check.ts'
import { replayTrust } from '../verify/trust-replay.ts'
import { checkClaims, claimOf } from '../verify/unregistered.ts'
import type { CallOptions } from './asker.ts'
import { attestedEntries } from './attested-entries.ts'
import type { Client, DeploymentsQuery } from './client.ts'

/**
 * One page of rows, each made again from what was signed. Times are the signers' claims; that no statement is missing is
 * the server's word.
 *
 * @throws Fault `bad-proof` if an entry or a row does not hold, `untrusted` for another log
 * @throws as `Client.deployments` and `Client.pae`
 */
export async function verifiedDeployments(
  client: Client,
  query: DeploymentsQuery,
  options: CallOptions = {},
): Promise<DeploymentsAnswer> {
  const answer = await client.deployments(query, options)
  const { checkpoint, attested } = await attestedEntries(client, answer, options)
  checkReach(answer.asOf.indexedThrough, attested)
  const trust = replayTrust(checkpoint.origin, client.trust.trustRoot, attested)
  const facts = attested.flatMap(factsOfDeployment)
  const made = deploymentRows(answer.question, facts, trust, answer.asOf.indexedThrough)
  expectRows(answer, made)
  checkClaims(answer.unregistered, trust, (claim) => {
    const found = facts.find((one) => one.index === claim.entry)
    return found === undefined || !isAbout(answer.question, found) ? undefined : claimOf(found)
  })
  checkUse(answer.items.flatMap(entriesOfDeployment), answer.unregistered, attested)
  return answer
}

function factsOfDeployment({ entry, statement }: CheckedAttestation): readonly EntryFacts[] {
  if (predicateKind(statement.predicateType) !== 'deployment') return []
  const { index, attestation, keyId } = entry
  const lines = asBadProof('not-admissible', `entry ${index}`, () => manifestOf(statement, keyId))
  return [factsOf(index, attestation, keyId, lines)]
}

function isAbout({ environment, image }: DeploymentsQuestion, facts: EntryFacts): boolean {
  return (
    (environment === undefined || facts.deployment?.environment === environment) &&
    (image === undefined || facts.subjects.some((subject) => subject.digest === image))
  )
}

/** In the same order; what was made beyond is of statements that only end or dispute these. */
function expectRows({ items }: DeploymentsAnswer, made: readonly DeploymentRow[]): void {
  const positions = new Map(made.map((one, at) => [JSON.stringify(one), at]))
  let before = -1
  for (const item of items) {
    const at = positions.get(JSON.stringify(item))
    if (at === undefined || at <= before) {
      throw new Fault(
        'rows-differ',
        `deployment #${item.entry}: the server says something else than what was signed makes it, or in another order`,
      )
    }
    before = at
  }
}
