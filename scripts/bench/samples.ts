/** What the bench submits: provenance of 2 kB, and SBOMs of some hundred components. */
import { signStatement } from '../../src/attestation/sign-statement.ts'
import { formatStatement } from '../../src/attestation/statement.ts'
import { sha256 } from '../../src/crypto/sha256.ts'
import type { SigningKey } from '../../src/crypto/signing-key.ts'
import { formatHex } from '../../src/encoding/hex.ts'
import type { JsonObject } from '../../src/encoding/strict-json.ts'
import { utf8 } from '../../src/encoding/utf8.ts'

/** The issue's size of a provenance statement. */
const PROVENANCE_BYTES = 2048
const NAMES = 5000
const VERSIONS = 5

function hexOf(text: string): string {
  return formatHex(sha256(utf8(text)))
}

/** Signed envelopes, each with another statement of at least 2 kB; `name` keeps those of two runs apart. */
export function provenanceEnvelopes(name: string, count: number, key: SigningKey): readonly Uint8Array[] {
  return Array.from({ length: count }, (_, i) => signStatement(provenance(`${name}-${i}`), key))
}

/**
 * As builders write it: one source commit and one base image; the rest of its length is parameters and what the builder
 * says of itself (../shared/corpus has 1 or 2 dependencies in a provenance, whatever its length).
 */
function provenance(name: string): Uint8Array {
  const commit = hexOf(`${name}/commit`).slice(0, 40)
  const made = (parameters: number): Uint8Array =>
    formatStatement({
      subjects: [{ name: `registry.test/${name}`, digest: { sha256: hexOf(name) } }],
      predicateType: 'https://slsa.dev/provenance/v1',
      predicate: {
        buildDefinition: {
          buildType: 'https://ci.test/v1',
          externalParameters: { workflow: { ref: 'refs/heads/main', path: '.ci/release.yml' } },
          internalParameters: Object.fromEntries(
            Array.from({ length: parameters }, (_, i) => [`parameter_${i}`, `${name}-${commit}-${i}`]),
          ),
          resolvedDependencies: [
            { uri: `git+https://git.test/${name}@refs/heads/main`, digest: { gitCommit: commit } },
            { uri: 'pkg:docker/node@22-alpine', digest: { sha256: hexOf('node') } },
          ],
        },
        runDetails: {
          builder: { id: 'https://ci.test/builder' },
          metadata: { invocationId: name, startedOn: '2026-11-24T12:00:00Z' },
        },
      },
    })
  let parameters = 1
  while (made(parameters).length < PROVENANCE_BYTES) parameters++
  return made(parameters)
}

/** An SBOM of one image; names and versions come back in other images, as they do in practice. */
export function sbomStatement(image: number, components: number): Uint8Array {
  return formatStatement({
    subjects: [{ name: `registry.test/image-${image}`, digest: { sha256: hexOf(`image-${image}`) } }],
    predicateType: 'https://cyclonedx.org/bom',
    predicate: {
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      version: 1,
      metadata: { tools: [{ name: 'bench', version: '1' }] },
      components: Array.from({ length: components }, (_, i) => component(image * 7919 + i * 31)),
    },
  })
}

function component(number: number): { readonly [member: string]: string } {
  const name = `package-${number % NAMES}`
  const version = `1.${Math.floor(number / NAMES) % VERSIONS}.0`
  return { type: 'library', name, version, purl: `pkg:npm/${name}@${version}` }
}

/** As syft writes it: components with hashes, licences, properties and edges, of so many bytes in a statement. */
export function largeCycloneDx(bytes: number): Uint8Array {
  return largeStatement(bytes, 'https://cyclonedx.org/bom', 80_000, (count, filling) => ({
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { tools: [{ name: 'bench', version: '1' }] },
    components: Array.from({ length: count }, (_, i) => ({
      'bom-ref': `pkg:npm/package-${i}@1.${i % 9}.0?package-id=${hexOf(`${i}`).slice(0, 16)}`,
      ...component(i),
      cpe: `cpe:2.3:a:package-${i}:package-${i}:1.${i % 9}.0:*:*:*:*:*:*:*`,
      hashes: [{ alg: 'SHA-256', content: hexOf(`${i}`) }],
      licenses: [{ license: { id: 'MIT' } }],
      properties: [
        { name: 'syft:package:foundBy', value: 'javascript-package-cataloger' },
        { name: 'syft:location:0:path', value: `/app/node_modules/package-${i}/package.json${filling}` },
      ],
    })),
  }))
}

/** As syft writes it: forty times as many files as packages. */
export function largeSpdx(bytes: number): Uint8Array {
  return largeStatement(bytes, 'https://spdx.dev/Document', 120_000, (count, filling) => ({
    spdxVersion: 'SPDX-2.3',
    SPDXID: 'SPDXRef-DOCUMENT',
    creationInfo: { created: '2026-11-24T12:00:00Z', creators: ['Tool: bench-1'] },
    packages: Array.from({ length: Math.ceil(count / 40) }, (_, i) => ({
      SPDXID: `SPDXRef-Package-${i}`,
      name: `package-${i}`,
      versionInfo: `1.${i % 9}.0`,
      downloadLocation: 'NOASSERTION',
      licenseDeclared: 'MIT',
      externalRefs: [{ referenceType: 'purl', referenceLocator: `pkg:npm/package-${i}@1.${i % 9}.0` }],
    })),
    files: Array.from({ length: count }, (_, i) => ({
      SPDXID: `SPDXRef-File-${i}`,
      fileName: `/app/node_modules/package-${i}/index.js${filling}`,
      checksums: [{ algorithm: 'SHA1', checksumValue: hexOf(`${i}`).slice(0, 40) }],
      licenseConcluded: 'NOASSERTION',
      copyrightText: '',
    })),
    relationships: Array.from({ length: count }, (_, i) => ({
      spdxElementId: `SPDXRef-Package-${Math.floor(i / 40)}`,
      relationshipType: 'CONTAINS',
      relatedSpdxElement: `SPDXRef-File-${i}`,
    })),
  }))
}

/** `filling` makes each of `count` elements as long as they must be. */
function largeStatement(
  bytes: number,
  predicateType: string,
  count: number,
  predicate: (count: number, filling: string) => JsonObject,
): Uint8Array {
  const made = (filling: number): Uint8Array =>
    formatStatement({
      subjects: [{ name: 'registry.test/large', digest: { sha256: hexOf(predicateType) } }],
      predicateType,
      predicate: predicate(count, '-'.repeat(filling)),
    })
  const bare = made(0).length
  if (bare > bytes) throw new Error(`expected ${bytes} bytes, got ${bare} without any filling`)
  return made(Math.floor((bytes - bare) / count))
}
