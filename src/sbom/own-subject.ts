/**
 * What a document says it is about: the digests by which it names its own subject, where tools write them.
 *
 *     syft        the version `sha256:…` of the component that it describes
 *     trivy       `pkg:oci/name@sha256:…`, and the name `registry/name@sha256:…`
 *     others      hashes of that component
 *
 * The signed subject decides (contracts.md 2); a document that names another digest is told so (intake.ts).
 */
import { acceptedDigests } from '../attestation/digest.ts'
import type { Statement } from '../attestation/statement.ts'
import { isObject, type JsonValue } from '../encoding/strict-json.ts'
import type { Component } from './component.ts'

/** What a document calls itself (SPDX 2.3, 6.3). */
export const SPDX_DOCUMENT_ID = 'SPDXRef-DOCUMENT'

/** `sha256:…` and so on, in lower-case hex; of algorithms by which a subject can be known. */
export function ownDigests({ name, version, purl, hashes = [] }: Component): readonly string[] {
  const [, named = ''] = /@(sha256:[0-9a-f]{64})$/.exec(name.slice(-100)) ?? []
  const packaged = purl?.type === 'oci' || purl?.type === 'docker' ? (purl.version ?? '') : ''
  const written = [named, version, packaged].filter((text) => /^sha256:[0-9a-f]{64}$/.test(text))
  return [...new Set([...written, ...hashes.filter((hash) => !hash.startsWith('sha1:'))])]
}

/** The first digest that the document names, if it names some and the statement is about none of them. */
export function foreignSubject(statement: Statement, named: readonly string[]): string | undefined {
  const signed = new Set(statement.subjects.flatMap((subject) => acceptedDigests(subject.digest)))
  return named.some((digest) => signed.has(digest)) ? undefined : named[0]
}

/** The SPDX ids of what an SPDX document describes. trivy writes `DESCRIBE`. */
export function describedIds(
  documentDescribes: JsonValue | undefined,
  relationships: JsonValue | undefined,
): ReadonlySet<string> {
  const ids = new Set<string>()
  for (const id of listOf(documentDescribes)) if (typeof id === 'string') ids.add(id)
  for (const one of listOf(relationships)) {
    if (!isObject(one) || one['spdxElementId'] !== SPDX_DOCUMENT_ID) continue
    const { relationshipType: type, relatedSpdxElement: id } = one
    if ((type === 'DESCRIBES' || type === 'DESCRIBE') && typeof id === 'string') ids.add(id)
  }
  return ids
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : []
}
