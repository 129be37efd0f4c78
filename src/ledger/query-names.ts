/**
 * "What is there of this name?" The table of names has a row for each name by which people ask for something; how many
 * versions and entries there are is counted under its keys.
 */
import type { LogIndex } from '../brand.ts'
import { compareBytes } from '../encoding/bytes.ts'
import { formatHex } from '../encoding/hex.ts'
import { utf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'
import { componentPrefix, cpePrefix, namePrefix, originPrefix, parseComponentKey } from '../map/keys.ts'
import { spokenNames, typedSpellings, type ListedName } from '../sbom/spoken-names.ts'
import type { NameMatch, NameRow, NamesAnswer, NamesQuestion } from '../verify/names-answer.ts'
import { parseNameKey, parseNameRow } from './index-rows.ts'
import { formatKeyCursor, parseKeyCursor } from './key-cursor.ts'
import { DEFAULT_PAGE_ROWS } from './limits.ts'
import type { Asked } from './moment.ts'
import type { IndexRow } from './ports.ts'
import { asOf, coverageOf, provenEntries, trustRootEntries, type View } from './view.ts'

/** As many as one read of a table takes well. */
const NAMES_AT_ONCE = 1_000
/** Looked at for one page: some ten thousand take 100 ms, and nobody may ask for more than that at once. */
const MAX_SCANNED = 30_000
/** Longer ones are not in the table. */
const MAX_NAME_CHARS = 512

export interface NamesAsked {
  readonly name: string
  /** @default exact */
  readonly match?: NameMatch
  readonly type?: string
  readonly limit?: number
  readonly cursor?: string
}

/** @throws Fault `malformed` (`parameter-malformed`, `cursor-malformed`) */
export function askNames(asked: NamesAsked): Asked<NamesAnswer> {
  const { name, match = 'exact', type, limit = DEFAULT_PAGE_ROWS, cursor } = asked
  checkName(name)
  const question: NamesQuestion = { name, match, ...(type === undefined ? {} : { type }) }
  const after = cursor === undefined ? undefined : parseKeyCursor(question, cursor)
  return {
    answer: (view) => queryNames({ view, question }, limit, after?.after),
    ...(after === undefined ? {} : { at: after.through }),
  }
}

function checkName(name: string): void {
  const refuse = (expected: string, hint: string): Fault =>
    new Fault('parameter-malformed', `name: expected ${expected}, got ${name.slice(0, 100)}`, {
      hint,
      facts: { parameter: 'name' },
    })
  if (/^pkg:/i.test(name))
    throw refuse('a name as people use it', 'Of a package URL: /ledger/v1/packages?component=PURL')
  if (name.trim() === '' || name.length > MAX_NAME_CHARS)
    throw refuse(`1 to ${MAX_NAME_CHARS} characters`, 'For example: log4j-core, @babel/core, openssl')
}

interface Names {
  readonly view: View
  readonly question: NamesQuestion
}

async function queryNames(names: Names, limit: number, after: Uint8Array | undefined): Promise<NamesAnswer> {
  const { view, question } = names
  const { found, last } = await findNames(names, limit, after)
  const items: NameRow[] = []
  for (const one of found) items.push(await rowOf(names, one))
  const proven = [...(await trustRootEntries(view)), ...items.map((row) => row.entry)]
  return {
    question,
    items,
    ...(last === undefined
      ? {}
      : { next: formatKeyCursor(question, { after: last, through: view.through }) }),
    coverage: await coverageOf(view),
    entries: await provenEntries(view, proven),
    asOf: asOf(view, view.through),
    assurance: 'rows',
    notEstablished: ['complete', 'counts'],
  }
}

interface Found {
  readonly listed: ListedName
  readonly first: LogIndex
}

/** `last` is the key to go on behind; undefined at the end of the table. */
async function findNames(
  names: Names,
  limit: number,
  after: Uint8Array | undefined,
): Promise<{ readonly found: readonly Found[]; readonly last?: Uint8Array | undefined }> {
  const { view, question } = names
  const found: Found[] = []
  let [scanned, last] = [0, after]
  for (const spelling of spellingsOf(question)) {
    for await (const row of tableOfNames(names, furthest(startOf(question, spelling), after))) {
      const { spoken, listed } = parseNameKey(row.key)
      if (isBehind(question, spelling, spoken)) break
      if (found.length >= limit || ++scanned > MAX_SCANNED) return { found, last }
      last = row.key
      if (!isAsked(question, spelling, spoken, listed)) continue
      const { first } = parseNameRow(row)
      // In the past, names of later are in the table already.
      if (first < view.through) found.push({ listed, first })
    }
  }
  return { found }
}

async function* tableOfNames({ view }: Names, after: Uint8Array | undefined): AsyncGenerator<IndexRow> {
  let last = after
  for (;;) {
    const rows = await view.reader.scan('name', {
      ...(last === undefined ? {} : { after: last }),
      limit: NAMES_AT_ONCE,
    })
    yield* rows
    last = rows.at(-1)?.key
    if (rows.length < NAMES_AT_ONCE) return
  }
}

/** In byte order, as the table is read. */
function spellingsOf({ name, match }: NamesQuestion): readonly string[] {
  const [folded = '', ...others] = typedSpellings(name)
  return match === 'exact' ? [folded, ...others].sort() : [folded]
}

/** Behind this key stand those that may be meant; undefined for all of them. */
function startOf({ match }: NamesQuestion, spelling: string): Uint8Array | undefined {
  if (match === 'substring') return undefined
  return utf8(match === 'exact' ? `${spelling}\0` : spelling)
}

function furthest(a: Uint8Array | undefined, b: Uint8Array | undefined): Uint8Array | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return compareBytes(a, b) < 0 ? b : a
}

/** Then none that comes after it is meant. */
function isBehind({ match }: NamesQuestion, spelling: string, spoken: string): boolean {
  if (match === 'substring') return false
  return match === 'exact' ? spoken !== spelling : !spoken.startsWith(spelling)
}

/** What has several names is found by one of them. */
function isAsked(
  { name, match, type }: NamesQuestion,
  spelling: string,
  spoken: string,
  listed: ListedName,
): boolean {
  const isOfType = type === undefined || isPackageOf(type, listed)
  switch (match) {
    case 'exact':
      return isOfType && (spelling === typedSpellings(name)[0] || isPackageOf('pypi', listed))
    case 'prefix':
      return isOfType && spoken === lowest(spokenNames(listed).filter((one) => one.startsWith(spelling)))
    case 'substring':
      // The whole name holds the others.
      return isOfType && spoken.includes(spelling) && spoken === spokenNames(listed).at(-1)
  }
}

function isPackageOf(type: string, { kind, name }: ListedName): boolean {
  return kind === 'purl' && name.startsWith(`pkg:${type}/`)
}

function lowest(names: readonly string[]): string | undefined {
  return [...names].sort((a, b) => compareBytes(utf8(a), utf8(b)))[0]
}

async function rowOf({ view }: Names, { listed, first }: Found): Promise<NameRow> {
  const versions = new Set<string>()
  const entries = new Set<LogIndex>()
  for (const prefix of prefixesOf(listed)) {
    for (const { key } of await view.reader.keys('components', prefix)) {
      const postings = await view.reader.postings('components', key)
      if (postings.length > 0) versions.add(parseComponentKey(key)?.version ?? formatHex(key))
      for (const index of postings) entries.add(index)
    }
  }
  return { ...listed, versions: versions.size, entries: entries.size, entry: first }
}

function prefixesOf({ kind, name }: ListedName): readonly Uint8Array[] {
  switch (kind) {
    case 'purl':
      return [componentPrefix(name), originPrefix(name)]
    case 'cpe':
      return [cpePrefix(name)]
    case 'name':
      return [namePrefix(name)]
  }
}
