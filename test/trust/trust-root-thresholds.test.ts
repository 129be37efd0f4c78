/** Every small story of two rival trust roots, told by three administrators in every order, against a naive reading of the rules. */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import type { TrustRoot } from '../../src/attestation/trust-root.ts'
import { logIndex } from '../../src/brand.ts'
import { Fault } from '../../src/errors.ts'
import { judgeSubmission } from '../../src/trust/admission.ts'
import {
  controllers,
  createTrustState,
  foldControl,
  mayControl,
  proposalsAt,
  rootAt,
  type TrustState,
} from '../../src/trust/trust-state.ts'
import { admit, idOf, keyOf, ORIGIN, rootEntry, rootOf, submission } from '../helpers/trust-world.ts'

type Name = 'a' | 'b' | 'c'
type Rival = 'left' | 'right'
type Move = readonly [rival: Rival, signer: Name] | 'other entry'

interface World {
  readonly first: TrustRoot
  readonly rivals: Readonly<Record<Rival, TrustRoot>>
}

const names: readonly Name[] = ['a', 'b', 'c']
const moves: readonly Move[] = [
  ...names.map((name) => ['left', name] as const),
  ...names.map((name) => ['right', name] as const),
  'other entry',
]

function worldsOf(): World[] {
  const worlds: World[] = []
  for (const old of [1, 2])
    for (const next of [1, 2])
      for (const leftAdmins of [
        ['a', 'b'],
        ['b', 'c'],
        ['c', 'b', 'a'],
      ] as const) {
        const later = { version: 2, previous: idOf('root 1'), submitters: ['ci'] }
        worlds.push({
          first: rootOf({ admins: ['a', 'b'], threshold: old, submitters: ['ci'] }),
          rivals: {
            left: rootOf({ ...later, admins: leftAdmins, threshold: next }),
            right: rootOf({ ...later, admins: ['a', 'b'], threshold: old, revokers: ['ci'] }),
          },
        })
      }
  return worlds
}

/** A signature that stands in the log already is not recorded again, so no story has one twice. */
function storiesOf(length: number): Move[][] {
  if (length === 0) return [[]]
  return storiesOf(length - 1).flatMap((story) =>
    moves.flatMap((move) => (move !== 'other entry' && story.includes(move) ? [] : [[...story, move]])),
  )
}

/** The log as it should be: who signed what at which index, and what was in force from where on. */
interface Told {
  readonly accepted: readonly { readonly index: number; readonly rival: Rival; readonly signer: Name }[]
  readonly inForceFrom: number | undefined
  readonly winner: Rival | undefined
}

/** The rules of README 2.1 and trust.md 3.2, read naively, with no state but the story so far. */
function tell({ first, rivals }: World, story: readonly Move[], from: number): Told {
  const isAdmin = (root: TrustRoot, name: Name): boolean => root.admins.principals.includes(name)
  const accepted: { index: number; rival: Rival; signer: Name }[] = []
  let [index, winner, inForceFrom] = [from, undefined as Rival | undefined, undefined as number | undefined]
  for (const move of story) {
    if (move === 'other entry') {
      index++
      continue
    }
    const [rival, signer] = move
    const own = accepted.filter((one) => one.rival === rival)
    if (own.some((one) => one.signer === signer)) continue
    let runFrom = index
    while (own.some((one) => one.index === runFrom - 1)) runFrom--
    if (inForceFrom !== undefined && inForceFrom <= runFrom) continue
    const byOld = own.some((one) => isAdmin(first, one.signer))
    if (!isAdmin(first, signer) && !(byOld && isAdmin(rivals[rival], signer))) continue
    accepted.push({ index, rival, signer })
    const signers = [...own.map((one) => one.signer), signer]
    const enough = (root: TrustRoot): boolean =>
      signers.filter((name) => isAdmin(root, name)).length >= root.admins.threshold
    if (inForceFrom === undefined && enough(first) && enough(rivals[rival])) {
      winner = rival
      inForceFrom = index + 1
    }
    index++
  }
  return { accepted, inForceFrom, winner }
}

/** Two leaves of version 1. */
function begin({ first }: World): TrustState {
  const state = createTrustState(ORIGIN)
  for (const [index, name] of (['a', 'b'] as const).entries())
    admit(state, rootEntry(index, 'root 1', name, first))
  return state
}

const isRefused = (act: () => void): boolean => {
  try {
    act()
    return false
  } catch (cause) {
    if (cause instanceof Fault) return true
    throw cause
  }
}

describe('trust roots with thresholds', () => {
  it('take effect at the entry that completes them, in every story of two rivals and three administrators', () => {
    let completed = 0
    const first = idOf('root 1')
    for (const world of worldsOf())
      for (const story of storiesOf(4)) {
        const told = tell(world, story, 2)
        const state = begin(world)
        let index = 2
        for (const move of story) {
          if (move === 'other entry') {
            index++
            continue
          }
          const [rival, signer] = move
          const entry = rootEntry(index, rival, signer, world.rivals[rival])
          const expected = told.accepted.some(
            (one) => one.index === index && one.rival === rival && one.signer === signer,
          )
          if (isRefused(() => judgeSubmission(state, entry)) === expected)
            expect.fail(`${JSON.stringify([world, story])}: ${move.join(' by ')} should be ${expected}`)
          if (!expected) continue
          // A start-up that passes others' entries by must not pass this one by.
          const mayPass =
            mayControl(state, logIndex(index), keyOf(signer)) &&
            controllers(state, logIndex(index))?.includes(keyOf(signer)) === true
          if (!mayPass) expect.fail(`${JSON.stringify([world, story])}: ${move.join(' by ')} is passed by`)
          foldControl(state, entry)
          index++
        }
        for (let at = 2; at <= index + 1; at++) {
          const isNew = told.inForceFrom !== undefined && at >= told.inForceFrom
          const version = rootAt(state, at)
          if (version?.id !== (isNew ? idOf(told.winner ?? '') : first))
            expect.fail(`${JSON.stringify([world, story])}: version ${version?.root.version} at ${at}`)
        }
        completed += Number(told.winner !== undefined)
      }
    expect(completed).to.be.above(1_000)
  })

  it('count a person once, whatever keys sign', () => {
    const keys = { a: ['a', 'a2', 'a3'], b: ['b'] }
    const first = rootOf({ admins: ['a', 'b'], threshold: 2, keys })
    const state = createTrustState(ORIGIN)
    admit(state, rootEntry(0, 'root 1', 'a', first))
    admit(state, rootEntry(1, 'root 1', 'a2', first))
    expect(rootAt(state, 2)).to.equal(undefined)
    admit(state, rootEntry(2, 'root 1', 'b', first))
    expect(rootAt(state, 0)?.index).to.equal(2)
    const next = rootOf({ admins: ['a', 'b'], threshold: 1, keys, version: 2, previous: idOf('root 1') })
    for (const [at, key] of ['a', 'a2', 'a3'].entries()) admit(state, rootEntry(5 + at, 'root 2', key, next))
    expect(rootAt(state, 9)?.root.version).to.equal(1)
    admit(state, rootEntry(9, 'root 2', 'b', next))
    expect(rootAt(state, 10)?.root.version).to.equal(2)
  })

  it('admit nothing else before the first version is complete', () => {
    const first = rootOf({ admins: ['a', 'b'], threshold: 2, submitters: ['ci'] })
    const state = createTrustState(ORIGIN)
    admit(state, rootEntry(0, 'root 1', 'a', first))
    expect(isRefused(() => judgeSubmission(state, submission(1, 'sbom', 'ci')))).to.equal(true)
    expect(isRefused(() => judgeSubmission(state, rootEntry(1, 'another', 'b', first)))).to.equal(true)
    admit(state, rootEntry(1, 'root 1', 'b', first))
    judgeSubmission(state, submission(2, 'sbom', 'ci'))
  })

  it('are listed while they wait, with who signed, as of any moment', () => {
    const first = rootOf({ admins: ['a', 'b'], threshold: 2 })
    const next = rootOf({ admins: ['a', 'b', 'c'], threshold: 2, version: 2, previous: idOf('root 1') })
    const state = createTrustState(ORIGIN)
    for (const [at, name] of ['a', 'b'].entries()) admit(state, rootEntry(at, 'root 1', name, first))
    admit(state, rootEntry(4, 'root 2', 'a', next))
    admit(state, rootEntry(6, 'root 2', 'c', next))
    admit(state, rootEntry(8, 'root 2', 'b', next))
    const waiting = (at: number): number[][] =>
      proposalsAt(state, at).map(({ entries }) => entries.map((entry) => entry.index))
    expect([4, 5, 7, 8, 9].map(waiting)).to.deep.equal([[], [[4]], [[4, 6]], [[4, 6]], []])
  })
})
