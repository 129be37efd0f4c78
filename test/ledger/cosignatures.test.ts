import { expect } from 'chai'
import { describe, it } from 'mocha'
import { treeSize, type TreeSize } from '../../src/brand.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import type { Storage } from '../../src/ledger/ports.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { Cosignatures } from '../../src/ledger/cosignatures.ts'
import { outputLogKey } from '../../src/map/output-log.ts'
import { signCheckpoint } from '../../src/tlog/checkpoint.ts'
import { cosign, cosignedAt } from '../../src/tlog/cosignature.ts'
import { parseNote } from '../../src/tlog/signed-note.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import { trust } from '../helpers/story.ts'
import {
  createTestLedger,
  keys,
  openTestLedger,
  sbomPayload,
  signEnvelope,
  testKey,
} from '../helpers/test-ledger.ts'

/** The clock of test ledgers stands here. */
const NOW_S = Date.UTC(2026, 10, 24, 12, 0, 0) / 1000
const keyOf = (name: string) => testKey(`auditor ${name}`, 'ed25519')
const cosigners = ['one', 'two'].map((name) => ({ name: `${name}.test`, key: keyOf(name).publicKey }))
const [one] = cosigners
const by = (note: string, name: string, at = NOW_S): string => cosign(note, `${name}.test`, keyOf(name), at)

async function openLedger(storage: Storage = openMemoryStorage()): Promise<Ledger> {
  const ledger = await createTestLedger(storage, { batchWindowMs: 0, cosigners })
  await ledger.submit(signEnvelope(sbomPayload('shop', ['lodash@4.17.20']), keys.ci))
  await publish(ledger, 2)
  return ledger
}

async function publish(ledger: Ledger, size: number): Promise<void> {
  const nothing = { prefixes: [], keys: [], postings: () => false }
  await ledger.proofs.lookUp('components', nothing, { minSize: treeSize(size) })
}

describe('cosignatures at a ledger', () => {
  it('are shown with the checkpoint and in proofs, the newest of each key, also after a restart', async () => {
    const storage = openMemoryStorage()
    const ledger = await openLedger(storage)
    const door = ledger.maps.outputDoor('components', 'v1')
    const bare = await door.checkpoint()
    await door.cosign(by(by(bare, 'one', NOW_S - 60), 'two'))
    await door.cosign(by(bare, 'one'))
    await door.cosign(by(bare, 'one', NOW_S - 30))
    const cosigned = await door.checkpoint()
    expect(cosigned.startsWith(bare)).to.equal(true)
    expect(cosigners.map((cosigner) => cosignedAt(cosigned, cosigner))).to.deep.equal([NOW_S, NOW_S])
    const { map } = await ledger.proofs.lookUp('components', {
      prefixes: [],
      keys: [],
      postings: () => false,
    })
    expect(map.checkpoint).to.equal(cosigned)
    expect(parseNote(await ledger.maps.outputDoor('status', 'v1').checkpoint()).signatures).to.have.length(1)
    // Closing it would take the storage with it.
    const again = await openTestLedger(storage, { cosigners })
    await publish(again, 2)
    expect(await again.maps.outputDoor('components', 'v1').checkpoint()).to.equal(cosigned)
    const forgotten = await openTestLedger(storage, { cosigners: [] })
    await publish(forgotten, 2)
    expect(
      await forgotten.maps.outputDoor('components', 'v1').checkpoint(),
      'of a key that is named no more',
    ).to.equal(bare)
  })

  it('belong to one checkpoint: the next one begins without', async () => {
    await using ledger = await openLedger()
    const door = ledger.maps.outputDoor('components', 'v1')
    const before = await door.checkpoint()
    await door.cosign(by(before, 'one'))
    await ledger.submit(signEnvelope(sbomPayload('api', ['lodash@4.17.21']), keys.ci))
    await publish(ledger, 3)
    expect(parseNote(await door.checkpoint()).signatures).to.have.length(1)
    await door.cosign(by(before, 'two'))
    expect(parseNote(await door.checkpoint()).signatures, 'of the one before').to.have.length(1)
  })

  it('are waited for by whoever wants a cosigned proof: of all who are named, and not for ever', async () => {
    await using ledger = await openLedger()
    const target = `key:${keys.ci.publicKey.id}`
    const status = ledger.maps.outputDoor('status', 'v1')
    const asked = ledger.proofs.revocations(target, { cosigned: true })
    await status.cosign(by(await status.checkpoint(), 'one'))
    await status.cosign(by(await status.checkpoint(), 'two'))
    const { complete } = await asked
    expect(parseNote(complete?.status.map.checkpoint ?? '').signatures).to.have.length(3)
    await using impatient = await createTestLedger(openMemoryStorage(), {
      batchWindowMs: 0,
      cosigners,
      clock: { now: () => NOW_S * 1000, sleep: (ms) => new Promise((done) => setTimeout(done, ms / 100)) },
    })
    expect((await impatient.proofs.revocations(target, { cosigned: true })).assurance).to.equal('complete')
  })

  it('are waited for without a trace of whoever gave up: anybody may wait for one that never comes', async () => {
    const storage = openMemoryStorage()
    await using _ledger = await openLedger(storage)
    const { store } = storage.outputs.status
    let looks = 0
    const watched = { ...store, cosignatures: (size: TreeSize) => (looks++, store.cosignatures(size)) }
    const cosignatures = new Cosignatures({ cosigners, clock: { now: () => NOW_S * 1000 } })
    const published = await store.published()
    if (published === undefined) throw new Error('nothing is published')
    const waits = Array.from({ length: 3 }, () =>
      cosignatures.completeBefore(watched, published.size, Promise.resolve()),
    )
    expect(await Promise.all(waits)).to.deep.equal([false, false, false])
    const before = looks
    await cosignatures.add(watched, 'status map', by(published.note, 'one'))
    await cosignatures.isComplete(watched, published.size)
    expect(looks - before).to.equal(1)
  })

  it('are taken from those alone whom the operator named, and of what was published alone', async () => {
    await using ledger = await openLedger()
    const door = ledger.maps.outputDoor('components', 'v1')
    const note = await door.checkpoint()
    const { name } = outputLogKey(trust.logKey, 'components')
    const forged = signCheckpoint({ origin: name, size: treeSize(1), root: new Uint8Array(32) }, keys.log)
    const other = await ledger.maps.outputDoor('status', 'v1').checkpoint()
    const stranger = cosign(note, 'one.test', testKey('stranger', 'ed25519'), NOW_S)
    const line = by(other, 'one').slice(other.length)
    const refused: readonly (readonly [string, string, string])[] = [
      ['nobody', note, 'unknown-cosigner'],
      ['a stranger of the same name', stranger, 'unknown-cosigner'],
      ['another tree', by(forged, 'one'), 'not-recorded'],
      ['the other map', by(other, 'one'), 'not-recorded'],
      ['a signature of another checkpoint', note + line, 'signature-invalid'],
      ['a time to come', by(note, 'one', NOW_S + 600), 'signature-invalid'],
      ['no time', by(note, 'one', 0), 'signature-invalid'],
      ['no note', 'a checkpoint', 'note-malformed'],
    ]
    for (const [what, sent, reason] of refused)
      expect((await asyncRefusal(door.cosign(sent))).reason, what).to.equal(reason)
    expect(await door.checkpoint()).to.equal(note)
  })

  it('are no business of a ledger that only reads, and of no more cosigners than a note can show', async () => {
    const storage = openMemoryStorage()
    const ledger = await openLedger(storage)
    const reading = await openTestLedger(storage, { cosigners, readOnly: 'started with --read-only' })
    const door = reading.maps.outputDoor('status', 'v1')
    expect((await asyncRefusal(door.cosign(by(await door.checkpoint(), 'one')))).reason).to.equal('read-only')
    const many = Array.from({ length: 33 }, (_, at) => ({ name: 'x.test', key: keyOf(String(at)).publicKey }))
    const lists: readonly (readonly [typeof many, string])[] = [
      [many, 'list-too-large'],
      [[...cosigners, ...(one === undefined ? [] : [{ ...one, name: 'other.test' }])], 'already-exists'],
    ]
    for (const [list, reason] of lists)
      expect((await asyncRefusal(openTestLedger(storage, { cosigners: list }))).reason).to.equal(reason)
    await ledger[Symbol.asyncDispose]()
  })
})
