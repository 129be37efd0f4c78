/** What suites.test.ts shows to fail, to be skipped and to pass: a browser run that cannot fail proves nothing. */
import { expect } from 'chai'
import { describe, it } from 'mocha'

describe('in the page', () => {
  it('fails', () => {
    expect('this').to.equal('that')
  })

  it('fails later', async () => {
    await Promise.resolve()
    throw new Error('later')
  })

  // Skipped on purpose: suites.test.ts expects it to be reported as skipped, and not as passed.
  it.skip('is left out', () => undefined)

  it('has no WebCrypto and nothing of Node', () => {
    expect(globalThis.crypto.subtle).to.equal(undefined)
    expect([typeof Buffer, typeof process]).to.deep.equal(['undefined', 'undefined'])
  })

  it('reaches no network', async () => {
    const error: unknown = await fetch('http://127.0.0.1/').catch((cause: unknown) => cause)
    expect(error).to.be.instanceOf(TypeError)
  })
})
