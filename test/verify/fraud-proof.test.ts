/** Fraud proofs, as strangers may change them: each part is needed, and says what it says. */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { formatBase64 } from '../../src/encoding/base64.ts'
import { formatCanonicalJson } from '../../src/encoding/canonical-json.ts'
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import { classOfReason, Fault } from '../../src/errors.ts'
import { componentKey } from '../../src/map/keys.ts'
import { verifierKeyOf } from '../../src/tlog/signed-note.ts'
import { verifyFraudProof, type FraudReport } from '../../src/verify/fraud-proof.ts'
import { at, differences, everything, parseText, setAt } from '../helpers/json-edit.ts'
import { refusal } from '../helpers/mangle.ts'
import { changesOf } from '../helpers/mangle-json.ts'
import { asUnreadable, audit, operatorOf, SIZE, trust, without, world } from '../helpers/operator-story.ts'
import { keys } from '../helpers/test-ledger.ts'

const hidden = without(3, 'components', componentKey('pkg:npm/lodash', '4.17.15'))

/** Nothing is established by it. */
const SERVERS_WORD = /\/(recordedAt|servedAt|indexedThrough)$/

describe('a fraud proof', () => {
  const lies = {
    'of the newest root': [[SIZE, hidden]],
    'of an older root': [
      [3, world],
      [5, hidden],
      [SIZE, world],
    ],
    'of two roots': [
      [4, world],
      [SIZE, asUnreadable(3)],
    ],
  } as const
  for (const [what, components] of Object.entries(lies)) {
    it(`${what} proves nothing, or the same, with any value changed, any member removed or added`, async () => {
      const { explained } = await audit(operatorOf({ components }, components.at(-1)?.[1]))
      const document = parseText(explained[0]?.proof ?? new Uint8Array())
      const report = verifyFraudProof(formatCanonicalJson(document), trust)
      let refused = 0
      for (const { pointer, value } of everything(document))
        for (const changed of changesOf(document, pointer, value)) {
          const found = reportOf(formatCanonicalJson(changed))
          if (found === undefined) refused++
          else {
            const where = differences(document, changed).filter((one) => !SERVERS_WORD.test(one))
            expect([where, found], pointer).to.deep.equal([[], report])
          }
        }
      expect(refused).to.be.greaterThan(100)
    })
  }

  it('of two roots is of one log, and of the earlier one first', async () => {
    const { explained } = await audit(operatorOf({ components: lies['of two roots'] }, asUnreadable(3)))
    const document = parseText(explained[0]?.proof ?? new Uint8Array())
    const reasonFor = (changed: JsonValue): string =>
      refusal(() => verifyFraudProof(formatCanonicalJson(changed), trust)).reason
    expect(reasonFor(setAt(document, '/consistency', [formatBase64(world.tree.root(0, 1))]))).to.equal(
      'consistency-proof-invalid',
    )
    const [earlier, later] = [at(document, '/earlier'), at(document, '/lookUp')]
    expect(reasonFor(setAt(setAt(document, '/earlier', later), '/lookUp', earlier))).to.equal(
      'map-proof-invalid',
    )
    expect(reasonFor(setAt(document, '/earlier', later))).to.equal('map-proof-invalid')
  })

  it('is about one log: with another’s key it proves nothing', async () => {
    const { explained } = await audit(operatorOf({ components: lies['of two roots'] }, asUnreadable(3)))
    const logKey = verifierKeyOf('other.test', keys.log.publicKey)
    const fault = refusal(() => verifyFraudProof(explained[0]?.proof ?? new Uint8Array(), { logKey }))
    expect(fault.reason).to.equal('wrong-log-key')
  })

  /** Undefined if it is refused as one that proves nothing. */
  function reportOf(proof: Uint8Array): FraudReport | undefined {
    try {
      return verifyFraudProof(proof, trust)
    } catch (cause) {
      if (!(cause instanceof Fault)) throw cause
      expect(['bad-proof', 'untrusted'], cause.message).to.include(classOfReason[cause.reason])
      return undefined
    }
  }
})
