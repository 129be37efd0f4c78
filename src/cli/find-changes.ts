/** What is new between two answers to the same search: for people a line each, for programs a record. */
import type { ImageDigest } from '../brand.ts'
import type { SearchMatch, SearchRow } from '../verify/search.ts'
import type { UnknownImageRow } from '../verify/unknown-answer.ts'
import { searchRecords } from './search-files.ts'
import { howItGotIn, originsJson, READ_FROM } from './search-origins.ts'
import type { SearchPages } from './search-pages.ts'
import { imageName, unique } from './search-words.ts'
import { formatJsonLine, visible } from './terminal.ts'

/** What goes on has no whole: only these can be read while it does. */
export type WatchFormat = 'table' | 'ndjson'

/**
 * `disappeared`: nothing of it is found in an SBOM that counts; it may be unknown now. That a row is missing is the
 * server's word.
 */
export interface Change {
  readonly change: 'appeared' | 'changed' | 'disappeared'
  /** As it was; absent if it appeared. */
  readonly before?: SearchRow
  /** As it is; absent if it disappeared. */
  readonly row?: SearchRow
}

/** Of the images without an SBOM that counts, where they are asked for: all of it is the server's word. */
export interface UnknownChange {
  readonly change: 'unknown' | 'not-unknown'
  readonly image: UnknownImageRow
}

/** At least one. */
export interface Changes {
  readonly changes: readonly (Change | UnknownChange)[]
  readonly found: SearchPages
}

/** Rows first, then the images that became unknown, or are unknown no more. */
export function newsBetween(before: SearchPages, found: SearchPages): Changes['changes'] {
  return [
    ...changesBetween(before.answer.items, found.answer.items),
    ...unknownBetween(before.unknown ?? [], found.unknown ?? []),
  ]
}

function unknownBetween(
  before: readonly UnknownImageRow[],
  now: readonly UnknownImageRow[],
): readonly UnknownChange[] {
  const [old, kept] = [before, now].map((rows) => new Set(rows.map((row) => row.image)))
  return [
    ...now
      .filter((row) => old?.has(row.image) !== true)
      .map((image): UnknownChange => ({ change: 'unknown', image })),
    ...before
      .filter((row) => kept?.has(row.image) !== true)
      .map((image): UnknownChange => ({ change: 'not-unknown', image })),
  ]
}

/** Those that appeared or changed in the order of the rows, then those that disappeared. */
export function changesBetween(before: readonly SearchRow[], now: readonly SearchRow[]): readonly Change[] {
  const old = new Map<ImageDigest, SearchRow>(before.map((row) => [row.image, row]))
  const kept = new Set(now.map((row) => row.image))
  const news = now.flatMap((row): readonly Change[] => {
    const was = old.get(row.image)
    if (was === undefined) return [{ change: 'appeared', row }]
    return meaningOf(was) === meaningOf(row) ? [] : [{ change: 'changed', before: was, row }]
  })
  const gone = before.filter((row) => !kept.has(row.image))
  return [...news, ...gone.map((row): Change => ({ change: 'disappeared', before: row }))]
}

/** What a responder acts on: another SBOM that says the same is no news. */
function meaningOf({ status, revoked, matches }: SearchRow): string {
  const found = unique(
    matches.map(({ part, component, status: one }) => JSON.stringify([part, component, one])),
  )
  return JSON.stringify([status, revoked, [...found].sort()])
}

/** The records of a search; instead of an end, where what is new begins. */
export function startRecords(found: SearchPages, notLookedFor: readonly string[]): readonly object[] {
  const missed = notLookedFor.length === 0 ? {} : { notLookedFor }
  const { items, asOf } = found.answer
  return [
    ...searchRecords(found),
    { kind: 'Watching', count: items.length, treeSize: asOf.treeSize, ...missed },
  ]
}

/** `+` appeared, `~` changed, `-` disappeared, `?` unknown, or no more: a line for each image. */
export function changeLines({ changes, found }: Changes, format: WatchFormat): readonly string[] {
  const { treeSize } = found.answer.asOf
  return changes
    .map((one) => {
      if ('image' in one) return format === 'table' ? unknownLine(one) : unknownRecord(one)
      return format === 'table' ? lineOf(one, found) : recordOf(one, found)
    })
    .map((line) =>
      typeof line === 'string' ? visible(`size ${treeSize}  ${line}`) : formatJsonLine({ ...line, treeSize }),
    )
}

function lineOf({ change, before, row }: Change, { origins, answer }: SearchPages): string {
  if (row === undefined) {
    const isPlaced = answer.question.scope.environment !== undefined
    const why = `nothing is found in an SBOM that counts${isPlaced ? ', or it runs there no more' : ''} (the server’s word)`
    return `- disappeared  ${before === undefined ? '' : named(before)}  ${why}. If no SBOM of it counts any more, it is unknown, not clean.`
  }
  const has = unique(row.matches.map((one) => `${componentText(one)} (${howItGotIn(one, origins)})`)).join(
    ', ',
  )
  const status =
    change === 'changed' && before !== undefined ? `${statusOf(before)} → ${statusOf(row)}` : statusOf(row)
  return `${change === 'appeared' ? '+' : '~'} ${change}  ${named(row)}  ${status}  ${has}`
}

function unknownLine({ change, image }: UnknownChange): string {
  const what =
    change === 'unknown' ? 'no SBOM of it counts' : 'an SBOM of it counts now, or it left the scope'
  return `? ${change}  ${named(image)}  ${what} (the server’s word)`
}

function unknownRecord({ change, image }: UnknownChange): object {
  const told = { toldBy: 'server', ...(change === 'unknown' ? { row: image } : {}) }
  return { kind: 'UnknownChange', change, image: image.image, ...told }
}

function named(row: Pick<SearchRow, 'names' | 'image'>): string {
  return row.names.length === 0 ? row.image : `${imageName(row)} ${row.image}`
}

function statusOf({ status, revoked }: SearchRow): string {
  return revoked ? `${status}, revoked` : status
}

function componentText({ component, status }: SearchMatch): string {
  return status === 'affected' ? component : `${component} undetermined`
}

function recordOf({ change, before, row }: Change, { origins }: SearchPages): object {
  const rests = new Set(row?.matches.map((one) => one.entry))
  const told = originsJson(new Map([...origins].filter(([entry]) => rests.has(entry))))
  return {
    kind: 'Change',
    change,
    image: (row ?? before)?.image,
    ...(before === undefined ? {} : { before: { status: before.status, revoked: before.revoked } }),
    ...(row === undefined ? { toldBy: 'server' } : { row, paths: { ...READ_FROM, entries: told } }),
  }
}
