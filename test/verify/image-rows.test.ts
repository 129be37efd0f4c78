/** What is recorded of one image, over facts made here; through a client: test/client/verified-image.test.ts. */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { imageDigest, treeSize } from '../../src/brand.ts'
import { imageRows } from '../../src/verify/image-rows.ts'
import { factsAbout, trustOf } from '../helpers/made-facts.ts'
import { digestOf, testKey } from '../helpers/test-ledger.ts'

const sbom = { sbom: { tool: 'syft', toolVersion: '1', platform: '', components: 1 } }
const provenance = { predicateType: 'https://slsa.dev/provenance/v1', builder: 'https://ci.test' }

describe('what is recorded of an image', () => {
  const shop = imageDigest(digestOf('shop'))
  const own = [factsAbout(1, 'shop', sbom), factsAbout(2, 'shop', sbom), factsAbout(3, 'shop', provenance)]
  const rows = (facts = own) => imageRows(shop, facts, trustOf(), treeSize(10))

  it('is every attestation about it, and which of its SBOMs counts', () => {
    const { attestations, sboms, provenance: made, names, status } = rows()
    expect(attestations.map(({ entry, signer, verdict }) => [entry, signer, verdict.verdict])).to.deep.equal([
      [1, 'ci', 'valid'],
      [2, 'ci', 'valid'],
      [3, 'ci', 'valid'],
    ])
    expect(sboms.map((one) => [one.entry, one.counts])).to.deep.equal([
      [1, false],
      [2, true],
    ])
    expect([made.map((one) => one.builder), names, status]).to.deep.equal([
      ['https://ci.test'],
      ['registry.test/shop'],
      'with-sbom',
    ])
  })

  it('shows what was revoked as that, and knows nothing by an SBOM that was', () => {
    const { attestations, status } = rows([factsAbout(4, 'shop', sbom)])
    expect([attestations[0]?.verdict.verdict, status]).to.deep.equal(['revoked', 'unknown'])
  })

  it('is nothing that is said of another image, or by a stranger', () => {
    const others = [
      factsAbout(5, 'web', sbom),
      factsAbout(6, 'shop', { ...sbom, key: testKey('stranger').publicKey.id }),
    ]
    expect(rows([...own, ...others])).to.deep.equal(rows())
  })
})
