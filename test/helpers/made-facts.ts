/** Facts as entries state them, and the trust in force, made without a ledger: for what is decided from both. */
import { parseTarget } from '../../src/attestation/revocation.ts'
import { attestationId, logIndex, type AttestationId } from '../../src/brand.ts'
import { createTrustState, foldControl, type TrustState } from '../../src/trust/trust-state.ts'
import type { EntryFacts } from '../../src/verify/entry-facts.ts'
import { digestOf, keys, ORIGIN, testKey, trustRoot } from './test-ledger.ts'

export const team = testKey('team')

/** `ci` may say anything; its statement in entry 4 is revoked. `team` may speak of `registry.test/shop` alone. */
export function trustOf(): TrustState {
  const state = createTrustState(ORIGIN)
  const key = keys.admin.publicKey.id
  const root = trustRoot({ ci: [keys.ci], team: [team] })
  const grants = root.grants.map((one) =>
    one.to === 'team' ? { ...one, images: ['registry.test/shop'] } : one,
  )
  const control = { kind: 'trust-root', root: { ...root, grants } } as const
  foldControl(state, { index: logIndex(0), attestation: idOf(0), key, control })
  const target = parseTarget(`attestation:${idOf(4)}`)
  const said = { log: ORIGIN, issuedAt: '2026-11-24T12:00:00Z', nonce: '0'.repeat(32) }
  const revocation = { ...said, target, mode: 'all', reason: 'false-statement' } as const
  foldControl(state, {
    index: logIndex(9),
    attestation: idOf(9),
    key,
    control: { kind: 'revocation', revocation },
  })
  return state
}

function idOf(index: number): AttestationId {
  return attestationId(`sha256:${index.toString(16).padStart(64, '0')}`)
}

/** By `ci`, and of no kind that `others` does not give it. */
export function factsAbout(index: number, image: string, others: Partial<EntryFacts>): EntryFacts {
  return {
    index: logIndex(index),
    attestation: idOf(index),
    key: keys.ci.publicKey.id,
    predicateType: 'https://cyclonedx.org/bom',
    subjects: [{ digest: digestOf(image), name: `registry.test/${image}` }],
    builder: '',
    commits: [],
    ...others,
  }
}
