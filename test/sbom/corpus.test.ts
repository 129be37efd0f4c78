/**
 * Real documents (../shared/corpus beside the vectors), where they are at hand: each is read, or refused for the
 * reason that is known. The numbers were counted with other tools (jq) or looked at by eye.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import { before, describe, it } from 'mocha'
import { parseProvenance } from '../../src/attestation/provenance.ts'
import { parseStatement, STATEMENT_V1 } from '../../src/attestation/statement.ts'
import { readCycloneDxVex } from '../../src/attestation/vex.ts'
import { keyId } from '../../src/brand.ts'
import { isObject, parseJson, type JsonObject, type JsonValue } from '../../src/encoding/strict-json.ts'
import { keysOfManifest } from '../../src/map/keys.ts'
import {
  formatManifest,
  manifestOf,
  parseManifest,
  readReportedSbom,
  type ManifestLine,
} from '../../src/sbom/manifest.ts'
import { expectFault } from '../helpers/expect-fault.ts'
import { resultOrReason } from '../helpers/fault-of.ts'

const root = resolve(import.meta.dirname, '../..', process.env['ATTESTREE_CORPUS'] ?? '../shared/corpus')
const key = keyId(`sha256:${'0f'.repeat(32)}`)

/** Documents that are refused: by their name. */
const refused = (file: string): boolean => file.endsWith('.xml.gz')

function files(folder: string): readonly string[] {
  return readdirSync(join(root, folder)).filter((file) => file.endsWith('.gz'))
}

function read(folder: string, file: string): Uint8Array {
  return gunzipSync(readFileSync(join(root, folder, file)))
}

function predicateOf(folder: string, file: string): JsonObject | string {
  const text = new TextDecoder().decode(read(folder, file))
  if (file.endsWith('.xml.gz')) return text
  const value: JsonValue = parseJson(text)
  if (!isObject(value)) throw new Error(`${file} is no object`)
  return value
}

function statementOf(folder: string, file: string): Parameters<typeof manifestOf>[0] {
  const predicateType =
    folder === 'cyclonedx' || folder === 'dockerhub'
      ? 'https://cyclonedx.org/bom'
      : 'https://spdx.dev/Document'
  return {
    type: STATEMENT_V1,
    subjects: [{ name: '', digest: { sha256: '00'.repeat(32) } }],
    predicateType,
    predicate: predicateOf(folder, file),
  }
}

function manifest(folder: string, file: string): readonly ManifestLine[] {
  return manifestOf(statementOf(folder, file), key)
}

/** `it`, or a skipped one where the corpus is absent. */
const itWithCorpus = existsSync(root) ? it : it.skip

describe('real documents', () => {
  before(() => {
    if (!existsSync(root)) console.log(`    skipped, no documents at ${root} (set ATTESTREE_CORPUS)`)
  })

  for (const folder of ['cyclonedx', 'dockerhub', 'images', 'kubernetes', 'spdx']) {
    itWithCorpus(`in ${folder}: each SBOM is read, or refused for a known reason`, () => {
      const sboms = files(folder).filter((file) => !file.startsWith('kube-slsa'))
      expect(sboms).to.not.be.empty
      for (const file of sboms) {
        const result = resultOrReason(() => manifest(folder, file))
        if (refused(file)) {
          expect(result, file).to.equal('sbom-format-unsupported')
          continue
        }
        if (typeof result === 'string') throw new Error(`${file} is refused: ${result}`)
        expect(parseManifest(formatManifest(result)), file).to.deep.equal(result)
        expect(keysOfManifest(result).length, file).to.be.greaterThan(2)
      }
    })
  }

  itWithCorpus('name their tool and give as many components as they list', () => {
    const tools = new Map([
      ['cyclonedx/keycloak-10.0.2_bom.json.gz', ['cyclonedx maven plugin', '2.0.2', 904]],
      ['dockerhub/syft-cyclonedx-docker.io-library-python.latest.json.gz', ['syft', '0.57.0', 431]],
      [
        'images/spdx-syft-rancher_k8s-dns-kube-dns-amd64-sha256-e7f673b2c5ccd047c48b4eecd5452b2db1b9454daf07b23068ad239f98afaa29.json.gz',
        ['syft', '0.64.0', 14],
      ],
      [
        'images/spdx-trivy-rancher_mirrored-neuvector-updater-sha256-682a24f85d579f532f3439e8c3e8097579bb3f6732c91241eee90d4609547d72.json.gz',
        ['trivy', '', 21],
      ],
      ['spdx/software_example11_spdx2.3_sbom.spdx.json.gz', ['spdx', '', 4]],
    ])
    for (const [path, [name, version, count]] of tools) {
      const [folder = '', file = ''] = path.split('/')
      const sbom = readReportedSbom(statementOf(folder, file))
      expect([sbom?.tool.name, sbom?.tool.version, sbom?.counts.components], path).to.deep.equal([
        name,
        version,
        count,
      ])
    }
  })

  itWithCorpus('give the licences that they state, in the spelling of the list', () => {
    const licences = (folder: string, file: string): readonly string[] =>
      manifest(folder, file)
        .filter(({ kind }) => kind === 'l')
        .map(({ name }) => name)
    // Counted with jq; one of the 48 is written `LGPL-2.1+`.
    const python = licences('dockerhub', 'syft-cyclonedx-docker.io-library-python.latest.json.gz')
    expect(python).to.have.length(48)
    expect(python).to.include.members(['0BSD', 'LGPL-2.1', 'curl', 'libtiff'])
    expect(licences('cyclonedx', 'dropwizard-1.3.15_bom.json.gz')).to.include('Apache-2.0')
    // trivy's lists of a Debian package's licences.
    const debian = files('images').filter((file) => /spdx-trivy/.test(file))
    const named = new Set(debian.flatMap((file) => licences('images', file)))
    expect([...named]).to.include.members(['GPL-2.0', 'LGPL-2.1', 'BSD-3-Clause'])
  })

  itWithCorpus('give every purl that tools write: syft and trivy write none that cannot be read', () => {
    for (const folder of ['dockerhub', 'images']) {
      for (const file of files(folder))
        expect(readReportedSbom(statementOf(folder, file))?.counts.badPurl, file).to.equal(0)
    }
  })

  itWithCorpus(
    'in kubernetes: the provenance names commit and builder, without the quotes that stand there',
    () => {
      for (const file of files('kubernetes').filter((name) => name.startsWith('kube-slsa'))) {
        const statement = parseStatement(read('kubernetes', file))
        const provenance = parseProvenance(statement)
        expect(provenance?.builder).to.equal('https://git.k8s.io/release/docs/krel')
        expect(provenance?.sources.map(({ repo }) => repo)).to.deep.equal([
          'github.com/kubernetes/kubernetes',
        ])
        expect(provenance?.sources[0]?.commit, file).to.match(/^[0-9a-f]{40}$/)
        expect(manifestOf(statement, key).filter(({ kind }) => kind === 'g')).to.have.length(1)
      }
    },
  )

  itWithCorpus('in SPDX 3 give the packages, licences and purls of the same document in SPDX 2', () => {
    const twins = [
      ['example10_spdx2.3_hello-source.spdx', 'example10_spdx3.0_hello-source.spdx3'],
      ['example11_spdx2.3_sbom.spdx', 'example11_spdx3.0_sbom.spdx3'],
      ['example14_content_examplemaven-0.0.1.spdx', 'example14_content_examplemaven-0.0.1.spdx3'],
    ]
    for (const pair of twins) {
      const [two, three] = pair.map((name) => {
        const file = `software_${name}.json.gz`
        const lines = manifest('spdx', file).filter(({ kind }) => 'pcl'.includes(kind))
        const components = readReportedSbom(statementOf('spdx', file))?.components ?? []
        return { lines, components: components.map((one) => `${one.name}@${one.version}`).sort() }
      })
      expect(three?.components, pair[1]).to.not.be.empty
      expect(three, pair[1]).to.deep.equal(two)
    }
  })

  itWithCorpus('of VEX in CycloneDX give their analyses', () => {
    const [statement] = readCycloneDxVex(predicateOf('cyclonedx', 'VEX_vex.json.gz'))
    expect(statement?.vulnerabilities[0]).to.match(/^CVE-/)
    expect(statement?.products).to.not.be.empty
  })

  itWithCorpus('as XML are refused with the command that converts them', () => {
    const [file = ''] = files('cyclonedx').filter((name) => name.endsWith('.xml.gz'))
    expect(expectFault('sbom-format-unsupported', () => manifest('cyclonedx', file)).hint).to.contain(
      'cyclonedx convert',
    )
  })
})
