/**
 * Everything recorded about one image, with its proofs; what it amounts to is decided by verify/image-rows.ts
 * (contracts.md 7).
 */
import type { ImageDigest } from '../brand.ts'
import { Fault } from '../errors.ts'
import { subjectKey } from '../map/keys.ts'
import { targetsOf } from '../trust/status.ts'
import { isRegistered } from '../trust/trust-state.ts'
import type { ImageAnswer } from '../verify/answer.ts'
import { imageRows } from '../verify/image-rows.ts'
import { readEntryRows } from './index-rows.ts'
import type { LogEntry } from './ports.ts'
import { readEntries } from './prove.ts'
import { readLineage } from './query-lineage.ts'
import { listClaims, unregisteredRows } from './unregistered.ts'
import { asOf, coverageOf, provenEntries, revocationEntries, trustRootEntries, type View } from './view.ts'

/** @throws Fault `not-recorded` if no entry speaks of the digest */
export async function queryImage(view: View, image: ImageDigest): Promise<ImageAnswer> {
  const indexes = await view.reader.postings('components', subjectKey(image))
  if (indexes.length === 0) {
    throw new Fault('not-recorded', `image: nothing is recorded for ${image}`, {
      hint: await hintOf(view, image),
    })
  }
  const rows = await readEntryRows(view.reader, indexes)
  const facts = rows.map((row) => row.facts).filter(({ index, key }) => isRegistered(view.trust, index, key))
  const entries = await readEntries(
    view,
    facts.map((one) => one.index),
  )
  const claims = listClaims(await unregisteredRows(view, indexes))
  const { lineage = [] } = await readLineage(view, image)
  const relatedEntries = lineage.flatMap((one) => one.entries)
  const relating = (await readEntryRows(view.reader, relatedEntries)).map((row) => row.facts)
  const targets = [...[...facts, ...relating].flatMap(targetsOf), `image:${image}`]
  const stated = [...entries, ...(claims.unregistered?.items.map((claim) => ({ index: claim.entry })) ?? [])]
  const proven = [
    ...(await trustRootEntries(view)),
    ...stated.map((one) => one.index),
    ...relatedEntries,
    ...(await revocationEntries(view, targets)),
  ]
  const { attestations, ...made } = imageRows(image, facts, view.trust, view.through)
  return {
    image,
    ...made,
    attestations: attestations.map((row, at) => ({ ...row, recordedAt: recordedAt(row.entry, entries[at]) })),
    ...(lineage.length === 0 ? {} : { lineage }),
    ...claims,
    coverage: await coverageOf(view),
    entries: await provenEntries(view, proven),
    asOf: asOf(view, view.through),
    assurance: 'rows',
    // A digest says nothing about where the image is kept.
    notEstablished: ['complete', 'not-revoked', 'scope'],
  }
}

/** Statements are often about the index alone, or about its platform images alone. */
async function hintOf(view: View, image: ImageDigest): Promise<string> {
  const { lineage = [] } = await readLineage(view, image)
  const [first, ...others] = lineage
  if (first === undefined)
    return 'That is no proof of harm: it means that nobody has said here where it came from.'
  const what = first.is === 'index' ? 'a platform image of' : 'the index of'
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  return `Signers say that it is ${what} ${first.image}${more}: ask for that.`
}

function recordedAt(index: number, entry: LogEntry | undefined): string {
  if (entry === undefined) throw new Error(`log: entry ${index} is not there`)
  return entry.recordedAt
}
