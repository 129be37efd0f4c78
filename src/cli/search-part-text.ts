/**
 * What the parts of a search look for, in words: whoever is handed an answer must see what was asked, not only how it
 * was called.
 */
import type { AdvisoryRange, AffectedPackage, Event } from '../sbom/advisory/affected.ts'
import { formatVers } from '../sbom/range.ts'
import type { SearchPart } from '../verify/search.ts'
import { visible } from './terminal.ts'

/** Named on the screen, of parts, and of the versions and ranges of each; JSON has all. */
const MAX_NAMED = 10

/** A line for each part. */
export function partLines(parts: readonly SearchPart[]): readonly string[] {
  return atMost(parts.map(partText), 'parts').map((line) => `  ${visible(line)}`)
}

/** `pkg:npm/lodash, vers:npm/<4.17.21 (GHSA-…)`: the name in brackets is the asker's. */
function partText(part: SearchPart): string {
  const from = part.from === undefined ? '' : ` (${part.from})`
  switch (part.kind) {
    case 'hash':
      return `a component with the hash ${part.hash}${from}`
    case 'cpe':
      return `CPE ${part.cpe}, ${cpeVersions(part)}${from}`
    case 'package':
      return `${part.affected.keys.join(' or ')}${placeText(part.affected)}, ${versionsText(part.affected)}${from}`
  }
}

function cpeVersions({ version, range }: Extract<SearchPart, { kind: 'cpe' }>): string {
  if (range !== undefined) return formatVers(range)
  return version === undefined ? 'any version' : `version ${version}`
}

function placeText({ names, distro }: AffectedPackage): string {
  const built = names === 'source' ? ' as the source package' : ''
  if (distro === undefined) return built
  const release = distro.release === undefined ? ' (a release that is not known)' : ` ${distro.release}`
  return `${built} of ${distro.ids.join(' or ')}${release.trimEnd()}`
}

function versionsText({ listed, ranges }: AffectedPackage): string {
  const versions = [...(listed?.texts ?? [])].map((one) => `version ${one}`)
  const all = [...ranges.map(rangeText), ...versions]
  return all.length === 0 ? 'no version named' : atMost(all, 'versions and ranges').join(', ')
}

function rangeText(range: AdvisoryRange): string {
  switch (range.kind) {
    case 'vers':
      return formatVers(range.range)
    case 'events':
      return `${range.type}: ${range.events.map(eventText).join(', ')}`
    case 'git':
      return 'a range of commits, which says nothing of versions'
    case 'unreadable':
      return 'a range that is not understood'
  }
}

function eventText({ kind, version }: Event): string {
  return `${kind.replace('_', ' ')} ${version}`
}

function atMost(texts: readonly string[], what: string): readonly string[] {
  const more = texts.length - MAX_NAMED
  return more <= 0 ? texts : [...texts.slice(0, MAX_NAMED), `and ${more} more ${what}`]
}
