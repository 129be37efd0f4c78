import { expect } from 'chai'
import { describe, it } from 'mocha'
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import { isOpenVex, MAX_VEX_STATEMENTS, readCycloneDxVex, readOpenVex } from '../../src/attestation/vex.ts'
import { expectFault } from '../helpers/expect-fault.ts'

const product = {
  '@id': 'pkg:oci/app@sha256:aa',
  identifiers: { purl: 'pkg:oci/app@sha256:aa', cpe23: 'cpe:2.3:a:acme:app:1:*:*:*:*:*:*:*' },
  hashes: { 'sha-256': 'AB'.repeat(32) },
  subcomponents: [{ '@id': 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1' }],
}
const statement = {
  vulnerability: { name: 'CVE-2021-44228', aliases: ['GHSA-jfh8-c2jp-5v3q'] },
  products: [product],
  status: 'not_affected',
  justification: 'vulnerable_code_not_in_execute_path',
}

function openVex(statements: JsonValue): JsonValue {
  return { '@context': 'https://openvex.dev/ns/v0.2.0', timestamp: '2026-01-01T00:00:00Z', statements }
}

describe('VEX', () => {
  it('in OpenVEX gives statements with vulnerabilities, products and what inside of them', () => {
    expect(readOpenVex(openVex([statement]))).to.deep.equal([
      {
        vulnerabilities: ['CVE-2021-44228', 'GHSA-jfh8-c2jp-5v3q'],
        products: [
          {
            ids: ['pkg:oci/app@sha256:aa', 'cpe:2.3:a:acme:app:1:*:*:*:*:*:*:*'],
            digests: [`sha256:${'ab'.repeat(32)}`],
            subcomponents: ['pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1'],
          },
        ],
        status: 'not_affected',
        justification: 'vulnerable_code_not_in_execute_path',
        timestamp: '2026-01-01T00:00:00Z',
      },
    ])
  })

  it('in OpenVEX of before v0.2.0 has bare ids, and without products is about the subjects', () => {
    const [first] = readOpenVex(
      openVex([{ vulnerability: 'CVE-1', products: ['pkg:a/b'], status: 'fixed', timestamp: 'later' }]),
    )
    expect(first).to.deep.include({ vulnerabilities: ['CVE-1'], status: 'fixed', timestamp: 'later' })
    expect(first?.products).to.deep.equal([{ ids: ['pkg:a/b'], digests: [], subcomponents: [] }])
    const [other] = readOpenVex(openVex([{ vulnerability: { name: 'CVE-1' }, status: 'affected' }]))
    expect(other?.products).to.deep.equal([])
  })

  it('in OpenVEX is refused at the place that nobody can be sure about', () => {
    const cases: readonly (readonly [pointer: string, statements: JsonValue])[] = [
      ['/predicate/statements', 'none'],
      ['/predicate/statements/0/status', [{ ...statement, status: 'Not_Affected' }]],
      ['/predicate/statements/0/vulnerability', [{ ...statement, vulnerability: {} }]],
      ['/predicate/statements/0/products', [{ ...statement, products: 'pkg:a/b' }]],
      ['/predicate/statements/0/products/0/hashes', [{ ...statement, products: [{ hashes: 1 }] }]],
      ['/predicate/statements', Array.from({ length: MAX_VEX_STATEMENTS + 1 }, () => statement)],
    ]
    for (const [pointer, statements] of cases) {
      const fault = expectFault('predicate-unacceptable', () =>
        readOpenVex(openVex(statements), '/predicate'),
      )
      expect(fault.pointer).to.equal(pointer)
    }
  })

  it('in CycloneDX is the analysis of a vulnerability, of components here or in another document', () => {
    const other = 'urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg:npm/other@1'
    const document = {
      bomFormat: 'CycloneDX',
      components: [{ name: 'a', components: [{ 'bom-ref': 'inner', name: 'b', purl: 'pkg:npm/b@1' }] }],
      vulnerabilities: [
        {
          id: 'CVE-1',
          references: [{ id: 'GHSA-1' }, { id: 'CVE-1' }, {}],
          affects: [{ ref: 'inner' }, { ref: other }],
          analysis: { state: 'resolved', justification: 'x' },
        },
        { id: 'CVE-2', affects: [] },
      ],
    }
    expect(readCycloneDxVex(document)).to.deep.equal([
      {
        vulnerabilities: ['CVE-1', 'GHSA-1'],
        products: [
          { ids: ['pkg:npm/b@1', 'inner'], digests: [], subcomponents: [] },
          { ids: ['pkg:npm/other@1', other], digests: [], subcomponents: [] },
        ],
        status: 'fixed',
        justification: 'x',
        timestamp: '',
      },
    ])
    const wrong = { vulnerabilities: [{ id: 'CVE-1', analysis: { state: 'fine' } }] }
    const fault = expectFault('predicate-unacceptable', () => readCycloneDxVex(wrong, '/predicate'))
    expect(fault.pointer).to.equal('/predicate/vulnerabilities/0/analysis/state')
  })

  it('is told by its predicate type', () => {
    expect(['https://openvex.dev/ns', 'https://openvex.dev/ns/v0.2.0'].every(isOpenVex)).to.equal(true)
    expect(isOpenVex('https://openvex.dev/nsx')).to.equal(false)
  })
})
