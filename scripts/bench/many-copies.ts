/**
 * Copies of real documents by the ten thousand, each with what admission reads of it.
 *
 * Copies of one document with the same versions state the same but for their subject, so one of them is read and the others get
 * its manifest with their own subject in it: reading ten million components would take longer than indexing them. That reading
 * would have said the same is checked of the second copy of each document.
 */
import { spliceStatement } from '../../src/attestation/statement.ts'
import type { KeyId } from '../../src/brand.ts'
import { equalBytes } from '../../src/encoding/bytes.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { claimedTimes, type Claimed } from '../../src/sbom/claimed.ts'
import { readManifest } from '../../src/sbom/manifest.ts'
import { readSbom } from '../../src/sbom/stated-lines.ts'
import { parseLeanStatement } from '../../src/sbom/unread-members.ts'
import { subjectOf, VERSION_SETS, withVersions, type RealDocument } from './real-documents.ts'

/** Copies of each document in a row with the same versions: images are built more often than what is in them changes. */
const BUILDS = 8

export interface StatedSbom {
  readonly statement: Uint8Array
  readonly read: { readonly manifest: Uint8Array; readonly claimed: Claimed }
  /** Lines of the manifest that name a component. */
  readonly components: number
}

/** All documents in turn, until they list so many components; signed by `key`. */
export function* manyCopies(
  documents: readonly RealDocument[],
  components: number,
  key: KeyId,
): Generator<StatedSbom> {
  const templates = new Map<string, Template>()
  let listed = 0
  for (let copy = 0; listed < components; copy++) {
    const document = documents[copy % documents.length]
    if (document === undefined) return
    const round = Math.floor(copy / documents.length)
    const versions = Math.floor(round / BUILDS) % VERSION_SETS
    const name = `${copy % documents.length} ${versions}`
    const template = templates.get(name) ?? templateOf(document, versions, copy, key)
    templates.set(name, template)
    const made = fill(template, copy)
    if (round === 1) checkRead(made, key)
    listed += made.components
    yield made
  }
}

/** What copies with the same versions share. */
interface Template {
  readonly predicateType: string
  readonly predicate: Uint8Array
  /** Of the copy that was read. */
  readonly subject: Subject
  readonly manifest: string
  readonly claimed: Claimed
  readonly components: number
}

type Subject = ReturnType<typeof subjectOf>

function templateOf(
  { text, predicateType }: RealDocument,
  versions: number,
  copy: number,
  key: KeyId,
): Template {
  const predicate = utf8(withVersions(text, versions))
  const subject = subjectOf(copy)
  const { manifest, claimed } = readAtAdmission(
    spliceStatement({ subjects: [subject], predicateType }, predicate),
    key,
  )
  const components = manifest.match(/^[pnc]\t/gm)?.length ?? 0
  return { predicateType, predicate, subject, manifest, claimed, components }
}

function fill({ predicateType, predicate, ...template }: Template, copy: number): StatedSbom {
  const subject = subjectOf(copy)
  const manifest = template.manifest
    .replaceAll(template.subject.digest.sha256, subject.digest.sha256)
    .replace(`name=${template.subject.name}\n`, `name=${subject.name}\n`)
  return {
    statement: spliceStatement({ subjects: [subject], predicateType }, predicate),
    read: { manifest: utf8(manifest), claimed: template.claimed },
    components: template.components,
  }
}

function readAtAdmission(statement: Uint8Array, key: KeyId) {
  const parsed = parseLeanStatement(statement)
  const { sbom, bytes } = readManifest(parsed, key, readSbom)
  return { manifest: new TextDecoder().decode(bytes()), claimed: claimedTimes(parsed, sbom) }
}

function checkRead({ statement, read }: StatedSbom, key: KeyId): void {
  const { manifest, claimed } = readAtAdmission(statement, key)
  if (equalBytes(utf8(manifest), read.manifest) && JSON.stringify(claimed) === JSON.stringify(read.claimed))
    return
  throw new Error(`expected the manifest of a copy as it is read:\n${manifest.slice(0, 500)}`)
}
