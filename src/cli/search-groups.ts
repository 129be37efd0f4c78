/** Rows of a search in groups: by repository, by base image, by version found. */
import { repositoryOf } from '../attestation/image.ts'
import type { Origins } from '../client/introductions.ts'
import type { SearchRow } from '../verify/search.ts'
import { statedBases } from './search-origins.ts'
import { baseNames, basesOf } from './search-rows.ts'
import { imageName, shownComponent, unique } from './search-words.ts'
import { plural } from './table.ts'

export const GROUPINGS = ['repo', 'base', 'version'] as const

export type Grouping = (typeof GROUPINGS)[number]

export interface SearchGroup {
  readonly title: string
  readonly rows: readonly SearchRow[]
}

/** The largest first. A row stands in every group that it belongs to, so their sizes need not add up. */
export function groupRows(
  rows: readonly SearchRow[],
  by: Grouping,
  origins: Origins,
): readonly SearchGroup[] {
  const groups = new Map<string, SearchRow[]>()
  for (const row of rows)
    for (const key of keysOf(row, by, origins)) groups.set(key, [...(groups.get(key) ?? []), row])
  const named = by === 'base' ? namesOfBases(rows, origins) : undefined
  return [...groups]
    .map(([key, members]) => ({ title: named?.(key) ?? key, rows: members }))
    .sort((a, b) => b.rows.length - a.rows.length || (a.title < b.title ? -1 : 1))
}

function keysOf(row: SearchRow, by: Grouping, origins: Origins): readonly string[] {
  switch (by) {
    case 'repo':
      return orElse(unique(row.names.map((name) => repositoryOf(name) ?? name)), '(no name)')
    case 'base':
      return orElse(basesIn(row, origins), '(no base image stated)')
    case 'version':
      return unique(row.matches.map(shownComponent))
  }
}

/** By provenance, and by the SBOMs in which something was found. */
function basesIn(row: SearchRow, origins: Origins): readonly string[] {
  return unique([...basesOf(row), ...statedBases(row, origins).map((one) => one.key)])
}

/** Bases that are found themselves have a name to show; else an SBOM that stands on them may have one. */
function namesOfBases(rows: readonly SearchRow[], origins: Origins): (base: string) => string {
  const found = baseNames(rows)
  const stated = new Map(rows.flatMap((row) => statedBases(row, origins)).map(({ key, name }) => [key, name]))
  return (base) => {
    const name = stated.get(base)
    return found(base) === base && name !== undefined && !base.startsWith(name)
      ? `${name} ${base}`
      : found(base)
  }
}

function orElse(keys: readonly string[], none: string): readonly string[] {
  return keys.length === 0 ? [none] : keys
}

/**
 * What new base images would clear: images of which everything that was found is in their base too, as the rows say.
 * Empty if there are none.
 */
export function basesToFix(rows: readonly SearchRow[], origins: Origins): readonly string[] {
  const known = new Map<string, SearchRow>(rows.map((row) => [row.image, row]))
  const cleared = rows.flatMap((row) => {
    const base = basesIn(row, origins)
      .map((digest) => known.get(digest))
      .find((one) => one !== undefined && one !== row && holdsAll(one, row))
    return base === undefined ? [] : [{ row, base }]
  })
  if (cleared.length === 0) return []
  // A base that is itself cleared by its own base needs no fix, only a rebuild.
  const built = new Set(cleared.map(({ row }) => row))
  const first = unique(cleared.map(({ base }) => base)).filter((base) => !built.has(base))
  // Only a log that tells of two images, each built on the other, has none.
  if (first.length === 0) return []
  const names = first.map(imageName).join(', ')
  return [
    `Fix ${plural(first.length, 'base')} (${names}) and build anew what stands on ${first.length === 1 ? 'it' : 'them'}: that clears ${plural(cleared.length, 'image')}, in which nothing else was found.`,
  ]
}

function holdsAll(base: SearchRow, row: SearchRow): boolean {
  const held = new Set(base.matches.map((one) => one.component))
  return row.matches.every((one) => held.has(one.component))
}
