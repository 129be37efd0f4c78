import { expect } from 'chai'
import { describe, it } from 'mocha'
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import { MAX_COMPONENTS, versionOf } from '../../src/sbom/component.ts'
import { purlName } from '../../src/sbom/purl.ts'
import { refuseText } from '../../src/sbom/other-format.ts'
import { reported, type ReportedSbom } from '../../src/sbom/reported.ts'
import { readSpdx as readPlain } from '../../src/sbom/spdx.ts'
import { expectFault } from '../helpers/expect-fault.ts'
import { spdx } from './documents.ts'

const readSpdx = (...of: Parameters<typeof readPlain>): ReportedSbom => reported(readPlain(...of))

const creators: readonly (readonly [creator: string, name: string, version: string])[] = [
  ['Tool: syft-0.64.0', 'syft', '0.64.0'],
  ['Tool: syft-[not provided]', 'syft', ''],
  ['Tool: trivy', 'trivy', ''],
  ['Tool: npm/cli-10.8.2', 'cli', '10.8.2'],
  ['Tool: sigs.k8s.io/bom/pkg/spdx', 'spdx', ''],
  ['Tool:  buildkit-v0.12.0-rc1', 'buildkit', 'v0.12.0-rc1'],
  ['Tool: Microsoft.SBOMTool-1.1.6', 'microsoft.sbomtool', '1.1.6'],
  ['Tool: tool-2-go-1.0', 'tool-2-go', '1.0'],
  ['Tool: spdx-maven-plugin', 'spdx-maven-plugin', ''],
  ['Tool: scanner-7', 'scanner', '7'],
  ['Organization: syft-1.0', '', ''],
]

const malformed: readonly (readonly [pointer: string, changes: Readonly<Record<string, JsonValue>>])[] = [
  ['/predicate/spdxVersion', { spdxVersion: null }],
  ['/predicate/packages', { packages: {} }],
  ['/predicate/packages/0', { packages: [1] }],
  ['/predicate/packages/1/name', { packages: [{ name: 'a' }, { versionInfo: '1' }] }],
  ['/predicate/packages/0/versionInfo', { packages: [{ name: 'a', versionInfo: 1 }] }],
  ['/predicate/packages/0/externalRefs', { packages: [{ name: 'a', externalRefs: 'pkg:npm/a' }] }],
  [
    '/predicate/packages/0/externalRefs/0/referenceLocator',
    { packages: [{ name: 'a', externalRefs: [{ referenceType: 'purl' }] }] },
  ],
  ['/predicate/creationInfo/creators', { creationInfo: { creators: 'Tool: x' } }],
]

describe('SPDX', () => {
  it('gives packages and no files; the version of the purl wins', () => {
    const { format, tool, components, counts } = readSpdx(spdx())
    expect(format).to.equal('SPDX 2.3')
    expect(tool).to.deep.equal({ name: 'syft', version: '0.64.0' })
    const seen = components.map((one) => [one.name, one.purl && purlName(one.purl), versionOf(one)])
    expect(seen).to.deep.equal([
      ['curl', 'pkg:apk/alpine/curl', '7.83.0-r0'],
      ['Flask', 'pkg:pypi/flask', '2.0'],
      ['app', undefined, ''],
    ])
    expect(counts).to.deep.equal({ components: 3, withPurl: 2, withoutVersion: 1, duplicates: 0, badPurl: 0 })
  })

  it('names its tool without path and version', () => {
    for (const [creator, name, version] of creators) {
      expect(readSpdx(spdx({ creationInfo: { creators: [creator] } })).tool, creator).to.deep.equal({
        name,
        version,
      })
    }
    const long = `Tool: ${'-1.'.repeat(100_000)} `
    expect(readSpdx(spdx({ creationInfo: { creators: [long] } })).tool.version).to.equal('')
  })

  it('with several purls in a package is several components, each once', () => {
    const reference = (purl: string): JsonValue => ({ referenceType: 'purl', referenceLocator: purl })
    const externalRefs = [reference('pkg:npm/a@1'), reference('pkg:npm/b@1'), reference('pkg:npm/a@1')]
    expect(readSpdx(spdx({ packages: [{ name: 'a', externalRefs }] })).counts.components).to.equal(2)
  })

  it('is read in 2.2 and 2.3 and refused in other versions, with a way out', () => {
    expect(readSpdx(spdx({ spdxVersion: 'SPDX-2.2' })).format).to.equal('SPDX 2.2')
    for (const spdxVersion of ['SPDX-2.1', 'SPDX-2.4', 'SPDX-3.0', '2.3', '']) {
      expect(
        expectFault('sbom-format-unsupported', () => readSpdx(spdx({ spdxVersion })), spdxVersion).hint,
      ).to.contain('syft convert')
    }
  })

  it('as text is refused with the command that converts it', () => {
    const tagValue = 'SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\n'
    const texts: readonly (readonly [predicate: JsonValue, got: string, file: string])[] = [
      [tagValue, 'SPDX tag-value', 'sbom.spdx'],
      [{ Data: tagValue }, 'SPDX tag-value', 'sbom.spdx'],
      [`# made by hand\n${tagValue}`, 'SPDX tag-value', 'sbom.spdx'],
      ['<?xml version="1.0"?><rdf:RDF/>', 'SPDX RDF', 'sbom.rdf.xml'],
      ['<?xml version="1.0"?>\n<Document><SPDXID>', 'SPDX XML', 'sbom.spdx.xml'],
      ['---\nSPDXID: "SPDXRef-DOCUMENT"\nspdxVersion: "SPDX-2.3"\n', 'SPDX YAML', 'sbom.spdx.yaml'],
    ]
    for (const [predicate, got, file] of texts) {
      const { hint, message } = expectFault('sbom-format-unsupported', () => refuseText(predicate, ''))
      expect(hint).to.equal(`Convert it: pyspdxtools -i ${file} -o sbom.spdx.json`)
      expect(message).to.match(new RegExp(`got ${got}$`))
    }
    expectFault('sbom-format-unsupported', () => refuseText('a list of packages', ''))
    expectFault('sbom-unacceptable', () => readSpdx('a list of packages'))
  })

  it('is refused with the place where its shape is wrong', () => {
    for (const [pointer, changes] of malformed) {
      expect(
        expectFault('sbom-unacceptable', () => readSpdx(spdx(changes), '/predicate'), pointer).pointer,
      ).to.equal(pointer)
    }
  })

  it(`is refused with more than ${MAX_COMPONENTS} packages`, () => {
    const packages = Array.from({ length: MAX_COMPONENTS + 1 }, () => ({ name: 'a' }))
    expectFault('component-limit', () => readSpdx(spdx({ packages })))
  })

  it('is refused where purls times hashes of a package are more lines than memory has room for', () => {
    const many = <T>(make: (text: string) => T): T[] =>
      Array.from({ length: 400 }, (_, i) => make(i.toString(16).padStart(40, '0')))
    const externalRefs = many((text) => ({ referenceType: 'purl', referenceLocator: `pkg:npm/${text}` }))
    const checksums = many((checksumValue) => ({ algorithm: 'SHA1', checksumValue }))
    expectFault('component-limit', () =>
      readSpdx(spdx({ packages: [{ name: 'a', externalRefs, checksums }] })),
    )
    const few = { name: 'a', externalRefs: externalRefs.slice(0, 3), checksums }
    expect(readSpdx(spdx({ packages: [few] })).components).to.have.length(3)
  })
})
