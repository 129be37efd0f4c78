import { expect } from 'chai'
import { describe, it } from 'mocha'
import { annulmentStatement } from '../../src/attestation/annulment.ts'
import { parseTarget } from '../../src/attestation/revocation.ts'
import { trustRootStatement } from '../../src/attestation/trust-root.ts'
import { logIndex, treeSize } from '../../src/brand.ts'
import { statusKey, trustRootsKey } from '../../src/map/keys.ts'
import { checkKeys, type CompleteKeys } from '../../src/verify/complete-keys.ts'
import { checkStatements } from '../../src/verify/not-revoked.ts'
import { refusal } from '../helpers/mangle.ts'
import { makeWorld, mapAt, proveKeys } from '../helpers/map-world.ts'
import { digestOf, idOfPayload, keys, ORIGIN, revocationPayload, trustRoot } from '../helpers/test-ledger.ts'

const KEY = `key:${keys.ci.publicKey.id}`
const IMAGE = `image:${digestOf('shop')}`
const revocation = revocationPayload({ target: parseTarget(KEY), mode: 'all', reason: 'key-compromise' })
const REVOCATION = `attestation:${idOfPayload(revocation)}`

const { entries } = makeWorld([
  { payload: trustRootStatement(trustRoot({ ci: [keys.ci] })), key: keys.admin },
  { payload: revocation, key: keys.admin },
  { payload: annulment(), key: keys.admin },
])

describe('statements about targets', () => {
  const at = mapAt({ entries, tree: makeWorld([]).tree }, 'status', 3)
  const attested = new Map(entries.map((one) => [one.entry.index, one]))
  const keysOf = (...shown: readonly Uint8Array[]): CompleteKeys =>
    checkKeys({ map: 'status', root: at.version.root }, proveKeys(at, { keys: shown }), treeSize(3))
  const all = keysOf(trustRootsKey, ...[KEY, IMAGE, REVOCATION].map(statusKey))

  it('are all trust roots, all revocations of the targets, and what annuls these', () => {
    expect([...checkStatements(all, [KEY, IMAGE], attested)]).to.deep.equal([0, 1, 2])
    expect([...checkStatements(all, [IMAGE], attested)]).to.deep.equal([0])
  })

  it('are refused where one that the map lists is left out of the answer', () => {
    for (const hidden of [0, 1, 2].map(logIndex)) {
      const others = new Map([...attested].filter(([index]) => index !== hidden))
      const fault = refusal(() => checkStatements(all, [KEY], others))
      expect(fault.reason).to.equal('answer-incomplete')
      expect(fault.message).to.include(`entry ${hidden}: expected what was signed there`)
    }
  })

  it('are refused where nothing is shown of a target, a revocation, or the trust roots', () => {
    const shown = [trustRootsKey, statusKey(KEY), statusKey(REVOCATION)]
    for (const hidden of shown.keys()) {
      const fewer = keysOf(...shown.toSpliced(hidden, 1))
      expect(refusal(() => checkStatements(fewer, [KEY], attested)).reason).to.equal('answer-incomplete')
    }
  })
})

function annulment(): Uint8Array {
  return annulmentStatement({
    revocation: idOfPayload(revocation),
    log: ORIGIN,
    issuedAt: '2026-11-30T12:00:00Z',
    nonce: '0'.repeat(32),
    reason: 'mistake',
  })
}
