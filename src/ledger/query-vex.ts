/**
 * What was signed as VEX about vulnerabilities, in images that a search found. The index tells who speaks of a vulnerability
 * (`v` lines of the manifests); what they say is read from the signed bytes. What that amounts to is verify/search-vex.ts.
 */
import type { VexStatement } from '../attestation/vex.ts'
import type { ImageDigest, LogIndex } from '../brand.ts'
import { Fault } from '../errors.ts'
import { vulnerabilityKey } from '../map/keys.ts'
import type { EntryFacts } from '../verify/entry-facts.ts'
import { isGood } from '../verify/rows.ts'
import { readEntryRows } from './index-rows.ts'
import type { View } from './view.ts'

/** What entries say of one image. */
export type SaidOfImage = ReadonlyMap<LogIndex, readonly VexStatement[]>

/** Only images of which somebody who may speaks. */
export type SaidOfImages = ReadonlyMap<ImageDigest, SaidOfImage>

/** @param vulnerabilities folded */
export async function readVex(
  view: View,
  vulnerabilities: ReadonlySet<string>,
  images: readonly ImageDigest[],
): Promise<SaidOfImages> {
  const entries = new Set<LogIndex>()
  for (const id of vulnerabilities)
    for (const index of await view.reader.postings('components', vulnerabilityKey(id))) entries.add(index)
  const asked = new Map<string, ImageDigest>(images.map((image) => [image, image]))
  const said = new Map<ImageDigest, Map<LogIndex, readonly VexStatement[]>>()
  for (const { facts } of await readEntryRows(view.reader, [...entries])) {
    await view.pause()
    const about = facts.subjects.flatMap(({ digest }) => asked.get(digest) ?? [])
    if (about.length === 0 || !isGood(facts, view.trust, view.through)) continue
    const statements = await view.statements.vex(await readSigned(view, facts), vulnerabilities)
    if (statements.length === 0) continue
    for (const image of about) said.set(image, (said.get(image) ?? new Map()).set(facts.index, statements))
  }
  return said
}

async function readSigned({ blobs }: View, { index, attestation }: EntryFacts): Promise<Uint8Array> {
  const signed = await blobs.get(attestation)
  if (signed === undefined)
    throw new Fault('integrity-error', `entry ${index}: the blob ${attestation} is missing`)
  return signed
}
