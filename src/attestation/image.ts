/**
 * Names of images: OCI references and package URLs of images (contracts.md 2; README 2.7, "What an image is").
 *
 * An image itself is named by the SHA-256 of its manifest and by nothing else. Talking to registries is not
 * done here.
 */
import { imageDigest, type ImageDigest } from '../brand.ts'
import { Fault } from '../errors.ts'

export interface ImageReference {
  /** As written before the "@", perhaps with a tag. */
  readonly name: string
  readonly digest: ImageDigest
}

/** Longer than any registry takes (distribution-spec suggests 255 for host and path). */
export const MAX_IMAGE_NAME = 1_024

// distribution/reference: components of a path, a tag, a digest.
const component = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const path = `${component}(?:/${component})*`
const tag = '(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?'
const digest = '(?:@[A-Za-z][A-Za-z0-9]*(?:[+._-][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?'
const hostName = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*'

/** host/path[:tag][@digest] */
const reference = new RegExp(
  `^(?<host>(?:${hostName}|\\[[0-9a-fA-F:]+\\])(?::[0-9]+)?)/${path}${tag}${digest}$`,
)
/** The same without a host, as people write images of the default registry. */
const shortReference = /* @__PURE__ */ new RegExp(`^${path}${tag}$`)

/**
 * Whether a subject of this name is an image: `host/path[:tag][@digest]` without scheme, where host has "." or
 * ":" or is `localhost`; or a `pkg:oci/…` or `pkg:docker/…` purl. So `binary-linux-amd64` and `gs://…` are none.
 */
export function isImageName(name: string): boolean {
  if (name.length > MAX_IMAGE_NAME) return false
  if (/^pkg:(oci|docker)\/./i.test(name)) return true
  const host = reference.exec(name)?.groups?.['host']
  return host !== undefined && (/[.:]/.test(host) || host === 'localhost')
}

/**
 * The repository that a name stands for: `host/path` without tag and digest, the host in lower case. Of a purl its
 * `repository_url`. Undefined for other names, of which nobody could say where they are kept.
 */
export function repositoryOf(name: string): string | undefined {
  if (!isImageName(name)) return undefined
  const at = /^pkg:/i.test(name) ? repositoryUrlOf(name) : name
  if (at === undefined || !reference.test(at)) return undefined
  const [host = '', ...rest] = at.replace(/@.*$/, '').split('/')
  return [host.toLowerCase(), ...rest].join('/').replace(/:[^/:]*$/, '')
}

function repositoryUrlOf(purl: string): string | undefined {
  const query = purl.replace(/#.*$/, '').split('?')[1]
  return query === undefined ? undefined : (new URLSearchParams(query).get('repository_url') ?? undefined)
}

/**
 * `NAME@sha256:…`, as builders write images on the command line. The name may leave out the registry.
 *
 * @throws Fault `malformed` (`reference-malformed`, `digest-malformed`)
 */
export function parseImageReference(text: string): ImageReference {
  const at = text.lastIndexOf('@')
  const name = text.slice(0, Math.max(at, 0))
  if (at < 0 || name.length > MAX_IMAGE_NAME || !(isImageName(name) || shortReference.test(name))) {
    throw new Fault(
      'reference-malformed',
      `image: expected NAME@sha256:…, got ${JSON.stringify(text.slice(0, 100))}`,
      {
        hint: 'A tag can move; name the manifest digest, as `docker buildx imagetools inspect NAME` prints it.',
      },
    )
  }
  return { name, digest: imageDigest(text.slice(at + 1)) }
}
