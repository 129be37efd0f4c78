import * as CDX from '@cyclonedx/cyclonedx-library'
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { parseJson, type JsonValue } from '../../src/encoding/strict-json.ts'
import { MAX_COMPONENTS } from '../../src/sbom/component.ts'
import { refuseText } from '../../src/sbom/other-format.ts'
import { reported, type ReportedSbom } from '../../src/sbom/reported.ts'
import { readCycloneDx as readPlain } from '../../src/sbom/cyclonedx.ts'
import { formatPurl } from '../../src/sbom/purl.ts'
import { expectFault } from '../helpers/expect-fault.ts'
import { cycloneDx } from './documents.ts'

const readCycloneDx = (...of: Parameters<typeof readPlain>): ReportedSbom => reported(readPlain(...of))

const toolsIn: readonly (readonly [title: string, tools: JsonValue, name: string, version: string])[] = [
  ['an array, as until 1.4', [{ vendor: 'anchore', name: 'syft', version: '0.57.0' }], 'syft', '0.57.0'],
  ['a path and capitals', [{ name: '@cyclonedx/CycloneDX-NPM', version: '1' }], 'cyclonedx-npm', '1'],
  [
    'components before services',
    { services: [{ name: 'other' }], components: [{ name: 'trivy' }] },
    'trivy',
    '',
  ],
  ['services alone', { services: [{ name: 'Scan Service', version: '3' }] }, 'scan service', '3'],
  ['an empty array', [], '', ''],
  ['an empty object', {}, '', ''],
  ['a tool without a name', [{ vendor: 'x' }], '', ''],
]

const malformed: readonly (readonly [pointer: string, changes: Readonly<Record<string, JsonValue>>])[] = [
  ['/predicate/bomFormat', { bomFormat: 'SPDX' }],
  ['/predicate/specVersion', { specVersion: 1.5 }],
  ['/predicate/components', { components: {} }],
  ['/predicate/components/0', { components: ['left-pad'] }],
  ['/predicate/components/1/name', { components: [{ name: 'a' }, { purl: 'pkg:npm/a@1' }] }],
  ['/predicate/components/0/version', { components: [{ name: 'a', version: 1 }] }],
  ['/predicate/components/0/purl', { components: [{ name: 'a', purl: {} }] }],
  ['/predicate/components/0/components/0/name', { components: [{ name: 'a', components: [{}] }] }],
  ['/predicate/metadata', { metadata: [] }],
  ['/predicate/metadata/component/name', { metadata: { component: {} } }],
  ['/predicate/metadata/tools', { metadata: { tools: 'syft' } }],
]

describe('CycloneDX', () => {
  it('gives all components, nested ones too, and what the SBOM is about if it has a purl', () => {
    const { format, tool, components } = readCycloneDx(cycloneDx())
    expect(format).to.equal('CycloneDX 1.5')
    expect(tool).to.deep.equal({ name: 'syft', version: '1.4.1' })
    expect(components.map(({ name }) => name)).to.deep.equal([
      'app',
      'core',
      'semver',
      'zlib',
      'no purl',
      '/etc/passwd',
    ])
    const about = readCycloneDx(
      cycloneDx({ metadata: { component: { name: 'app', components: [{ name: 'part' }] } }, components: [] }),
    )
    expect(about.components.map(({ name }) => name)).to.deep.equal(['part'])
  })

  it('is read from version 1.2 to 1.7 and in no other', () => {
    for (const minor of [2, 3, 4, 5, 6, 7])
      expect(readCycloneDx(cycloneDx({ specVersion: `1.${minor}` })).counts.components).to.equal(6)
    for (const specVersion of ['1.0', '1.1', '1.8', '1.20', '2.0', '1', '']) {
      const fault = expectFault(
        'sbom-format-unsupported',
        () => readCycloneDx(cycloneDx({ specVersion })),
        specVersion,
      )
      expect(fault.hint).to.contain('syft convert')
    }
  })

  it('names its first tool in the shapes of all versions', () => {
    for (const [title, tools, name, version] of toolsIn) {
      expect(readCycloneDx(cycloneDx({ metadata: { tools } })).tool, title).to.deep.equal({ name, version })
    }
    expect(readCycloneDx({ specVersion: '1.4' }).tool.name).to.equal('')
  })

  it('is refused with the place where its shape is wrong', () => {
    for (const [pointer, changes] of malformed) {
      expect(
        expectFault('sbom-unacceptable', () => readCycloneDx(cycloneDx(changes), '/predicate'), pointer)
          .pointer,
      ).to.equal(pointer)
    }
    expectFault('sbom-unacceptable', () => readCycloneDx(undefined))
    expectFault('sbom-unacceptable', () => readCycloneDx({}))
  })

  it('as text is refused with the command that converts it', () => {
    const xml = '<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.4"/>'
    for (const predicate of [xml, { Data: xml, Timestamp: '2026-01-01T00:00:00Z' }, `\n${xml}`]) {
      expect(expectFault('sbom-format-unsupported', () => refuseText(predicate, '')).hint).to.contain(
        'cyclonedx convert',
      )
    }
    expect(
      expectFault('sbom-format-unsupported', () => refuseText('{"bomFormat": "CycloneDX"}', '')).hint,
    ).to.contain('not its text')
  })

  it('is taken though poor, and says what cannot be searched for', () => {
    const { counts, findings } = readCycloneDx(
      cycloneDx({
        metadata: null,
        components: [
          { name: 'a', version: '1', purl: 'pkg:npm/a@1' },
          { name: 'a', version: '1', purl: 'pkg:npm/a@1' },
          { name: 'b', version: null, purl: 'pkg:npm/b' },
          { name: 'c', version: '1', purl: '' },
          { name: 'd', version: '1', purl: 'npm/d@1' },
          { name: 'e', version: '1', purl: 'pkg:rpm/e@1?Arch=x86_64' },
          { name: 'f', version: '1', purl: 'pkg:npm/%zz@1' },
        ],
      }),
    )
    expect(counts).to.deep.equal({ components: 7, withPurl: 4, withoutVersion: 1, duplicates: 1, badPurl: 2 })
    expect(findings).to.deep.equal([
      { code: 'no-tool', count: 1 },
      { code: 'no-purl', count: 1, example: 'c' },
      { code: 'purl-unreadable', count: 2, example: 'npm/d@1' },
      { code: 'purl-nonconforming', count: 1, example: 'pkg:rpm/e@1?Arch=x86_64' },
      { code: 'no-version', count: 1, example: 'pkg:npm/b' },
      { code: 'duplicate-component', count: 1, example: 'pkg:npm/a@1' },
    ])
    expect(readCycloneDx({ specVersion: '1.6' }).findings.map(({ code }) => code)).to.deep.equal([
      'no-tool',
      'no-components',
    ])
  })

  it(`is refused with more than ${MAX_COMPONENTS} components, nested or not`, () => {
    const many = Array.from({ length: MAX_COMPONENTS - 1 }, () => ({ name: 'a' }))
    expect(
      readCycloneDx(cycloneDx({ metadata: {}, components: [...many, { name: 'b' }] })).counts.components,
    ).to.equal(MAX_COMPONENTS)
    const nested = cycloneDx({
      metadata: {},
      components: [...many, { name: 'b', components: [{ name: 'c' }] }],
    })
    expect(expectFault('component-limit', () => readCycloneDx(nested)).facts).to.deep.equal({
      limit: MAX_COMPONENTS,
    })
  })

  it('is read as the CycloneDX library writes it', () => {
    const bom = new CDX.Models.Bom()
    bom.metadata.tools.components.add(
      new CDX.Models.Component(CDX.Enums.ComponentType.Application, 'Builder', { version: '9' }),
    )
    const parent = new CDX.Models.Component(CDX.Enums.ComponentType.Library, 'core', {
      group: '@babel',
      version: '7.0.0',
      purl: 'pkg:npm/%40babel/core@7.0.0',
    })
    parent.components.add(
      new CDX.Models.Component(CDX.Enums.ComponentType.Library, 'semver', {
        version: '5.7.1',
        purl: 'pkg:npm/semver@5.7.1',
      }),
    )
    bom.components.add(parent)
    const specs = [
      CDX.Spec.Spec1dot2,
      CDX.Spec.Spec1dot3,
      CDX.Spec.Spec1dot4,
      CDX.Spec.Spec1dot5,
      CDX.Spec.Spec1dot6,
      CDX.Spec.Spec1dot7,
    ]
    for (const spec of specs) {
      const text = new CDX.Serialize.JsonSerializer(new CDX.Serialize.JSON.Normalize.Factory(spec)).serialize(
        bom,
      )
      const { format, tool, components } = readCycloneDx(parseJson(text))
      expect(format).to.equal(`CycloneDX ${spec.version}`)
      expect(tool, spec.version).to.deep.equal({ name: 'builder', version: '9' })
      expect(components.map(({ purl }) => purl && formatPurl(purl))).to.deep.equal([
        'pkg:npm/%40babel/core@7.0.0',
        'pkg:npm/semver@5.7.1',
      ])
    }
  })
})
