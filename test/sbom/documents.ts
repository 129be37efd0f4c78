/** Small SBOMs for tests: a good document of each format, to be changed in one place at a time. */
import type { JsonObject, JsonValue } from '../../src/encoding/strict-json.ts'

export function cycloneDx(changes: Readonly<Record<string, JsonValue>> = {}): JsonObject {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      tools: { components: [{ type: 'application', name: 'syft', version: '1.4.1' }] },
      component: { type: 'container', name: 'app', version: '2.0', purl: 'pkg:oci/app@sha256:beef?tag=2.0' },
    },
    components: [
      {
        type: 'framework',
        name: 'core',
        version: '7.0.0',
        purl: 'pkg:npm/@babel/core@7.0.0',
        components: [{ type: 'library', name: 'semver', version: '5.7.1', purl: 'pkg:npm/semver@5.7.1' }],
      },
      {
        type: 'library',
        name: 'zlib',
        version: '1.2',
        purl: 'pkg:deb/debian/zlib1g@1:1.2.11+dfsg-4?arch=amd64&distro=debian-12&upstream=zlib%401%3A1.2.11%2Bdfsg-4',
      },
      { type: 'library', name: 'no purl', version: '1' },
      { type: 'file', name: '/etc/passwd' },
    ],
    ...changes,
  }
}

export function spdx(changes: Readonly<Record<string, JsonValue>> = {}): JsonObject {
  return {
    spdxVersion: 'SPDX-2.3',
    SPDXID: 'SPDXRef-DOCUMENT',
    creationInfo: {
      created: '2026-01-01T00:00:00Z',
      creators: ['Organization: Anchore, Inc', 'Tool: syft-0.64.0'],
    },
    packages: [
      {
        SPDXID: 'SPDXRef-1',
        name: 'curl',
        // Trivy cuts this short; the purl is complete.
        versionInfo: '7.83',
        externalRefs: [
          {
            referenceCategory: 'SECURITY',
            referenceType: 'cpe23Type',
            referenceLocator: 'cpe:2.3:a:curl:curl:7.83:*:*:*:*:*:*:*',
          },
          {
            referenceCategory: 'PACKAGE-MANAGER',
            referenceType: 'purl',
            referenceLocator: 'pkg:apk/alpine/curl@7.83.0-r0?arch=x86_64',
          },
        ],
      },
      {
        SPDXID: 'SPDXRef-2',
        name: 'Flask',
        versionInfo: '2.0',
        externalRefs: [
          { referenceCategory: 'PACKAGE_MANAGER', referenceType: 'purl', referenceLocator: 'pkg:pypi/Flask' },
        ],
      },
      { SPDXID: 'SPDXRef-3', name: 'app', versionInfo: 'NOASSERTION' },
    ],
    files: [{ SPDXID: 'SPDXRef-4', fileName: './etc/passwd' }],
    ...changes,
  }
}

/** In the shape that spdx/tools-java and tern write; about an image, by its purl. */
export function spdx3(changes: Readonly<Record<string, JsonValue>> = {}): JsonObject {
  const shared = { creationInfo: '_:creation' }
  const hex = 'ab'.repeat(32)
  return {
    '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld',
    '@graph': [
      {
        '@id': '_:creation',
        type: 'CreationInfo',
        specVersion: '3.0.1',
        created: '2026-01-01T00:00:00Z',
        createdBy: ['urn:org'],
        createdUsing: ['urn:tool'],
      },
      { ...shared, type: 'Organization', spdxId: 'urn:org', name: 'Acme' },
      { ...shared, type: 'Tool', spdxId: 'urn:tool', name: 'tern-2.12.0' },
      { ...shared, type: 'SpdxDocument', spdxId: 'urn:doc', name: 'app', rootElement: ['urn:sbom'] },
      { ...shared, type: 'software_Sbom', spdxId: 'urn:sbom', rootElement: ['urn:app'] },
      {
        ...shared,
        type: 'software_Package',
        spdxId: 'urn:app',
        name: 'app',
        software_primaryPurpose: 'container',
        software_packageUrl: `pkg:oci/app@sha256:${hex}`,
      },
      {
        ...shared,
        type: 'software_Package',
        spdxId: 'urn:os',
        name: 'alpine',
        software_packageVersion: '3.16.2',
        software_primaryPurpose: 'operatingSystem',
      },
      {
        ...shared,
        type: 'software_Package',
        spdxId: 'urn:curl',
        name: 'curl',
        software_packageVersion: '7.83',
        software_sourceInfo: 'built package from: curl 7.83.0-r0',
        software_packageUrl: 'pkg:apk/alpine/curl@7.83.0-r0?arch=x86_64',
        verifiedUsing: [
          { type: 'Hash', algorithm: 'sha256', hashValue: 'cd'.repeat(32) },
          { type: 'PackageVerificationCode', algorithm: 'sha1', hashValue: 'ef'.repeat(20) },
        ],
      },
      {
        ...shared,
        type: 'software_Package',
        spdxId: 'urn:flask',
        name: 'Flask',
        software_packageVersion: '2.0',
        externalIdentifier: [
          { type: 'ExternalIdentifier', externalIdentifierType: 'packageUrl', identifier: 'pkg:pypi/Flask' },
        ],
      },
      {
        ...shared,
        type: 'software_Package',
        spdxId: 'urn:blob',
        name: 'blob',
        software_packageVersion: '2',
        externalIdentifier: [
          {
            type: 'ExternalIdentifier',
            externalIdentifierType: 'cpe23',
            identifier: 'cpe:2.3:a:acme:blob:2:*:*:*:*:*:*:*',
          },
        ],
      },
      { ...shared, type: 'software_File', spdxId: 'urn:file', name: '/etc/passwd' },
      {
        ...shared,
        type: 'simplelicensing_LicenseExpression',
        spdxId: 'urn:licence',
        simplelicensing_licenseExpression: 'curl OR GPL-2.0-only',
      },
      {
        ...shared,
        type: 'Relationship',
        spdxId: 'urn:r1',
        from: 'urn:curl',
        relationshipType: 'hasDeclaredLicense',
        to: ['urn:licence'],
      },
      {
        ...shared,
        type: 'Relationship',
        spdxId: 'urn:r2',
        from: 'urn:flask',
        relationshipType: 'hasConcludedLicense',
        to: [
          'https://spdx.org/licenses/MIT',
          'https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/NoAssertion',
        ],
      },
      {
        ...shared,
        type: 'LifecycleScopedRelationship',
        spdxId: 'urn:r3',
        scope: 'runtime',
        from: 'urn:app',
        relationshipType: 'dependsOn',
        to: ['urn:flask', 'urn:curl'],
      },
    ],
    ...changes,
  }
}
