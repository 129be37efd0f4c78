/**
 * Licence expressions (SPDX 2.3, annex D) as SBOMs state them: which ids stand in one.
 *
 *     (MIT OR apache-2.0) AND LicenseRef-x      →  MIT, apache-2.0
 *     GPL-2.0+ WITH Bison-exception-2.2         →  GPL-2.0
 *     GPL-2.0, LGPL-2.1                         →  GPL-2.0, LGPL-2.1      no expression, but what trivy writes
 *
 * The grammar is that of spdx-expression-parse, over words of ours: which words are licences says licence-list.ts, which
 * a verifier does without (12 kB). A text that is no expression ("Apache License 2.0") states none.
 */
import parse, { type LicenceNode, type LicenceToken } from 'spdx-expression-parse/parse.js'

/** Debian packages list up to fifty licences; nobody writes more by hand. */
const MAX_TEXT_LENGTH = 8_192
/** The parser calls itself for each; real ones have one or two. */
const MAX_DEPTH = 50
/** As deep again: the parser calls itself for each operator of a chain. */
const MAX_TOKENS = 2_000

/** In the order of the text and its spelling; no `LicenseRef`, no exception. Never refuses. */
export function licenceIds(text: string): readonly string[] {
  if (text.length > MAX_TEXT_LENGTH) return []
  // Neither mark stands in an expression: trivy joins with commas, old Cargo files with slashes.
  return text.split(/[,/]/).flatMap((one) => idsOf(one))
}

/** Letters, digits, "." and "-": what an id is made of, whether or not it is listed. */
export function isLicenceId(text: string): boolean {
  return /^[a-z0-9.-]{1,100}$/i.test(text)
}

/** Ids are the same in every case (annex D.2). */
export function isSameLicence(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

function idsOf(expression: string): readonly string[] {
  const trimmed = expression.trim()
  // Nearly all are one id.
  if (isLicenceId(trimmed)) return trimmed.startsWith('LicenseRef-') ? [] : [trimmed]
  const tokens = tokensOf(trimmed)
  if (tokens === undefined || tokens.length === 0) return []
  const depth = tokens.filter((token) => token.string === '(').length
  if (depth > MAX_DEPTH || tokens.length > MAX_TOKENS) return []
  const root = parsedOrUndefined(tokens)
  return root === undefined ? [] : idsIn(root)
}

function parsedOrUndefined(tokens: readonly LicenceToken[]): LicenceNode | undefined {
  try {
    return parse(tokens)
  } catch {
    // The library has no other way to say "no expression", and reads nothing but the tokens.
    return undefined
  }
}

function idsIn(node: LicenceNode): readonly string[] {
  if ('conjunction' in node) return [...idsIn(node.left), ...idsIn(node.right)]
  return /^(LicenseRef|DocumentRef)-/.test(node.license) ? [] : [node.license]
}

const word = /\s*(?:([():]|\+(?<!\s\+))|([a-z0-9.-]+))/iy

/** Undefined if something else stands there. */
function tokensOf(expression: string): readonly LicenceToken[] | undefined {
  const tokens: LicenceToken[] = []
  word.lastIndex = 0
  while (word.lastIndex < expression.length) {
    const [, mark, text = ''] = word.exec(expression) ?? []
    if (mark === undefined && text === '') return undefined
    tokens.push(mark === undefined ? wordToken(text, tokens.at(-1)) : { type: 'OPERATOR', string: mark })
  }
  return tokens
}

function wordToken(text: string, before: LicenceToken | undefined): LicenceToken {
  if (/^(and|or|with)$/i.test(text)) return { type: 'OPERATOR', string: text.toUpperCase() }
  if (before?.string === 'WITH') return { type: 'EXCEPTION', string: text }
  const [, kind, name = ''] = /^(LicenseRef|DocumentRef)-(.+)$/.exec(text) ?? []
  if (kind === undefined) return { type: 'LICENSE', string: text }
  return { type: kind === 'LicenseRef' ? 'LICENSEREF' : 'DOCUMENTREF', string: name }
}
