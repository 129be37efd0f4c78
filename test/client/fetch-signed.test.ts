import { describe, it } from 'mocha'
import { expect } from 'chai'
import { attestationId } from '../../src/brand.ts'
import { fetchSigned } from '../../src/client/fetch-signed.ts'
import type { ProvenEntries } from '../../src/verify/answer.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import { digestOf } from '../helpers/test-ledger.ts'

/** As many entries, each of another attestation; only the ids are looked at. */
function entriesOf(length: number): ProvenEntries {
  const each = Array.from({ length }, (_, at) => [
    String(at),
    { attestation: attestationId(digestOf(`${at}`)) },
  ])
  return Object.fromEntries(each) as ProvenEntries
}

describe('what was signed behind an answer', () => {
  it('is fetched only as far as it can be held: signers decide how long it is', async () => {
    let fetched = 0
    const pae = async (): Promise<Uint8Array> => {
      fetched++
      return new Uint8Array(100)
    }
    expect(Object.keys(await fetchSigned({ pae }, entriesOf(20), {}, 2_000))).to.have.length(20)
    fetched = 0
    const fault = await asyncRefusal(fetchSigned({ pae }, entriesOf(1_000), {}, 2_000))
    expect([fault.reason, fault.facts['limit']]).to.deep.equal(['payload-too-large', 2_000])
    expect(fetched).to.be.below(40)
    // All at once: what is too much is known when the last has come.
    expect((await asyncRefusal(fetchSigned({ pae }, entriesOf(5), {}, 450))).reason).to.equal(
      'payload-too-large',
    )
  })
})
