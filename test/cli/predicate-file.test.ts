import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { readSbomFile, readVexFile } from '../../src/cli/predicate-file.ts'
import { faultOf } from '../helpers/fault-of.ts'

/** Name, text, and what stands in the hint behind the file's path. */
const refused: readonly (readonly [name: string, text: string, hint: (path: string) => string])[] = [
  [
    'app.cdx.xml',
    '<bom xmlns="http://cyclonedx.org/schema/bom/1.5"/>',
    (path) =>
      `cyclonedx convert --input-file ${path} --output-file app.json --input-format xml --output-format json`,
  ],
  ['app.spdx', 'SPDXVersion: SPDX-2.3', (path) => `pyspdxtools -i ${path} -o app.spdx.json`],
  ['app.rdf.xml', '<rdf:RDF xmlns:rdf="x">', (path) => `pyspdxtools -i ${path} -o app.spdx.json`],
  ['app.spdx.yml', 'SPDXID: SPDXRef-DOCUMENT', (path) => `pyspdxtools -i ${path} -o app.spdx.json`],
  [
    'syft.json',
    '{"artifacts":[],"descriptor":{"name":"syft"}}',
    (path) => `syft convert ${path} -o cyclonedx-json=sbom.json`,
  ],
  [
    'trivy.json',
    '{"SchemaVersion":2,"ArtifactName":"a","Results":[]}',
    (path) => `trivy convert --format cyclonedx --output sbom.json ${path}`,
  ],
]

describe('an SBOM file', () => {
  let folder = ''
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attestree-sbom-'))
  })
  after(() => rm(folder, { recursive: true }))

  it('of a format that is not read is refused with the command that converts this very file', async () => {
    for (const [name, text, hint] of refused) {
      const path = join(folder, name)
      await writeFile(path, text)
      const file = await readSbomFile(path).catch((cause: unknown) => cause)
      const fault = faultOf(() => {
        throw file
      })
      expect([fault.reason, fault.hint], name).to.deep.equal(['sbom-format-unsupported', hint(path)])
    }
  })
})

describe('a VEX file', () => {
  let folder = ''
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attestree-vex-'))
  })
  after(() => rm(folder, { recursive: true }))

  const read = async (document: object) => {
    const path = join(folder, 'vex.json')
    await writeFile(path, JSON.stringify(document))
    return readVexFile(path)
  }
  const statement = { vulnerability: { name: 'CVE-2026-1' }, status: 'fixed' }
  const analysed = { id: 'CVE-2026-1', analysis: { state: 'resolved' } }

  it('is of the type that it names, or CycloneDX', async () => {
    for (const type of ['https://openvex.dev/ns', 'https://openvex.dev/ns/v0.2.0']) {
      const { predicateType } = await read({ '@context': type, statements: [statement] })
      expect(predicateType).to.equal(type)
    }
    const bom = await read({ bomFormat: 'CycloneDX', vulnerabilities: [analysed] })
    expect(bom.predicateType).to.equal('https://cyclonedx.org/bom')
  })

  it('that would say nothing is refused before it is signed', async () => {
    const context = 'https://openvex.dev/ns/v0.2.0'
    const bad: readonly (readonly [object, RegExp])[] = [
      [{ '@context': context, statements: [{ ...statement, status: 'harmless' }] }, /not_affected, affected/],
      [{ '@context': context, statements: [] }, /no vulnerability with an analysis/],
      [
        { bomFormat: 'CycloneDX', vulnerabilities: [{ id: 'CVE-2026-1' }] },
        /no vulnerability with an analysis/,
      ],
      [{ '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld' }, /expected VEX as OpenVEX/],
    ]
    for (const [document, message] of bad) {
      const refusal = await read(document).then(
        () => undefined,
        (cause: unknown) => cause,
      )
      expect(String(refusal)).to.match(message)
    }
  })
})
