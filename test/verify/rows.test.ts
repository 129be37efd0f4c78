import { expect } from 'chai'
import { describe, it } from 'mocha'
import { imageDigest, logIndex, treeSize } from '../../src/brand.ts'
import { parseRange } from '../../src/sbom/range.ts'
import type { EntryFacts, SbomFact } from '../../src/verify/entry-facts.ts'
import { countingSboms, decide, namesOf, parseQuestion } from '../../src/verify/rows.ts'
import { factsAbout, team, trustOf } from '../helpers/made-facts.ts'
import { digestOf, keys, testKey } from '../helpers/test-ledger.ts'

/** A question, what an SBOM lists, the VERS that is echoed, and what the image is. */
const cases: readonly (readonly [
  component: string,
  range: string,
  version: string,
  vers: string,
  status: string,
])[] = [
  ['pkg:maven/g/log4j-core', '<2.17.1', '2.17.1-rc1', 'vers:maven/<2.17.1', 'affected'],
  ['pkg:maven/g/log4j-core', '>= 2.13.0, < 2.15.0', '2.15.0', 'vers:maven/>=2.13.0|<2.15.0', 'not-affected'],
  ['pkg:pypi/Django', '<4.2.1', '4.2.1.dev0', 'vers:pypi/<4.2.1', 'affected'],
  ['pkg:rpm/rhel/openssl', '<1:1.1.1k-7.el8', '1:1.1.1k-6.el8_5', 'vers:rpm/<1:1.1.1k-7.el8', 'affected'],
  ['pkg:rpm/rhel/openssl', '<1:1.1.1k-7.el8', '1:1.1.1k', 'vers:rpm/<1:1.1.1k-7.el8', 'undetermined'],
  ['pkg:alpine/busybox', '<1.36.1-r5', '1.36.1-r15', 'vers:apk/<1.36.1-r5', 'not-affected'],
  [
    'pkg:deb/debian/curl',
    '<7.88.1-10+deb12u5',
    '7.88.1-10+deb12u4',
    'vers:deb/<7.88.1-10+deb12u5',
    'affected',
  ],
  [
    'pkg:golang/golang.org/x/net',
    '<0.17.0',
    'v0.0.0-20220722155237-a158d28d115b',
    'vers:golang/<0.17.0',
    'affected',
  ],
  ['pkg:golang/stdlib', '<1.21.3', '(devel)', 'vers:golang/<1.21.3', 'undetermined'],
  ['pkg:dotnet/Newtonsoft.Json', '<13.0.1', '13.0.1.0', 'vers:nuget/<13.0.1', 'not-affected'],
  ['pkg:npm/a', '*', '', 'vers:npm/*', 'undetermined'],
  ['pkg:generic/openssl', '<3.0.7', '3.0.6', 'vers:generic/<3.0.7', 'undetermined'],
]

describe('rows by component and range', () => {
  it('are judged in the order of the package’s ecosystem, under every name of the ecosystem', () => {
    for (const [component, range, version, vers, status] of cases) {
      const question = parseQuestion(component, range, parseRange)
      expect(question.asked.range).to.equal(vers)
      const found = decide(question, [{ entry: logIndex(0), versions: [version] }])
      expect(found.status, `${version} in ${vers}`).to.equal(status)
    }
  })
})

describe('which SBOMs of an image count', () => {
  const shop = imageDigest(digestOf('shop'))
  const sbom = (index: number, others: Partial<SbomFact> = {}, key = keys.ci): EntryFacts =>
    factsAbout(index, 'shop', {
      key: key.publicKey.id,
      sbom: { tool: 'syft', toolVersion: '1', platform: '', components: 1, ...others },
    })
  const counting = (...facts: readonly EntryFacts[]): readonly number[] =>
    countingSboms(shop, facts, trustOf(), treeSize(10)).map(({ index }) => index)

  it('are the newest of each signer, tool and platform', () => {
    const others = [sbom(2, { platform: 'linux/arm64' }), sbom(3, { tool: 'trivy' }), sbom(5, {}, team)]
    expect(counting(sbom(1), ...others)).to.deep.equal([1, 2, 3, 5])
    expect(counting(sbom(1), ...others, sbom(7))).to.deep.equal([2, 3, 5, 7])
    expect(counting(sbom(7), ...others, sbom(1)), 'in whichever order they come').to.deep.equal([2, 3, 5, 7])
  })

  it('are none that was revoked, that lists nothing, by a stranger, or about another image', () => {
    const stranger = sbom(5, {}, testKey('stranger'))
    const other = { ...sbom(6), subjects: [{ digest: digestOf('web'), name: '' }] }
    expect(counting(sbom(1), sbom(4), stranger, other, sbom(7, { components: 0 }))).to.deep.equal([1])
  })

  it('name an image by what they call it, not by what they call others', () => {
    const subjects = ['shop', 'web'].map((name) => ({ digest: digestOf(name), name }))
    expect(namesOf(shop, [{ ...sbom(1), subjects }, sbom(2)])).to.deep.equal(['registry.test/shop', 'shop'])
  })
})
