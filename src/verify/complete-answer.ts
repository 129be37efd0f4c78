/**
 * That an answer about one component, or about what was stated, leaves no row out: each row is made again from all entries that the maps
 * list (complete-entries.ts), and each image that would have one has it.
 *
 * Left open, and said: entries from S on, those that nobody could read, and whether the roots are right, which is what auditors replay.
 */
import { Fault } from '../errors.ts'
import { componentKey, componentPrefix, parseComponentKey } from '../map/keys.ts'
import type { RowsAnswer, StatedQuestion } from './answer.ts'
import { asBadProof } from './bad-proof.ts'
import {
  checkNoneMissing,
  completeEntries,
  type CompleteAnswer,
  type CompleteClaim,
  type Reading,
} from './complete-entries.ts'
import type { CompleteKeys } from './complete-keys.ts'
import { keyOfQuestion } from './found-rows.ts'
import {
  checkedQuestion,
  checkStatedRows,
  checkUse,
  makeRow,
  restsOn,
  statedBy,
  type AnyStated,
} from './row-check.ts'
import { matchVersion, type ComponentQuestion } from './rows.ts'

type Question = ComponentQuestion | StatedQuestion

export interface CompleteRowsClaim extends CompleteClaim {
  readonly answer: RowsAnswer
}

/** @throws Fault `bad-proof` (`answer-incomplete`, `rows-differ`, `map-proof-invalid`, …), `unproven` for what a map cannot show */
export function checkComplete(claim: CompleteRowsClaim): CompleteAnswer {
  const { answer, attested, trust } = claim
  const question = checkedQuestion(answer.question)
  const found = completeEntries(claim, readingOf(question))
  checkStatedRows(answer, question, found.stated, trust)
  checkUse([...answer.items.flatMap(restsOn), ...found.named], answer.unregistered, attested)
  checkNoneMissing(claim, found, (image, about) => {
    return makeRow(question, image, about, trust, answer.asOf.indexedThrough).matches[0]?.entry
  })
  return found
}

/** The version of the component that a key tells; undefined if it was cut at its length limit. */
type Version = string | undefined

function readingOf(question: Question): Reading<AnyStated, Version> {
  return {
    keys: (shown) => keysOf(question, shown),
    ofSigned: (attestation) => statedBy(attestation, question),
    ofManifest: (facts, hits) => {
      const versions = hits.filter((version) => version !== undefined)
      if (versions.length < hits.length) return undefined
      return { facts, versions, states: hits.length > 0 }
    },
  }
}

function keysOf(question: Question, shown: CompleteKeys): (readonly [Uint8Array, Version])[] {
  if (!('name' in question)) return [[statedKey(question, shown), '']]
  const { name, version } = question
  if (version !== undefined) return [version, ''].map((one) => [componentKey(name, one), one])
  return shown.under(componentPrefix(name)).flatMap<readonly [Uint8Array, Version]>((key) => {
    const parsed = asBadProof('map-proof-invalid', 'components map', () => parseComponentKey(key))
    if (parsed === undefined) return [[key, undefined]]
    // Long names share the prefix that is left of them.
    const isMeant = parsed.name === name && matchVersion(question, parsed.version) !== 'out'
    return isMeant ? [[key, parsed.version]] : []
  })
}

function statedKey(question: StatedQuestion, shown: CompleteKeys): Uint8Array {
  const key = keyOfQuestion(question)
  // Licences are found in the spelling of the SPDX list alone, which is not part of the verifier.
  if ('licence' in question && shown.value(key) === undefined) {
    throw new Fault(
      'unproven',
      `licence: no SBOM lists ${question.licence} in this spelling, and whether it is that of the SPDX list is not known here`,
    )
  }
  return key
}
