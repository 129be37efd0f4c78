/**
 * Whether the published root of a map is cosigned by those whom the reader asks for (index.md 6): auditors, who replayed the map up to
 * it, and witnesses, who have seen no other history. Apart from map-root.ts, so that the portable verifier need not carry it: whoever has
 * a policy hands it over with the log's key.
 */
import type { MapName } from '../map/output-log.ts'
import { Fault } from '../errors.ts'
import { cosignedAt, MAX_AHEAD_S, type Cosigner } from '../tlog/cosignature.ts'
import { cosignersIn, isMet, type Policy } from '../tlog/policy.ts'
import { asBadProof } from './bad-proof.ts'
import type { Cosigned, CosignedCheck } from './map-root.ts'

export interface CosignedRule {
  readonly policy: Policy
  /** An older cosignature does not count, in seconds: it says nothing of what was published since. */
  readonly maxAgeS: number
}

interface Found {
  readonly cosigner: Cosigner
  /** In unix seconds; undefined if there is no cosignature. */
  readonly time: number | undefined
  readonly counts: boolean
}

/** @param now milliseconds since 1970, asked for each checkpoint */
export function createCosignedCheck({ policy, maxAgeS }: CosignedRule, now: () => number): CosignedCheck {
  return (map, note) => {
    if (note === undefined) throw noRoot()
    const seconds = Math.floor(now() / 1000)
    const found = cosignersIn(policy.quorum).map((cosigner) => {
      const time = asBadProof('checkpoint-signature-invalid', `${map} map: output log`, () =>
        cosignedAt(note, cosigner),
      )
      const counts = time !== undefined && time > seconds - maxAgeS && time <= seconds + MAX_AHEAD_S
      return { cosigner, time, counts }
    })
    const at = witnessedAt(policy, found)
    if (at === undefined) throw notCosigned(map, found)
    return cosignedOf(map, found, at, seconds)
  }
}

/** The latest moment as of which enough of them had seen no larger tree. */
function witnessedAt({ quorum }: Policy, found: readonly Found[]): number | undefined {
  const counting = found.flatMap(({ cosigner, time, counts }) =>
    counts && time !== undefined ? [{ cosigner, time }] : [],
  )
  const latestFirst = counting.map(({ time }) => time).sort((a, b) => b - a)
  return latestFirst.find((at) =>
    isMet(quorum, (cosigner) => counting.some((one) => one.cosigner === cosigner && one.time >= at)),
  )
}

function cosignedOf(map: MapName, found: readonly Found[], at: number, now: number): Cosigned {
  const by = found
    .filter(({ counts, time }) => counts && time !== undefined && time >= at)
    .map(({ cosigner }) => cosigner.name)
  const time = timeText(at)
  const sentence = `The root of the ${map} map is cosigned by ${by.join(', ')}: the earliest at ${time} (${ageText(now - at)}).`
  return { at: time, by, sentence }
}

function notCosigned(map: MapName, found: readonly Found[]): Fault {
  const each = found.map(({ cosigner, time, counts }) => {
    if (time === undefined) return `none by ${cosigner.name}`
    return counts
      ? `one by ${cosigner.name}`
      : `one by ${cosigner.name} that is too old or of the future, ${timeText(time)}`
  })
  return new Fault(
    'not-cosigned',
    `${map} map: expected its published root to be cosigned as the trust file asks, got ${each.join(', ')}`,
    {
      hint: 'A new root waits for its auditors some seconds: ask again. If it stays so, ask them and the operator.',
    },
  )
}

function noRoot(): Fault {
  return new Fault(
    'not-cosigned',
    'answer: expected the proof that nothing is missing, which the trust file wants cosigned, got an answer without it',
    { hint: 'Ask for less at once, or again in a moment.' },
  )
}

function timeText(seconds: number): string {
  return new Date(Math.min(seconds, 8.64e12) * 1000).toISOString().replace('.000Z', 'Z')
}

function ageText(seconds: number): string {
  if (seconds < 0) return 'just now'
  const [n, unit] = seconds < 7200 ? [Math.floor(seconds / 60), 'min'] : [Math.floor(seconds / 3600), 'h']
  return n === 0 ? `${seconds} s ago` : `${n} ${unit} ago`
}
