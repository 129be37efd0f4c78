import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { readSbomFile } from '../../src/cli/predicate-file.ts'
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
