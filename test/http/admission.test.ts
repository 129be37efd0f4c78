import { expect } from 'chai'
import { describe, it } from 'mocha'
import { STATEMENT_V1 } from '../../src/attestation/statement.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import type { Fault } from '../../src/errors.ts'
import type * as AdmissionModule from '../../src/http/admission.ts'
import { admit } from '../../src/ledger/admit.ts'
import { keys, sbomPayload, signEnvelope } from '../helpers/test-ledger.ts'

const registered = [keys.ci.publicKey]
const large = signEnvelope(
  sbomPayload(
    'large',
    Array.from({ length: 8_000 }, (_, at) => `package-${at}@1.0.${at}`),
  ),
  keys.ci,
)

// Threads run built files only (npm test builds first).
const built: typeof AdmissionModule = await import(
  new URL('../../dist/http/admission.js', import.meta.url).href
)
const { createAdmission, MAX_INLINE_BYTES } = built

async function refusal(promise: Promise<unknown>): Promise<Fault> {
  const cause = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  // The built program has a class Fault of its own.
  if (cause instanceof Error && cause.name === 'Fault') return cause as Fault
  throw new Error('expected a refusal', { cause })
}

describe('admission beside the event loop', () => {
  it('decides on a large body in a worker as it would decide here', async () => {
    expect(large.length).to.be.greaterThan(MAX_INLINE_BYTES)
    await using admission = createAdmission()
    expect(await admission.admit(large.slice(), registered)).to.deep.equal(admit(large, registered))
  })

  it('lets the event loop go on meanwhile', async () => {
    await using admission = createAdmission()
    let turns = 0
    const timer = setInterval(() => turns++, 5)
    try {
      await admission.admit(large.slice(), registered)
    } finally {
      clearInterval(timer)
    }
    expect(turns).to.be.greaterThan(5)
  })

  it('refuses with the same reason, place and facts, and takes the next body', async () => {
    await using admission = createAdmission()
    const given = large.slice()
    await admission.admit(given, registered)
    // The thread's from then on: the request's memory holds it no longer.
    expect(given.length).to.equal(0)
    const cut = large.subarray(0, large.length - 1)
    const [here, there] = [
      await refusal((async () => admit(cut, registered))()),
      await refusal(admission.admit(cut, registered)),
    ]
    expect({ ...there, message: there.message }).to.deep.equal({ ...here, message: here.message })
    expect((await admission.admit(large.slice(), registered)).signatures).to.have.length(1)
  })

  it('refuses what no memory is left for, by a reason', async () => {
    await using admission = createAdmission(undefined, 12)
    const parts = `{"x":[${'{},'.repeat(700_000)}{}]}`
    const subject = [{ name: 'a.test/b', digest: { sha256: 'ab'.repeat(32) } }]
    const head = JSON.stringify({ _type: STATEMENT_V1, subject, predicateType: 'https://a.test/x' })
    const payload = utf8(`${head.slice(0, -1)},"predicate":${parts}}`)
    const fault = await refusal(admission.admit(signEnvelope(payload, keys.ci), registered))
    expect([fault.reason, fault.facts]).to.deep.equal(['request-too-large', { limit: 12 }])
  })

  it('lets only so many bytes wait, and takes more when these are done', async () => {
    await using admission = createAdmission(large.length * 1.5)
    const first = admission.admit(large.slice(), registered)
    expect((await refusal(admission.admit(large.slice(), registered))).reason).to.equal('busy')
    await first
    expect((await admission.admit(large.slice(), registered)).signatures).to.have.length(1)
  })

  it('takes several large bodies at once, each with its own answer', async () => {
    await using admission = createAdmission()
    const other = signEnvelope(
      sbomPayload(
        'other',
        Array.from({ length: 8_000 }, (_, at) => `package-${at}@2.0.${at}`),
      ),
      keys.ci,
    )
    const [first, second] = await Promise.all([
      admission.admit(large.slice(), registered),
      admission.admit(other.slice(), registered),
    ])
    expect(first.attestation).to.equal(admit(large, registered).attestation)
    expect(second.attestation).to.equal(admit(other, registered).attestation)
  })
})
