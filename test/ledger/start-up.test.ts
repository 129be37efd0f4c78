import { expect } from 'chai'
import { describe, it } from 'mocha'
import { attestationIdOf, pae } from '../../src/attestation/pae.ts'
import { IN_TOTO_PAYLOAD_TYPE } from '../../src/attestation/sign-statement.ts'
import { logIndex, treeSize } from '../../src/brand.ts'
import { entryOf } from '../../src/entry/hashed-rekord.ts'
import { Fault, type Reason } from '../../src/errors.ts'
import type { Ledger, LedgerOptions } from '../../src/ledger/ledger.ts'
import { emptyIndex, newMemoryState, type MemoryState } from '../../src/storage/memory/state.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { growTiles, rightmostPlaces } from '../../src/tlog/grow.ts'
import { leafHash } from '../../src/tlog/tree-hash.ts'
import { expectSound } from '../helpers/check-ledger.ts'
import {
  createTestLedger,
  keys,
  openTestLedger,
  sbomPayload,
  signEnvelope,
  testKey,
} from '../helpers/test-ledger.ts'

/** The state of a ledger with `n` SBOMs recorded one by one, after each of them. */
async function history(n: number): Promise<readonly MemoryState[]> {
  const state = newMemoryState()
  const ledger = await createTestLedger(openMemoryStorage(state))
  const states = [structuredClone(state)]
  for (let at = 0; at < n; at++) {
    await ledger.submit(signEnvelope(sbomPayload(`image-${at}`, [`lodash@4.17.${at}`]), keys.ci))
    await ledger.status()
    states.push(structuredClone(state))
  }
  await ledger[Symbol.asyncDispose]()
  return states
}

function at(states: readonly MemoryState[], index: number): MemoryState {
  const state = states[index]
  if (state === undefined) throw new Error(`no state ${index}`)
  return structuredClone(state)
}

async function refusalToOpen(state: MemoryState, options: Partial<LedgerOptions> = {}): Promise<Reason> {
  try {
    await openTestLedger(openMemoryStorage(state), options)
  } catch (cause) {
    if (cause instanceof Fault) return cause.reason
    throw cause
  }
  throw new Error('expected a refusal')
}

async function goesOn(state: MemoryState): Promise<void> {
  const storage = openMemoryStorage(state)
  const ledger: Ledger = await openTestLedger(storage)
  const { answer } = await ledger.submit(signEnvelope(sbomPayload('next', ['express@1.0.0']), keys.ci))
  expect(answer.asOf.treeSize).to.equal((await ledger.status()).asOf.treeSize)
  await expectSound(storage)
  await ledger[Symbol.asyncDispose]()
}

describe('start-up', () => {
  it('goes on where the log stopped', async () => goesOn(at(await history(3), 3)))

  it('refuses data that is older than the signer state: going on would fork the log', async () => {
    const states = await history(3)
    const rolledBack = { ...at(states, 1), signer: at(states, 3).signer }
    expect(await refusalToOpen(rolledBack)).to.equal('rollback')
  })

  it('signs no entry that was put into the data and never admitted', async () => {
    const state = newMemoryState()
    const storage = openMemoryStorage(state)
    await (await createTestLedger(storage))[Symbol.asyncDispose]()
    const stored = openMemoryStorage(state)
    const held = await stored.signer.read()
    const bytes = pae(IN_TOTO_PAYLOAD_TYPE, sbomPayload('planted', ['evil@6.6.6']))
    const attestation = attestationIdOf(bytes)
    // By a registered key, as its row says; but the signature is over something else.
    const leaf = entryOf(bytes, keys.ci.publicKey, keys.ci.sign(bytes.subarray(1)))
    const row = { index: logIndex(1), leaf, leafHash: leafHash(leaf), attestation, key: keys.ci.publicKey.id }
    const entries = [{ ...row, recordedAt: '2026-11-24T12:00:00.000Z', readable: true }]
    const { tiles } = growTiles(treeSize(1), await stored.log.tiles(rightmostPlaces(treeSize(1))), [
      row.leafHash,
    ])
    await stored.log.append({ from: treeSize(1), entries, tiles, blobs: [{ digest: attestation, bytes }] })
    await stored[Symbol.asyncDispose]()
    expect(await refusalToOpen(state)).to.equal('integrity-error')
    expect(await openMemoryStorage(state).signer.read()).to.deep.equal(held)
  })

  it('refuses a signer state that is older than what was published', async () => {
    const states = await history(3)
    const rolledBack = { ...at(states, 3), signer: at(states, 1).signer }
    expect(await refusalToOpen(rolledBack)).to.equal('rollback')
  })

  it('refuses data of the same size that is another tree', async () => {
    const states = await history(3)
    const ledger = await openTestLedger(openMemoryStorage(at(states, 2)))
    await ledger[Symbol.asyncDispose]()
    const other = at(states, 2)
    const forked = await openTestLedger(openMemoryStorage(other))
    await forked.submit(signEnvelope(sbomPayload('fork', ['evil@6.6.6']), keys.ci))
    await forked[Symbol.asyncDispose]()
    expect(await refusalToOpen({ ...other, signer: at(states, 3).signer })).to.equal('fork')
  })

  it('refuses data without signer state', async () => {
    const state = { ...at(await history(1), 1), signer: newMemoryState().signer }
    expect(await refusalToOpen(state)).to.equal('partial-state')
  })

  it('refuses a signer state whose checkpoint is not of the size and root that it holds', async () => {
    const states = await history(2)
    const [now, before] = [at(states, 2), at(states, 1)]
    if (now.signer === undefined || before.signer === undefined) throw new Error('nothing signed')
    const mixed = { ...now, signer: { ...now.signer, note: before.signer.note } }
    expect(await refusalToOpen(mixed)).to.equal('fork')
  })

  it('refuses data in which a control statement was given to another key than its leaf', async () => {
    const state = at(await history(1), 1)
    const [root] = state.entries
    if (root === undefined) throw new Error('no entry')
    state.entries[0] = { ...root, key: keys.ci.publicKey.id }
    expect(await refusalToOpen(state)).to.equal('integrity-error')
  })

  it('refuses another log key and another origin', async () => {
    const states = await history(1)
    expect(await refusalToOpen(at(states, 1), { logKey: testKey('other', 'ed25519') })).to.equal('other-key')
    expect(await refusalToOpen(at(states, 1), { origin: 'other.test' })).to.equal('other-origin')
  })

  it('still serves reads after a rollback when opened read-only, and takes no submission', async () => {
    const states = await history(3)
    const rolledBack = { ...at(states, 1), signer: at(states, 3).signer }
    const ledger = await openTestLedger(openMemoryStorage(rolledBack), { readOnly: 'rollback' })
    expect((await ledger.status()).readOnly).to.equal('rollback')
    expect((await ledger.images({ component: 'pkg:npm/lodash' })).coverage.affected).to.equal(1)
    const refused = await ledger
      .submit(signEnvelope(sbomPayload('x', ['a@1.0.0']), keys.ci))
      .catch((cause: unknown) => cause)
    expect(refused).to.be.instanceOf(Fault).with.property('reason', 'read-only')
    await ledger[Symbol.asyncDispose]()
  })

  it('rebuilds an index that was deleted, or made by other rules, to the same rows', async () => {
    const states = await history(3)
    const storage = openMemoryStorage({ ...at(states, 3), index: newMemoryState().index })
    const ledger = await openTestLedger(storage)
    expect((await ledger.images({ component: 'pkg:npm/lodash' })).coverage.affected).to.equal(3)
    await expectSound(storage)
    await ledger[Symbol.asyncDispose]()
  })

  it('rebuilds an index of manifest version 1 by itself, to the same dump as one that never was of it', async () => {
    const state = at(await history(3), 3)
    const current = state.index
    expect(current.postings.components.keys, 'missing in the old index').to.not.be.empty
    state.index = { ...emptyIndex(1), position: { ...current.position, rules: 1 } }
    const storage = openMemoryStorage(state)
    const ledger = await openTestLedger(storage)
    expect((await ledger.images({ component: 'pkg:npm/lodash' })).coverage.affected).to.equal(3)
    expect(state.index).to.deep.equal(current)
    await expectSound(storage)
    await ledger[Symbol.asyncDispose]()
  })
})
