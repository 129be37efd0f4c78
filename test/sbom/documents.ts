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
