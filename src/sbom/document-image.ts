/**
 * Which image an SBOM says it is about, where its generator wrote the digest down: syft in the name or version of what
 * it scanned and in the namespace, trivy as RepoDigest or purl; SPDX 3 documents as purl, name or version of a
 * container. Used to import documents that nobody signed; what was signed names its subject itself.
 */
import { isImageName, parseImageReference, type ImageReference } from '../attestation/image.ts'
import type { JsonObject, JsonValue } from '../encoding/strict-json.ts'
import { isObject, optionalMember } from '../encoding/strict-json.ts'
import { Fault } from '../errors.ts'

/** A reference whose name may be empty: an SBOM's subject is an image whatever it is called. */
export interface DocumentImage {
  readonly name: string
  readonly digest: ImageReference['digest']
}

/** The first place that names a digest, the most explicit first; undefined if none does. */
export function documentImage(document: JsonObject): DocumentImage | undefined {
  const candidates = candidatesIn(document)
  for (const candidate of candidates) {
    const image = candidate === undefined ? undefined : imageOf(candidate)
    if (image !== undefined) return image
  }
  return undefined
}

function candidatesIn(document: JsonObject): readonly (string | undefined)[] {
  if ('spdxVersion' in document) return spdxCandidates(document)
  return '@context' in document ? spdx3Candidates(document) : cycloneDxCandidates(document)
}

/** `name@sha256:…`, without the name if it is none that an image can have. */
function imageOf(text: string): DocumentImage | undefined {
  const [, name = '', hex] = /^(.*?)@sha256[:-]([0-9a-f]{64})$/s.exec(text) ?? []
  if (hex === undefined) return undefined
  return nameless(name, `sha256:${hex}`)
}

/** An image by its digest, under the name if it is a possible one. */
export function nameless(name: string, digest: string): DocumentImage {
  try {
    return parseImageReference(`${name}@${digest}`)
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    return { name: '', digest: parseImageReference(`image@${digest}`).digest }
  }
}

function cycloneDxCandidates(document: JsonObject): readonly (string | undefined)[] {
  const about = objectOf(objectOf(document, 'metadata'), 'component')
  const properties = objectsOf(about, 'properties').concat(
    objectsOf(objectOf(document, 'metadata'), 'properties'),
  )
  const repoDigests = properties
    .filter((one) => textOf(one, 'name') === 'aquasecurity:trivy:RepoDigest')
    .map((one) => textOf(one, 'value'))
  const [name, version] = [textOf(about, 'name'), textOf(about, 'version')]
  return [...repoDigests, ofPurl(textOf(about, 'purl')), `${name ?? ''}@${version ?? ''}`, name]
}

function spdxCandidates(document: JsonObject): readonly (string | undefined)[] {
  const packages = objectsOf(document, 'packages')
  const repoDigests = packages.flatMap((one) =>
    listOf(one, 'attributionTexts').map((text) =>
      typeof text === 'string' && text.startsWith('RepoDigest: ')
        ? text.slice('RepoDigest: '.length)
        : undefined,
    ),
  )
  const containers = packages.filter((one) => textOf(one, 'primaryPackagePurpose') === 'CONTAINER')
  const purls = containers.flatMap((one) =>
    objectsOf(one, 'externalRefs').map((reference) => ofPurl(textOf(reference, 'referenceLocator'))),
  )
  return [
    textOf(document, 'name'),
    ...repoDigests,
    ...purls,
    ofNamespace(textOf(document, 'documentNamespace')),
  ]
}

function spdx3Candidates(document: JsonObject): readonly (string | undefined)[] {
  const packages = objectsOf(document, '@graph').filter((one) => textOf(one, 'type') === 'software_Package')
  const containers = packages.filter((one) => textOf(one, 'software_primaryPurpose') === 'container')
  return containers.flatMap((one) => {
    const [name = '', version = ''] = [textOf(one, 'name'), textOf(one, 'software_packageVersion')]
    const identifiers = objectsOf(one, 'externalIdentifier').map((other) => textOf(other, 'identifier'))
    return [
      ofPurl(textOf(one, 'software_packageUrl')),
      ...identifiers.map(ofPurl),
      `${name}@${version}`,
      name,
    ]
  })
}

/** `pkg:oci/name@sha256%3A…?repository_url=host/path/name`. */
function ofPurl(purl: string | undefined): string | undefined {
  const [, name = '', hex, qualifiers = ''] =
    /^pkg:(?:oci|docker)\/([^@?#]+)@sha256(?::|%3[aA])([0-9a-f]{64})(?:\?([^#]*))?/.exec(purl ?? '') ?? []
  if (hex === undefined) return undefined
  const url = new URLSearchParams(qualifiers).get('repository_url')
  return `${url === null || !isImageName(url) ? name : url}@sha256:${hex}`
}

/** syft: `https://anchore.com/syft/image/<name>@sha256-<hex>-<uuid>`; trivy: `…/container_image/<name>@sha256:<hex>-<uuid>`. */
function ofNamespace(namespace: string | undefined): string | undefined {
  return /\/(?:image|container_image)\/(.+@sha256[:-][0-9a-f]{64})-/.exec(namespace ?? '')?.[1]
}

function objectOf(parent: JsonObject | undefined, name: string): JsonObject | undefined {
  const value = parent === undefined ? undefined : optionalMember(parent, name)
  return isObject(value) ? value : undefined
}

function listOf(parent: JsonObject | undefined, name: string): readonly JsonValue[] {
  const value = parent === undefined ? undefined : optionalMember(parent, name)
  return Array.isArray(value) ? value : []
}

function objectsOf(parent: JsonObject | undefined, name: string): JsonObject[] {
  return listOf(parent, name).filter((one) => isObject(one))
}

function textOf(parent: JsonObject | undefined, name: string): string | undefined {
  const value = parent === undefined ? undefined : optionalMember(parent, name)
  return typeof value === 'string' ? value : undefined
}
