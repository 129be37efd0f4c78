import { describe, it } from 'mocha'
import { expect } from 'chai'
import { attestationIdOf, pae } from '../../src/attestation/pae.ts'
import { IN_TOTO_PAYLOAD_TYPE } from '../../src/attestation/sign-statement.ts'
import { createStatementMemo } from '../../src/ledger/statement-memo.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import { sbomPayload } from '../helpers/test-ledger.ts'

describe('what was read out of a statement', () => {
  const signed = pae(IN_TOTO_PAYLOAD_TYPE, sbomPayload('shop', ['a@1.0.0', 'b']))
  const id = attestationIdOf(signed)

  it('is read once, however many ask at once or later: a large SBOM keeps everybody waiting', async () => {
    const { blobs } = openMemoryStorage()
    await blobs.put([{ digest: id, bytes: signed }])
    let reads = 0
    const memo = createStatementMemo({ ...blobs, get: (digest) => (reads++, blobs.get(digest)) })
    const types = await Promise.all(Array.from({ length: 16 }, () => memo.predicateType(id)))
    expect([new Set(types).size, types[0]]).to.deep.equal([1, 'https://cyclonedx.org/bom'])
    expect((await memo.intake(id)).components).to.equal(2)
    expect(await memo.intake(id)).to.equal(await memo.intake(id))
    expect(reads).to.equal(1)
  })

  it('is read again after it could not be', async () => {
    const { blobs } = openMemoryStorage()
    const memo = createStatementMemo(blobs)
    expect((await asyncRefusal(memo.intake(id))).reason).to.equal('integrity-error')
    await blobs.put([{ digest: id, bytes: signed }])
    expect((await memo.intake(id)).withoutVersion).to.equal(1)
  })
})
