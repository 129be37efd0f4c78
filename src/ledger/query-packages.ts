/**
 * "Which versions of this package are there, in how many images?" The index gives the versions of a name and for each the
 * entries that list it; every entry and every image is read once, however many versions it is behind.
 */
import type { ImageDigest, LogIndex } from '../brand.ts'
import { Fault } from '../errors.ts'
import { componentPrefix, parseComponentKey } from '../map/keys.ts'
import { parsePurl } from '../sbom/purl.ts'
import { parseRange } from '../sbom/range.ts'
import { sortVersions, type PlacedVersion } from '../sbom/versions/sort.ts'
import { isRegistered } from '../trust/trust-state.ts'
import { imagesOf } from '../verify/entry-facts.ts'
import type { PackagesAnswer, VersionRow } from '../verify/packages-answer.ts'
import { parseQuestion } from '../verify/rows.ts'
import { readEntryRows, readKnownImages } from './index-rows.ts'
import { DEFAULT_PAGE_ROWS } from './limits.ts'
import type { Asked } from './moment.ts'
import { pageOfList, parseOffsetCursor, type OffsetCursor } from './offset-cursor.ts'
import { versionsBehind } from './query-images.ts'
import { asOf, coverageOf, provenEntries, trustRootEntries, type View } from './view.ts'

export interface PackagesAsked {
  /** A purl without version. */
  readonly component: string
  readonly limit?: number
  readonly cursor?: string
}

type Question = PackagesAnswer['question']

/** @throws Fault `malformed`, `unsupported` */
export function askPackages(asked: PackagesAsked): Asked<PackagesAnswer> {
  const { name, version } = parseQuestion(asked.component, undefined, parseRange)
  if (version !== undefined) {
    throw new Fault('parameter-malformed', 'component: expected a purl without a version, got one with', {
      hint: `Which images contain it: /ledger/v1/images?component=${asked.component.slice(0, 100)}`,
      facts: { parameter: 'component' },
    })
  }
  const question: Question = { component: name }
  const after = asked.cursor === undefined ? undefined : parseOffsetCursor(question, asked.cursor)
  return {
    answer: (view) => queryPackages(view, question, asked.limit ?? DEFAULT_PAGE_ROWS, after),
    ...(after === undefined ? {} : { at: after.through }),
  }
}

async function queryPackages(
  view: View,
  question: Question,
  limit: number,
  after: OffsetCursor | undefined,
): Promise<PackagesAnswer> {
  const { through } = view
  const listed = await listedVersions(view, question.component)
  const standing = await standingEntries(view, new Set([...listed.values()].flat()))
  const placed = sortVersions(parsePurl(question.component, { lenient: true }).type, listed.keys())
  const rows = placed.flatMap((one) => versionRow(one, listed.get(one.version) ?? [], standing))
  const page = pageOfList(rows, limit, { asked: question, skip: after?.skip ?? 0, through })
  const proven = [...(await trustRootEntries(view)), ...page.items.map((row) => row.entry)]
  return {
    question,
    ...page,
    versions: rows.length,
    images: new Set([...standing.values()].flat()).size,
    coverage: await coverageOf(view),
    entries: await provenEntries(view, proven),
    asOf: asOf(view, through),
    assurance: 'rows',
    notEstablished: ['complete', 'counts', 'not-revoked'],
  }
}

/** For each version the entries that list it, ascending; '' where none is stated. */
async function listedVersions(view: View, name: string): Promise<ReadonlyMap<string, readonly LogIndex[]>> {
  const listed = new Map<string, LogIndex[]>()
  const add = (version: string, index: LogIndex): void => {
    const entries = listed.get(version)
    if (entries === undefined) listed.set(version, [index])
    else entries.push(index)
  }
  for (const { key } of await view.reader.keys('components', componentPrefix(name))) {
    const version = parseComponentKey(key)?.version
    for (const index of await view.reader.postings('components', key)) {
      if (version !== undefined) add(version, index)
      else for (const one of new Set(await versionsBehind(view, key, index))) add(one, index)
    }
  }
  return listed
}

/** The entries by registered signers, each with the images that it is a counting SBOM of. */
type Standing = ReadonlyMap<LogIndex, readonly ImageDigest[]>

async function standingEntries(view: View, indexes: ReadonlySet<LogIndex>): Promise<Standing> {
  const rows = await readEntryRows(view.reader, [...indexes])
  const registered = rows
    .map((row) => row.facts)
    .filter(({ index, key }) => isRegistered(view.trust, index, key))
    .map((facts) => ({ index: facts.index, images: imagesOf(facts, view.trust) }))
  const images = [...new Set(registered.flatMap((one) => one.images))]
  const records = await readKnownImages(view.reader, images)
  const counting = new Map(images.map((image, at) => [image, new Set(records[at]?.sboms)]))
  return new Map(
    registered.map((one) => [
      one.index,
      one.images.filter((image) => counting.get(image)?.has(one.index) === true),
    ]),
  )
}

/** None if only strangers list the version. */
function versionRow(
  { version, ordered }: PlacedVersion,
  entries: readonly LogIndex[],
  standing: Standing,
): readonly VersionRow[] {
  const stated = entries.filter((index) => standing.has(index))
  const images = new Set(stated.flatMap((index) => standing.get(index) ?? []))
  const entry = stated.find((index) => (standing.get(index) ?? []).length > 0) ?? stated[0]
  if (entry === undefined) return []
  return [
    {
      version: version === '' ? null : version,
      ordered,
      images: images.size,
      statements: stated.length,
      entry,
    },
  ]
}
