import { expect } from 'chai'
import { describe, it } from 'mocha'
import { advisoryParts, MAX_ADVISORIES_BYTES } from '../../src/client/advisory-parts.ts'
import { cpePart, purlPart } from '../../src/client/search-part.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { judgePackage } from '../../src/sbom/advisory/affected.ts'
import { expectFault } from '../helpers/expect-fault.ts'
import { log4shell, text4shell } from '../sbom/advisory/records.ts'

const github = {
  ghsa_id: 'GHSA-jfh8-c2jp-5v3q',
  cve_id: 'CVE-2021-44228',
  withdrawn_at: null,
  vulnerabilities: [
    {
      package: { ecosystem: 'maven', name: 'org.apache.logging.log4j:log4j-core' },
      vulnerable_version_range: '>= 2.13.0, < 2.15.0',
    },
    { package: { ecosystem: 'actions', name: 'some/action' }, vulnerable_version_range: '< 1' },
  ],
}
const json = (value: unknown): Uint8Array => utf8(JSON.stringify(value, null, 2))

describe('advisories as parts of a search', () => {
  it('are one part for each package, named after the advisory; what cannot be looked for is handed back', () => {
    const osv = advisoryParts(json(log4shell))
    expect(osv.parts.map((part) => part.from)).to.deep.equal(Array(4).fill('GHSA-jfh8-c2jp-5v3q'))
    expect(osv.advisories).to.deep.equal([{ id: 'GHSA-jfh8-c2jp-5v3q', aliases: ['CVE-2021-44228'] }])
    expect(osv.unknown).to.deep.equal([])
    const ghsa = advisoryParts(json(github))
    expect(ghsa.parts).to.have.lengthOf(1)
    expect(ghsa.unknown).to.deep.equal([{ advisory: 'GHSA-jfh8-c2jp-5v3q', what: 'actions some/action' }])
  })

  it('may stand in an array, in an answer of osv.dev, or one on each line, with a byte order mark', () => {
    const expected = ['GHSA-jfh8-c2jp-5v3q', 'GHSA-599f-7c49-w659']
    const forms = [
      json([log4shell, text4shell]),
      json({ vulns: [log4shell, text4shell] }),
      utf8(`\ufeff${JSON.stringify(log4shell)}\r\n\n${JSON.stringify(text4shell)}\n`),
    ]
    for (const form of forms)
      expect(advisoryParts(form).advisories.map((one) => one.id)).to.deep.equal(expected)
  })

  it('that were withdrawn are refused, and named where others stand beside them', () => {
    const gone = { ...text4shell, withdrawn: '2024-01-01T00:00:00Z' }
    const refused = expectFault('advisory-withdrawn', () => advisoryParts(json(gone), 'x.json'))
    expect(refused.message).to.match(/^x\.json: GHSA-599f-7c49-w659 was withdrawn/)
    const both = advisoryParts(json([gone, log4shell]))
    expect(both.withdrawn).to.deep.equal(['GHSA-599f-7c49-w659'])
    expect(both.parts).to.have.lengthOf(4)
  })

  it('of other formats are refused with where to find them', () => {
    for (const [value, got] of [
      [{ cveMetadata: {} }, 'a CVE record'],
      [{ document: {} }, 'CSAF'],
      [{ bomFormat: 'CycloneDX' }, 'another JSON document'],
    ] as const) {
      const fault = expectFault('advisory-malformed', () => advisoryParts(json(value)), got)
      expect(fault.message).to.include(got)
      expect(fault.hint).to.include('https://api.osv.dev/v1/vulns/')
    }
    expectFault('advisory-malformed', () => advisoryParts(json([])))
    expectFault('advisory-malformed', () => advisoryParts(json([1])))
    expectFault('advisory-too-large', () => advisoryParts(new Uint8Array(MAX_ADVISORIES_BYTES + 1)))
  })
})

describe('a part of a search', () => {
  const judged = (part: ReturnType<typeof purlPart>, version: string): string =>
    part.kind === 'package' ? judgePackage(part.affected, { version, distro: '' }).status : part.kind

  it('of a purl means its version, a range, or every version', () => {
    expect(judged(purlPart('pkg:npm/a@1.0.0'), '1.0.0')).to.equal('affected')
    expect(judged(purlPart('pkg:npm/a@1.0.0'), '1.0.1')).to.equal('not-affected')
    expect(judged(purlPart('pkg:npm/a', '<2'), '1.9.0')).to.equal('affected')
    expect(judged(purlPart('pkg:npm/a', '<2'), '2.0.0')).to.equal('not-affected')
    expect(judged(purlPart('pkg:generic/a'), 'whatever')).to.equal('affected')
    // As find pkg:npm/a by itself: the package is there, whichever version it is.
    expect(judged(purlPart('pkg:npm/a'), '')).to.equal('affected')
    expect(judged(purlPart('pkg:npm/a', '<2'), '')).to.equal('undetermined')
    expectFault('parameter-malformed', () => purlPart('pkg:npm/a@1', '<2'))
  })

  it('of a version that cannot be ordered means that text alone', () => {
    expect(judged(purlPart('pkg:npm/a@latest'), 'latest')).to.equal('affected')
    expect(judged(purlPart('pkg:npm/a@latest'), '1.0.0')).to.equal('not-affected')
  })

  it('of a CPE takes the short form and both long ones', () => {
    const wanted = { kind: 'cpe', cpe: 'a:apache:log4j', version: '2.14.1' }
    for (const text of [
      'a:apache:log4j:2.14.1',
      'cpe:2.3:a:apache:log4j:2.14.1:*:*:*:*:*:*:*',
      'cpe:/a:apache:log4j:2.14.1',
    ])
      expect(cpePart(text)).to.deep.equal(wanted)
    expect(cpePart('a:apache:log4j')).to.deep.equal({ kind: 'cpe', cpe: 'a:apache:log4j' })
    for (const text of ['log4j', 'a:*:log4j', 'x:apache:log4j'])
      expectFault('parameter-malformed', () => cpePart(text), text)
  })
})
