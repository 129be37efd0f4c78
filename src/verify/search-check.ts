/**
 * Makes the rows of a search again from what was signed, and compares them with the rows in the answer, as row-check.ts
 * does for one component. Apart from it, so that the portable verifier need not carry what only searches need.
 */
import { vexStatementsOf } from '../attestation/vex-of-statement.ts'
import type { AttestationId, ImageDigest, LogIndex } from '../brand.ts'
import { Fault } from '../errors.ts'
import { deploymentLines } from '../sbom/deployment-lines.ts'
import { relationLines } from '../sbom/image-relations.ts'
import type { Checkpoint } from '../tlog/checkpoint.ts'
import type { TrustState } from '../trust/trust-state.ts'
import type { UnregisteredClaim } from './answer.ts'
import { attestedFacts } from './attested-facts.ts'
import type { CompleteAnswer } from './complete-entries.ts'
import { checkCompleteSearch } from './complete-search.ts'
import { checkAssurance, checkAttestations, checkSome, type LogTrust } from './evidence.ts'
import { checkAnswer, type CheckedAttestation } from './proven-entry.ts'
import { lineageIn, relatingFacts } from './lineage.ts'
import { bySubject, checkOrder, checkReach, checkUse, isSame, restsOn } from './row-check.ts'
import type { SearchAnswer } from './search.ts'
import {
  componentsOf,
  matchesIn,
  planSearch,
  searchRow,
  type SearchPlan,
  type SearchStated,
} from './search-rows.ts'
import { replayTrust } from './trust-replay.ts'
import { checkClaims, claimOf } from './unregistered.ts'

/** What the answer rests on. */
export interface CheckedSearch {
  readonly checkpoint: Checkpoint
  readonly attested: readonly CheckedAttestation[]
  readonly state: TrustState
  /** As of when no row is missing; absent if that is not proven. */
  readonly complete?: CompleteAnswer
}

/**
 * Returns what the answer rests on, in the order of the log.
 *
 * @param pae what was signed behind each entry of the answer
 * @throws Fault `bad-proof` (`rows-differ`, …) if a row does not follow from it; `untrusted` for another log
 */
export function checkSearch(
  answer: SearchAnswer,
  pae: Readonly<Record<AttestationId, Uint8Array>>,
  { logKey, trustRoot, cosigned }: LogTrust,
): CheckedSearch {
  const checked = checkAnswer(answer, logKey)
  const attested = answer.complete === undefined ? checkAttestations(checked, pae) : checkSome(checked, pae)
  const state = replayTrust(checked.checkpoint.origin, trustRoot, attested)
  checkAssurance(answer)
  if (answer.complete === undefined) cosigned?.('components', undefined)
  checkReach(answer.asOf.indexedThrough, attested)
  const plan = planSearch(answer.question)
  const ofSigned = (one: CheckedAttestation): SearchStated => statedBy(one, plan)
  const { checkpoint, entries } = checked
  const [proof, log] = [answer.complete, { key: logKey, checkpoint, cosigned }]
  const complete =
    proof && checkCompleteSearch({ answer, proof, log, entries, attested, trust: state }, plan, ofSigned)
  checkSearchRows(answer, complete?.stated ?? attested.map(ofSigned), state)
  const named = complete?.named ?? []
  checkUse([...answer.items.flatMap(restsOn), ...named], answer.unregistered, attested)
  return { checkpoint, attested, state, ...(complete === undefined ? {} : { complete }) }
}

function checkSearchRows(answer: SearchAnswer, all: readonly SearchStated[], trust: TrustState): void {
  const through = answer.asOf.indexedThrough
  const stated = bySubject(all)
  const relating = relatingFacts(all.map((one) => one.facts))
  const about = (image: ImageDigest) => (stated.get(image) ?? []).map((one) => one.facts)
  for (const row of answer.items) {
    const made = searchRow(answer.question, row.image, stated.get(row.image) ?? [], trust, through)
    const whole = made && { ...made, ...lineageIn(row.image, relating, about, trust, through) }
    if (!isSame(row, whole ?? null)) throw differs(row.image, made === undefined ? 'no row' : 'another row')
  }
  checkOrder(answer.items)
  checkClaims(answer.unregistered, trust, ({ entry }) => madeClaim(all, entry))
}

function statedBy(attestation: CheckedAttestation, plan: SearchPlan): SearchStated {
  const { facts, lines, sbom } = attestedFacts(attestation, (statement) => [
    ...deploymentLines(statement),
    ...relationLines(statement),
  ])
  const vex = vexStatementsOf(attestation.statement)
  return { facts, matches: sbom === undefined ? [] : matchesIn(plan, facts.index, lines), vex }
}

function madeClaim(all: readonly SearchStated[], entry: LogIndex): UnregisteredClaim | undefined {
  const found = all.find(({ facts }) => facts.index === entry)
  if (found === undefined || found.matches.length === 0) return undefined
  return claimOf(found.facts, componentsOf(found.matches))
}

function differs(image: string, expected: string): Fault {
  return new Fault('rows-differ', `row ${image}: expected ${expected}, as it follows from what was signed`)
}
