/**
 * What VEX drafts are made of: for each advisory, the images that a person has to look at, and what was found in them.
 *
 * A draft decides nothing. Whether a vulnerability can be exploited is for a person to say, who then signs the document.
 */
import { repositoryOf } from '../attestation/image.ts'
import type { ImageDigest } from '../brand.ts'
import { formatPurl, makePurl } from '../sbom/purl.ts'
import type { SearchAnswer, SearchMatch, SearchQuestion, SearchRow } from '../verify/search.ts'
import { unique } from './search-words.ts'

export interface VexImage {
  readonly image: ImageDigest
  readonly names: readonly string[]
  readonly matches: readonly SearchMatch[]
}

/** One advisory's images that are found alike. */
export interface VexFinding {
  readonly advisory: string
  readonly aliases: readonly string[]
  readonly status: 'affected' | 'undetermined'
  readonly images: readonly VexImage[]
}

export interface VexContext {
  readonly answer: SearchAnswer
  /** Of each advisory that was asked about. */
  readonly aliases: ReadonlyMap<string, readonly string[]>
  /** When the draft is made: ISO 8601, UTC. */
  readonly now: string
  /** Of this program. */
  readonly version: string
  /** The document's own name: `urn:uuid:…`, never used before. */
  readonly serial: string
}

export const DRAFT =
  'A draft by attestree find: nobody has decided anything yet. To be edited by a person who knows the images, and signed by them.'

const notes = {
  affected:
    'The SBOM lists a version that the advisory names. Whether the vulnerability can be exploited in this image is still to be decided.',
  undetermined:
    'The SBOM lists the package, but nothing tells whether the version is one that the advisory names. To be looked into.',
} as const

/** Whether every part of the question comes from an advisory: only of those can VEX speak. */
export function isAboutAdvisories({ parts }: SearchQuestion, aliases: VexContext['aliases']): boolean {
  return parts.every(({ from }) => from !== undefined && aliases.has(from))
}

/** By advisory in the question's order; images within which a version is affected come before the others. */
export function vexFindings({ answer, aliases }: VexContext): readonly VexFinding[] {
  return [...aliases].flatMap(([advisory, others]) => {
    const images = answer.items.flatMap((row) => imageOf(row, answer, advisory))
    return (['affected', 'undetermined'] as const).flatMap((status) => {
      const found = images.filter((one) => statusOf(one) === status)
      return found.length === 0 ? [] : [{ advisory, aliases: others, status, images: found }]
    })
  })
}

function imageOf(row: SearchRow, { question }: SearchAnswer, advisory: string): readonly VexImage[] {
  // What is lifted was decided: a draft that is newer would take it back.
  const matches = row.matches.filter(
    (one) => one.lifted !== true && question.parts[one.part]?.from === advisory,
  )
  return matches.length === 0 ? [] : [{ image: row.image, names: row.names, matches }]
}

function statusOf({ matches }: VexImage): VexFinding['status'] {
  return matches.some((one) => one.status === 'affected') ? 'affected' : 'undetermined'
}

/** For the person who edits the draft. */
export function noteOf({ status, images }: VexFinding, { answer }: VexContext): string {
  const entries = unique(images.flatMap((one) => one.matches.map((match) => match.entry)))
  return `${notes[status]} SBOMs: entries ${entries.toSorted((a, b) => a - b).join(', ')} of ${answer.asOf.origin}.`
}

/** Of its first name; undefined if that does not say where the image is kept. */
export function imagePurl({ image, names }: VexImage): string | undefined {
  const [repository] = names.flatMap((name) => repositoryOf(name) ?? [])
  if (repository === undefined) return undefined
  const name = repository.slice(repository.lastIndexOf('/') + 1)
  return formatPurl(
    makePurl(
      { type: 'oci', name, version: image, qualifiers: { repository_url: repository } },
      { lenient: true },
    ),
  )
}
