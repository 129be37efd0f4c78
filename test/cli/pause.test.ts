import { getEventListeners } from 'node:events'
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { Interrupted } from '../../src/cli/interrupt.ts'
import { pause } from '../../src/cli/pause.ts'

/** Longer than any test may take. */
const FOR_EVER_MS = 600_000

describe('cli/pause', () => {
  it('leaves nothing behind at a signal that lives on', async () => {
    const { signal } = new AbortController()
    await Promise.all(Array.from({ length: 8 }, () => pause(0, signal)))
    expect(getEventListeners(signal, 'abort')).to.have.length(0)
  })

  it('ends at once, with the reason, when it is interrupted, before it or in the middle of it', async () => {
    const controller = new AbortController()
    const reason = new Interrupted('by a test')
    const waiting = pause(FOR_EVER_MS, controller.signal)
    controller.abort(reason)
    for (const one of [waiting, pause(FOR_EVER_MS, controller.signal)])
      expect(await one.catch((cause: unknown) => cause)).to.equal(reason)
  })
})
