/** SBOMs in the three formats, with what a search reads of a package and nothing else. */

/** A package of one version; `purl` is undefined where a tool writes none. */
export interface MadePackage {
  readonly name: string
  /** Beside the purl; '' if there is none. */
  readonly version: string
  readonly purl?: string | undefined
  /** In CycloneDX. */
  readonly properties?: readonly object[]
  /** In SPDX. */
  readonly sourceInfo?: string
}

/** Every third component inside the one before it. */
export function cycloneDx(packages: readonly MadePackage[]): object {
  const components: Record<string, unknown>[] = []
  for (const [i, { sourceInfo: _, ...listed }] of packages.entries()) {
    const component = { type: 'library', ...listed }
    const outer = i % 3 === 2 ? components.at(-1) : undefined
    if (outer === undefined) components.push(component)
    else outer['components'] = [component]
  }
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.4',
    version: 1,
    metadata: {
      tools: [{ vendor: 'anchore', name: 'syft', version: '0.57.0' }],
      component: { type: 'container', name: 'registry.example/made' },
    },
    components: [...components, { type: 'file', name: 'stdlib' }],
  }
}

export function spdx(packages: readonly MadePackage[]): object {
  return {
    spdxVersion: 'SPDX-2.3',
    SPDXID: 'SPDXRef-DOCUMENT',
    creationInfo: { created: '2026-01-01T00:00:00Z', creators: ['Tool: trivy-0.45.0'] },
    packages: packages.map(({ name, version, purl, sourceInfo }, i) => ({
      SPDXID: `SPDXRef-Package-${i}`,
      name,
      ...(version === '' ? {} : { versionInfo: version }),
      ...(sourceInfo === undefined ? {} : { sourceInfo }),
      ...(purl === undefined ? {} : { externalRefs: [reference(purl)] }),
    })),
  }
}

function reference(purl: string): object {
  return { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }
}

export function spdx3(packages: readonly MadePackage[]): object {
  const creation = {
    '@id': '_:c',
    type: 'CreationInfo',
    specVersion: '3.0.1',
    created: '2026-01-01T00:00:00Z',
  }
  return {
    '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld',
    '@graph': [
      { ...creation, createdBy: ['urn:org'], createdUsing: ['urn:tool'] },
      { type: 'Organization', spdxId: 'urn:org', name: 'Acme', creationInfo: '_:c' },
      { type: 'Tool', spdxId: 'urn:tool', name: 'tern-2.12.0', creationInfo: '_:c' },
      ...packages.map(({ name, version, purl }, i) => ({
        type: 'software_Package',
        spdxId: `urn:package-${i}`,
        creationInfo: '_:c',
        name,
        ...(version === '' ? {} : { software_packageVersion: version }),
        ...(purl === undefined ? {} : { software_packageUrl: purl }),
      })),
    ],
  }
}
