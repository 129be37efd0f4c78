/** Everything recorded about one image: attestations with their verdicts, SBOMs, provenance, signers (contracts.md 7). */
import type { ImageDigest, LogIndex } from '../brand.ts'
import { Fault } from '../errors.ts'
import { subjectKey } from '../map/keys.ts'
import { verdictOf, targetsOf } from '../trust/status.ts'
import { isRegistered, principalOf, revocationsOf } from '../trust/trust-state.ts'
import type { ImageAnswer } from '../verify/answer.ts'
import { imagesOf, isProvenance, type EntryFacts } from '../verify/entry-facts.ts'
import { namesOf, provenanceRow } from '../verify/rows.ts'
import { readEntryRows, readImageRecords, readKnownImages } from './index-rows.ts'
import type { LogEntry } from './ports.ts'
import { readEntries } from './prove.ts'
import { listClaims, unregisteredRows } from './unregistered.ts'
import { asOf, coverageOf, provenEntries, revocationEntries, trustRootEntries, type View } from './view.ts'

/** @throws Fault `not-recorded` if no entry speaks of the digest */
export async function queryImage(view: View, image: ImageDigest): Promise<ImageAnswer> {
  const indexes = await view.reader.postings('components', subjectKey(image))
  if (indexes.length === 0) {
    throw new Fault('not-recorded', `image: nothing is recorded for ${image}`, {
      hint: 'That is no proof of harm: it means that nobody has said here where it came from.',
    })
  }
  const rows = await readEntryRows(view.reader, indexes)
  const facts = rows.map((row) => row.facts).filter(({ index, key }) => isRegistered(view.trust, index, key))
  const entries = await readEntries(
    view.log,
    facts.map((one) => one.index),
  )
  const claims = listClaims(await unregisteredRows(view, indexes))
  const isKnown = facts.some((one) => imagesOf(one, view.trust).includes(image))
  const [record] = await (isKnown ? readKnownImages : readImageRecords)(view.reader, [image])
  const targets = [...facts.flatMap(targetsOf), `image:${image}`]
  const stated = [...entries, ...(claims.unregistered?.items.map((claim) => ({ index: claim.entry })) ?? [])]
  const proven = [
    ...(await trustRootEntries(view)),
    ...stated.map((one) => one.index),
    ...(await revocationEntries(view, targets)),
  ]
  const revoked = revocationsOf(view.trust, view.through, `image:${image}`).length > 0
  const attestations = facts.map((one, at) => attestationRow(view, one, entries[at], image))
  return {
    image,
    names: namesOf(image, facts),
    status: revoked ? 'revoked' : (record?.sboms ?? []).length > 0 ? 'with-sbom' : 'unknown',
    revoked,
    signers: signersOf(attestations),
    attestations,
    sboms: facts.flatMap((one) => sbomRow(one, record?.sboms ?? [])),
    provenance: facts.filter(isProvenance).map(provenanceRow),
    ...claims,
    coverage: await coverageOf(view),
    entries: await provenEntries(view, proven),
    asOf: asOf(view, view.through),
    assurance: 'rows',
    // A digest says nothing about where the image is kept.
    notEstablished: ['complete', 'not-revoked', 'scope'],
  }
}

/** In the order of their first attestation; a key may have changed hands between two trust roots. */
function signersOf(attestations: ImageAnswer['attestations']): ImageAnswer['signers'] {
  const signers = attestations.map(
    ({ key, signer }) => [`${key} ${signer}`, { key, principal: signer }] as const,
  )
  return [...new Map(signers).values()]
}

function attestationRow(
  view: View,
  facts: EntryFacts,
  entry: LogEntry | undefined,
  image: ImageDigest,
): ImageAnswer['attestations'][number] {
  if (entry === undefined) throw new Error(`log: entry ${facts.index} is not there`)
  return {
    entry: facts.index,
    attestation: facts.attestation,
    key: facts.key,
    signer: principalOf(view.trust, facts.index, facts.key) ?? null,
    predicateType: facts.predicateType,
    recordedAt: entry.recordedAt,
    verdict: verdictOf(view.trust, view.through, { ...facts, subject: image }),
  }
}

function sbomRow({ index, sbom, claimed }: EntryFacts, counting: readonly LogIndex[]): ImageAnswer['sboms'] {
  if (sbom === undefined) return []
  const { tool, toolVersion, platform, components } = sbom
  return [
    {
      entry: index,
      tool,
      toolVersion,
      platform: platform === '' ? null : platform,
      components,
      counts: counting.includes(index),
      ...(claimed === undefined ? {} : { claimed }),
    },
  ]
}
