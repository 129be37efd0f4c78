/**
 * Base images among the dependencies of a build (contracts.md 1, `d`; formats.md C/1.4):
 *
 *     {"uri": "pkg:docker/alpine@latest?platform=linux%2Famd64", "digest": {"sha256": "…"}}
 *
 * BuildKit gives downloads and bundles the same kind of name, and tells them apart by the qualifier `ref_type`.
 */
import { isObject } from '../encoding/strict-json.ts'
import { acceptedDigests } from './digest.ts'
import { member, textOrNone, type Field } from './field.ts'

const IMAGE_URI = /^(?:pkg:\/*(?:docker|oci)\/|oci:\/\/|docker-image:\/\/)/i

const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/

/** Their digests, in the document's order, each once. What is malformed is left out. */
export function baseImagesOf(dependencies: readonly Field[]): readonly string[] {
  return [...new Set(dependencies.flatMap(digestsOf))]
}

function digestsOf(dependency: Field): readonly string[] {
  const uri = textOrNone(dependency, 'uri').trim()
  if (!IMAGE_URI.test(uri) || /[?&]ref_type=/i.test(uri)) return []
  const stated = statedDigests(member(dependency, 'digest'))
  if (stated.length > 0) return stated
  // Where nothing stands beside it, the name itself may hold the digest.
  const [, named = ''] = /@(sha\d{3}(?::|%3A)[0-9a-f]+)(?:[?#]|$)/i.exec(uri.slice(0, 4_096)) ?? []
  return [named.toLowerCase().replace('%3a', ':')].filter((digest) => DIGEST.test(digest))
}

function statedDigests({ value }: Field): readonly string[] {
  if (!isObject(value)) return []
  const texts = Object.entries(value).flatMap(([name, digest]): [string, string][] =>
    typeof digest === 'string' ? [[name, digest.trim().toLowerCase()]] : [],
  )
  return acceptedDigests(Object.fromEntries(texts)).filter((digest) => DIGEST.test(digest))
}
