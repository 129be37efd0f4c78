/** What a search found, in sentences: how many images, how far that reaches, on whose word, and what was not asked. */
import type { SearchRow } from '../verify/search.ts'
import {
  asOfSentence,
  eachRow,
  missingSentence,
  NAMES_WORD,
  TIMES_WORD,
  UNKNOWN_IS_SERVERS_WORD,
  VEX_WORD,
} from './answer-sentences.ts'
import type { Asked } from './search-asked.ts'
import { basesToFix, groupRows, type Grouping } from './search-groups.ts'
import type { SearchPages } from './search-pages.ts'
import { scopeText } from './search-scope.ts'
import { formatUnknown } from './unknown-images.ts'
import { disagreements, formatSearchRows } from './search-rows.ts'
import { formatVersions } from './search-versions.ts'
import { plural, printWrapped } from './table.ts'
import { visible, type Terminal } from './terminal.ts'
import { printClaims } from './unregistered-claims.ts'

type Sentence = readonly [mark: string, text: string]

export function printSearch(
  terminal: Terminal,
  found: SearchPages,
  asked: Asked,
  grouping: Grouping | undefined,
): void {
  const { items } = found.answer
  for (const block of blocksOf(found, grouping, terminal.columns)) {
    for (const line of block) terminal.print(line)
    terminal.print('')
  }
  const { unknown } = found
  if (unknown !== undefined && unknown.length > 0) {
    for (const line of formatUnknown(unknown, terminal.columns)) terminal.print(line)
    terminal.print('')
  }
  const sentences: readonly Sentence[] = [
    ...basesToFix(items, found.origins).map((text) => ['', visible(text)] as const),
    ...disagreements(items).map((text) => ['! ', text] as const),
    ...searchSentences(found, asked),
  ]
  for (const [mark, text] of sentences) printWrapped(terminal, mark, text)
  printClaims(terminal, found.answer.unregistered)
}

/** The table, or one for each group, and the versions found. */
function blocksOf(
  { answer: { items, question }, origins }: SearchPages,
  grouping: Grouping | undefined,
  columns: number | undefined,
): readonly (readonly string[])[] {
  if (items.length === 0) return []
  const table = formatSearchRows(items, question, columns, origins)
  const lines = new Map<SearchRow, readonly string[]>(items.map((row, at) => [row, table.blocks[at] ?? []]))
  if (grouping === undefined)
    return [[table.header, ...table.blocks.flat()], ...orNone(formatVersions(items))]
  const groups = groupRows(items, grouping, origins).map(({ title, rows }) => [
    `${visible(title)}: ${plural(rows.length, 'image')}`,
    ...rows.flatMap((row) => lines.get(row) ?? []).map((line) => `  ${line}`),
  ])
  return [[`  ${table.header}`], ...groups]
}

function orNone(lines: readonly string[]): readonly (readonly string[])[] {
  return lines.length === 0 ? [] : [lines]
}

/** The four counts are all images of the scope. */
function searchSentences(
  { answer, isWhole, unknown: listed, hiddenLifted = 0, ...proven }: SearchPages,
  asked: Asked,
): readonly Sentence[] {
  const { coverage, items } = answer
  const { images, affected, notAffected, undetermined, unknown, unreadableEntries } = coverage
  const counted = affected + notAffected + undetermined + unknown
  return [
    ['', summary(answer.coverage, asked)],
    ...liftedSentences(answer.coverage.lifted ?? 0, hiddenLifted),
    [
      '',
      `Of ${plural(images, 'image')}${scopeText(asked.question.scope)}: ${affected} affected, ${notAffected} not affected, ${undetermined} undetermined, ${unknown} unknown (no SBOM that counts${unknown > 0 && listed === undefined ? '; --unknown lists them' : ''}).`,
    ],
    ...(counted === images
      ? []
      : [['! ', `The server’s counts do not add up: ${counted} of ${images}.`] as const]),
    ...(unreadableEntries > 0
      ? [['', `${plural(unreadableEntries, 'entry', 'entries')} could not be read.`] as const]
      : []),
    ['', asOfSentence(answer)],
    ...(items.length > 0 ? [['✓ ', eachRow(proven.complete)] as const] : namespaceAdvice(asked)),
    missingSentence(answer.asOf, proven),
    ...(asked.isByName ? [['? ', NAMES_WORD] as const] : []),
    ...(listed === undefined ? [] : unknownSentences(listed.length, unknown)),
    ...(answer.notEstablished.includes('vex') ? [['? ', VEX_WORD] as const] : []),
    ...(answer.notEstablished.includes('times') ? [['? ', TIMES_WORD] as const] : []),
    ...(isWhole ? [] : [['', `Not all rows are shown: --limit ${items.length}.`] as const]),
    ...notLookedFor(asked),
    ...cpeSentences(asked),
  ]
}

function unknownSentences(listed: number, counted: number): readonly Sentence[] {
  const differ = `The server counts ${counted} unknown images and lists ${listed}.`
  return [
    ...(listed === counted ? [] : [['! ', differ] as const]),
    ...(listed === 0 ? [] : [['? ', UNKNOWN_IS_SERVERS_WORD] as const]),
  ]
}

/** The counts before it are those of the SBOMs. */
function liftedSentences(lifted: number, hidden: number): readonly Sentence[] {
  if (lifted === 0 && hidden === 0) return []
  const are = lifted === 1 ? 'is' : 'are'
  const notShown = hidden === 0 ? '' : ` ${plural(hidden, 'lifted image')} not shown (--hide-lifted).`
  return [
    [
      '',
      `${lifted} of the images found ${are} lifted by VEX statements, and counted as the SBOMs say.${notShown}`,
    ],
  ]
}

function summary(
  { images, affected, undetermined, unknown }: SearchPages['answer']['coverage'],
  { what, aliases, question }: Asked,
): string {
  const isAdvisory = what.every((one) => aliases.has(one) || / advisories of /.test(one))
  const asked = visible(what.join(' or '))
  const withSbom = images - unknown
  if (images === 0)
    return `Nothing can be said about ${asked}: no image is known${scopeText(question.scope)}.`
  if (withSbom === 0) return `Nothing can be said about ${asked}: no image has an SBOM that counts.`
  const is = affected === 1
  const does = isAdvisory ? `${is ? 'is' : 'are'} affected by` : is ? 'contains' : 'contain'
  const also = undetermined === 0 ? '' : ` Of ${undetermined} more nobody can tell.`
  if (affected > 0) return `${affected} of ${plural(withSbom, 'image')} with an SBOM ${does} ${asked}.${also}`
  return `None of ${plural(withSbom, 'image')} with an SBOM is known to ${isAdvisory ? 'be affected by' : 'contain'} ${asked}.${also}`
}

/** Ecosystems whose packages are named with a namespace: without it a name is most likely a slip, not an all-clear. */
const namespaced: Readonly<Record<string, string>> = {
  apk: 'alpine',
  composer: 'vendor',
  deb: 'debian',
  github: 'owner',
  golang: 'host/path',
  maven: 'group',
  rpm: 'redhat',
}

function namespaceAdvice({ question: { parts } }: Asked): readonly Sentence[] {
  const [part, another] = parts
  if (part?.kind !== 'package' || another !== undefined) return []
  const [, type = '', rest = ''] = /^pkg:([a-z0-9.+-]+)\/(.*)$/.exec(part.affected.keys[0] ?? '') ?? []
  const namespace = namespaced[type]
  if (namespace === undefined || rest.includes('/')) return []
  return [
    [
      '! ',
      `Packages of ${type} are named with a namespace, such as pkg:${type}/${namespace}/${visible(rest)}: without it nothing may match. attestree find ${visible(rest)} finds it by its name.`,
    ],
  ]
}

/** Who asks by CPE must not take the answer for one about packages. */
function cpeSentences({ question: { parts } }: Asked): readonly Sentence[] {
  if (!parts.some(({ kind }) => kind === 'cpe')) return []
  return [
    [
      '? ',
      'By CPE only components without a package URL are found: ask for the package as well (pkg:…, --osv).',
    ],
  ]
}

/** Named on the screen; all of them are counted. */
const MAX_NAMED = 10

function notLookedFor({ notLookedFor: names }: Asked): readonly Sentence[] {
  if (names.length === 0) return []
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : ''
  const shown = names.slice(0, MAX_NAMED).map(visible).join(', ')
  return [['! ', `Not looked for, since SBOMs list no such packages that we know of: ${shown}${more}.`]]
}
