import { expect } from 'chai'
import { describe, it } from 'mocha'
import { logIndex } from '../../src/brand.ts'
import {
  createTrustState,
  foldControl,
  isControlAttestation,
  mayControl,
  principalOf,
  revocationAt,
  revocationsOf,
  rootAt,
} from '../../src/trust/trust-state.ts'
import {
  admit,
  idOf,
  imageUri,
  keyOf,
  keyUri,
  ORIGIN,
  revocationEntry,
  revocationOf,
  rootEntry,
  rootOf,
  worldOf,
} from '../helpers/trust-world.ts'

const people = { admins: ['admin', 'second'], revokers: ['secops'], submitters: ['ci'] }

describe('trust/trust-state', () => {
  it('has version 1 in force for its own leaves, and each later version only after its entry', () => {
    const state = worldOf(people)
    admit(state, rootEntry(1, 'root 1', 'second', rootOf(people)))
    admit(state, rootEntry(7, 'root 2', 'admin', rootOf({ ...people, version: 2, previous: idOf('root 1') })))
    const versions = [0, 1, 2, 7, 8, 1_000].map((index) => rootAt(state, index)?.root.version)
    expect(versions).to.deep.equal([1, 1, 1, 1, 2, 2])
    expect(rootAt(state, 8)).to.include({ index: 7, id: idOf('root 2') })
  })

  it('knows no root in an empty log', () => {
    const state = createTrustState(ORIGIN)
    expect(rootAt(state, 0)).to.equal(undefined)
    expect(principalOf(state, 0, keyOf('admin'))).to.equal(undefined)
  })

  it('names the principal of a key as of the index', () => {
    const state = worldOf(people)
    const moved = rootOf({ ...people, keys: { ci: ['new'] }, version: 2, previous: idOf('root 1') })
    admit(state, rootEntry(3, 'root 2', 'admin', moved))
    expect([3, 4].map((index) => principalOf(state, index, keyOf('ci')))).to.deep.equal(['ci', undefined])
    expect([3, 4].map((index) => principalOf(state, index, keyOf('new')))).to.deep.equal([undefined, 'ci'])
  })

  it('shows a reader the revocations below its size and nothing else', () => {
    const state = worldOf(people)
    admit(state, revocationEntry(2, 'a', 'secops', revocationOf(keyUri('ci'), 1)))
    admit(state, revocationEntry(5, 'b', 'secops', revocationOf(keyUri('ci'))))
    const seen = [0, 2, 3, 5, 6].map((size) =>
      revocationsOf(state, size, keyUri('ci')).map((one) => one.index),
    )
    expect(seen).to.deep.equal([[], [], [2], [2], [2, 5]])
    expect(revocationsOf(state, 9, imageUri('app'))).to.deep.equal([])
    expect(isControlAttestation(state, 2, idOf('a'))).to.equal(false)
    expect(isControlAttestation(state, 3, idOf('a'))).to.equal(true)
    expect(isControlAttestation(state, 0, idOf('root 1'))).to.equal(false)
    expect(isControlAttestation(state, 1, idOf('root 1'))).to.equal(true)
  })

  it('holds two signatures on one revocation to be one revocation with two signers', () => {
    const state = worldOf(people)
    const one = revocationOf(keyUri('ci'))
    admit(state, revocationEntry(2, 'a', 'secops', one))
    admit(state, revocationEntry(4, 'a', 'admin', one))
    expect(revocationsOf(state, 4, keyUri('ci')).map((r) => r.signedBy)).to.deep.equal([[keyOf('secops')]])
    const [both, ...more] = revocationsOf(state, 5, keyUri('ci'))
    expect(more).to.deep.equal([])
    expect(both).to.deep.equal({
      index: 2,
      attestation: idOf('a'),
      revocation: one,
      signedBy: [keyOf('secops'), keyOf('admin')],
    })
    expect(revocationAt(state, logIndex(2))?.signedBy).to.deep.equal([keyOf('secops')])
    expect(revocationAt(state, logIndex(4))).to.deep.equal(both)
    expect(revocationAt(state, logIndex(3))).to.equal(undefined)
  })

  it('lets a replay pass by exactly those who are never admitted with a control entry', () => {
    const state = worldOf(people)
    const may = ['admin', 'second', 'secops', 'ci', 'stranger'].map((name) =>
      mayControl(state, logIndex(1), keyOf(name)),
    )
    expect(may).to.deep.equal([true, true, true, false, false])
    expect(mayControl(createTrustState(ORIGIN), logIndex(0), keyOf('anybody'))).to.equal(true)
  })

  it('is folded in the order of the log and in no other', () => {
    const state = worldOf(people)
    const entry = revocationEntry(2, 'a', 'secops', revocationOf(keyUri('ci')))
    foldControl(state, entry)
    expect(() => foldControl(state, entry)).to.throw('after entry 2')
    expect(() => foldControl(state, { ...entry, index: logIndex(1) })).to.throw('after entry 2')
  })
})
