/** A name in a question: what it means in the log that is asked, and how that is said. */
import type { NamedParts } from '../client/named-parts.ts'
import type { NameMatch, NameRow } from '../verify/names-answer.ts'
import type { SearchPart } from '../verify/search.ts'
import { plural } from './table.ts'
import { visible } from './terminal.ts'

export interface NameAsked {
  readonly name: string
  readonly match: NameMatch
  readonly range?: string
  readonly version?: string
  readonly ecosystem?: string
}

/** Asks the log. */
export type NameLookup = (asked: NameAsked) => Promise<NamedParts>

/** Named on the screen; all of them are asked for. */
const MAX_NAMED = 10

export interface NamedPiece {
  readonly parts: readonly SearchPart[]
  /** For a sentence: "… contains" */
  readonly what: string
  readonly note: string
}

/** `log4j-core@2.14.1`, `@babel/core@7.0.0`: with the version, if there is one. */
export function typedName(text: string): Pick<NameAsked, 'name' | 'version'> {
  const [, name, version] = /^(.+)@([^@]+)$/.exec(text) ?? []
  return name === undefined || version === undefined ? { name: text } : { name, version }
}

export function namedPiece(asked: NameAsked, { parts, meant }: NamedParts): NamedPiece {
  const named = wordsOf(asked)
  const { range, version } = asked
  return {
    parts,
    what: `${named}${version === undefined ? '' : `@${version}`}${range === undefined ? '' : ` in ${range}`}`,
    note: `${visible(named)} means ${shown(meant)}.`,
  }
}

function wordsOf({ name, match }: NameAsked): string {
  switch (match) {
    case 'exact':
      return name
    case 'prefix':
      return `a name that begins with ${name}`
    case 'substring':
      return `a name with ${name} in it`
  }
}

function shown(meant: readonly NameRow[]): string {
  const named = meant.slice(0, MAX_NAMED).map(nameRowText)
  const more = meant.length - named.length
  return [...named, ...(more === 0 ? [] : [`${more} more`])].join(', ')
}

function nameRowText({ kind, name, versions, entries }: NameRow): string {
  const what = { purl: name, cpe: `CPE ${name}`, name: 'components known by that name alone' }[kind]
  return `${visible(what)} (${plural(versions, 'version')} in ${plural(entries, 'SBOM')})`
}
