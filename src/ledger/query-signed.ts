/**
 * What was signed for a run of entries, in one answer: an auditor wants all of it, and a request for each costs more than
 * everything else that is done for it. What is withheld or damaged is for the route of one attestation to say.
 */
import type { LogIndex, TreeSize } from '../brand.ts'
import { Fault } from '../errors.ts'
import { readSigned } from './statement-memo.ts'
import type { LogView } from './view.ts'

/** Beside one that is longer: enough that a request is nothing beside what it brings, little to hold for many readers. */
export const MAX_RANGE_BYTES = 4 * 1024 * 1024

export interface SignedRange {
  /** Of the first entries that were asked for, one at least. */
  readonly paes: readonly Uint8Array[]
  /** Whether the same question has the same answer for ever: it ends at what was asked for, or where it was long enough. */
  readonly lasting: boolean
}

/**
 * @param from below `to`
 * @throws Fault `not-recorded` if the published log has not all of these entries
 * @throws Fault `bad-proof` (`integrity-error`) if what was signed for the first is missing or damaged
 */
export async function querySignedRange(
  view: Pick<LogView, 'checkpoint' | 'log' | 'blobs'>,
  from: LogIndex,
  to: TreeSize,
): Promise<SignedRange> {
  const { size } = view.checkpoint
  if (to > size) throw new Fault('not-recorded', `entries: this log has ${size}, and not ${to} yet`)
  const paes: Uint8Array[] = []
  let length = 0
  for (const { attestation } of await view.log.entries(from, to)) {
    const signed = await orAfterFirst(paes.length, readSigned(view.blobs, attestation))
    if (signed === undefined) return { paes, lasting: false }
    length += signed.length
    if (length > MAX_RANGE_BYTES && paes.length > 0) break
    paes.push(signed)
  }
  return { paes, lasting: true }
}

/** Undefined for a fault behind the first: what is before it is good. */
async function orAfterFirst(place: number, reading: Promise<Uint8Array>): Promise<Uint8Array | undefined> {
  try {
    return await reading
  } catch (cause) {
    if (place > 0 && cause instanceof Fault) return undefined
    throw cause
  }
}
