import { expect } from 'chai'
import { describe, it } from 'mocha'
import { attestationId } from '../../src/brand.ts'
import { systemClock } from '../../src/cli/system-clock.ts'
import type { Admitted } from '../../src/ledger/admit.ts'
import { emptyIntake } from '../../src/sbom/intake.ts'
import { Sequencer } from '../../src/ledger/sequencer.ts'
import { asyncRefusal } from '../helpers/mangle.ts'

const attestation = attestationId(`sha256:${'0'.repeat(64)}`)
const submission: Admitted = {
  attestation,
  pae: new Uint8Array(),
  predicateType: '',
  names: [],
  environment: undefined,
  signatures: [],
  leftOut: [],
  intake: emptyIntake,
}

/** A sequencer that takes everything, with the sizes of its batches and the waits before them. */
function recorded() {
  const batches: number[] = []
  const waits: number[] = []
  const sequencer = new Sequencer({
    clock: {
      now: () => 0,
      sleep: (milliseconds) => {
        waits.push(milliseconds)
        return systemClock.sleep(milliseconds)
      },
    },
    commit: async ({ length }) => {
      batches.push(length)
      const placed = { attestation, signatures: [], entries: [], created: true }
      return { taken: length, results: Array.from({ length }, () => placed), newEntries: length }
    },
    onFatal: (cause) => {
      throw cause
    },
  })
  return { sequencer, batches, waits }
}

describe('the sequencer', () => {
  it('commits together what has arrived together, though each came as an event of its own', async () => {
    const { sequencer, batches } = recorded()
    const arrivals = Array.from(
      { length: 20 },
      () =>
        new Promise((resolve, reject) => {
          setImmediate(() => void sequencer.add(submission).then(resolve, reject))
        }),
    )
    await Promise.all(arrivals)
    expect(batches).to.deep.equal([20])
  })

  it('does not hold a lone submission for the window', async () => {
    const { sequencer, batches, waits } = recorded()
    await sequencer.add(submission)
    await sequencer.add(submission)
    expect(batches).to.deep.equal([1, 1])
    expect(waits).to.deep.equal([0, 0])
  })

  it('tells of a fatal error once, also while it drains, and also of one that no commit met', async () => {
    const told: unknown[] = []
    const broken = new Error('the disk is gone')
    const sequencer = new Sequencer({
      clock: systemClock,
      commit: () => Promise.reject(broken),
      onFatal: (cause) => told.push(cause),
    })
    const waiting = asyncRefusal(sequencer.add(submission))
    await sequencer.drain()
    expect((await waiting).reason).to.equal('read-only')
    sequencer.fail(new Error('and so is its thread'))
    expect(told).to.deep.equal([broken])
    expect((await asyncRefusal(sequencer.add(submission))).reason).to.equal('read-only')
  })
})
