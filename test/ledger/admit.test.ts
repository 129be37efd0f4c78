import { expect } from 'chai'
import { describe, it } from 'mocha'
import { formatStatement } from '../../src/attestation/statement.ts'
import { admit } from '../../src/ledger/admit.ts'
import { expectFault } from '../helpers/expect-fault.ts'
import { keys, signEnvelope } from '../helpers/test-ledger.ts'

/** Signer, subject, predicate type, and the tool that is not named. */
const OTHER_LINES = 4

/** An SBOM of so many packages, each with four hashes of its own. */
function hashed(packages: number): Uint8Array {
  const digestOf = (i: number, each: number): string => (4 * i + each).toString(16).padStart(40, '0')
  const components = Array.from({ length: packages }, (_, i) => ({
    name: `p${i}`,
    purl: `pkg:npm/p${i}`,
    hashes: [0, 1, 2, 3].map((each) => ({ alg: 'SHA-1', content: digestOf(i, each) })),
  }))
  return formatStatement({
    subjects: [{ name: 'registry.test/shop', digest: { sha256: 'ab'.repeat(32) } }],
    predicateType: 'https://cyclonedx.org/bom',
    predicate: { bomFormat: 'CycloneDX', specVersion: '1.5', components },
  })
}

const admitted = (payload: Uint8Array): unknown => admit(signEnvelope(payload, keys.ci), [keys.ci.publicKey])

describe('admission', () => {
  it('refuses an SBOM whose manifest would be too long for the memory there is: its lines, not its components, are counted', function () {
    this.timeout(20_000)
    const fault = expectFault('component-limit', () => admitted(hashed(80_000)))
    expect(fault.facts).to.deep.equal({ limit: 400_000, received: 5 * 80_000 + OTHER_LINES })
    expect(fault.pointer).to.equal('/predicate')
  })
})
