import { expect } from 'chai'
import { describe, it } from 'mocha'
import { compareCheckpoint } from '../../src/client/compare-checkpoint.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import { clientOf } from '../helpers/story.ts'
import { createTestLedger, keys, sbomPayload, signEnvelope } from '../helpers/test-ledger.ts'

describe('a checkpoint that somebody kept', () => {
  it('is continued by an honest log, and refused as a rollback by one that shows less', async () => {
    const ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
    const older = ledger.checkpoint()
    await ledger.submit(signEnvelope(sbomPayload('shop', ['a@1.0.0']), keys.ci))
    const newer = ledger.checkpoint()
    const { kept, shown } = await compareCheckpoint(clientOf(ledger), older)
    expect([kept.size, shown.size]).to.deep.equal([1, 2])
    const replaying = clientOf(ledger, (path, body) => (path === 'checkpoint' ? utf8(older) : body))
    expect((await asyncRefusal(compareCheckpoint(replaying, newer))).reason).to.equal('log-rolled-back')
  })
})
