/** What whoever signs a trust root is shown of its changes. */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { DEPLOYMENT } from '../../src/attestation/predicate-types.ts'
import type { Grant } from '../../src/attestation/trust-root.ts'
import { diffTrustRoots } from '../../src/cli/trust-diff.ts'
import { rootOf } from '../helpers/trust-world.ts'

describe('the changes of a trust root', () => {
  const granting = (
    scope: Pick<Grant & { role: 'submit' }, 'images' | 'environments'>,
  ): readonly string[] => {
    const grant = { to: 'deployer', role: 'submit', predicateTypes: [DEPLOYMENT], ...scope } as const
    return diffTrustRoots(
      rootOf({ submitters: ['deployer'] }),
      rootOf({ submitters: ['deployer'], grants: [grant] }),
    )
  }

  it('say where and about which images a right to record deployments reaches', () => {
    expect(granting({})).to.deep.equal([`+ deployer may submit ${DEPLOYMENT}`])
    expect(granting({ environments: ['test', 'prod'], images: ['r.test/shop/**'] })).to.deep.equal([
      `+ deployer may submit ${DEPLOYMENT} in "prod", "test" about r.test/shop/**`,
    ])
  })

  it('never look the same for two rights', () => {
    const scopes = [['a, b'], ['a', 'b'], ['a", "b'], ['a']].map(
      (environments) => granting({ environments })[0],
    )
    expect(new Set(scopes).size).to.equal(scopes.length)
  })
})
