/**
 * Lists as people hand them round: plain lines, or CSV in one of its dialects, from text to the cells of each line.
 *
 *     # comment
 *     name,version              cells stand between "," or ";" or TAB, as the first line has it
 *     "a, b";'1.0'              quotes as in RFC 4180
 *
 * What cells mean is the business of package-list.ts.
 */
import { Fault } from '../errors.ts'

/** A bad day's list has a thousand; ten thousand lines of 400 characters. */
export const MAX_LIST_LINES = 10_000
export const MAX_LIST_CHARACTERS = 4 * 2 ** 20

export interface ListLine {
  /** From 1. */
  readonly line: number
  /** Without quotes and blanks around; empty ones at the end are left out. At least one. */
  readonly cells: readonly string[]
}

const SEPARATORS = ['\t', ';', ','] as const

/**
 * Empty lines and comments are left out.
 *
 * @throws Fault `list-too-large`, `list-malformed` for a quote that is not closed or text that is none
 */
export function listLines(text: string, name = 'list'): readonly ListLine[] {
  if (text.length > MAX_LIST_CHARACTERS)
    throw tooLarge(`${name}: expected at most ${MAX_LIST_CHARACTERS} characters, got ${text.length}`)
  if (/\p{Surrogate}/u.test(text))
    throw new Fault('list-malformed', `${name}: expected text without lone surrogates`)
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)
    .map((written, at) => ({ line: at + 1, content: contentOf(written) }))
    .filter(({ content }) => content !== '')
  if (lines.length > MAX_LIST_LINES)
    throw tooLarge(`${name}: expected at most ${MAX_LIST_LINES} lines, got ${lines.length}`)
  const usual = separatorOf(lines[0]?.content ?? '')
  return lines.flatMap(({ line, content }) => {
    const separator =
      usual !== undefined && outsideQuotes(content).includes(usual) ? usual : separatorOf(content)
    const cells = splitCells(content, separator, `${name}: line ${line}`)
    const last = cells.findLastIndex((cell) => cell !== '')
    return last === -1 ? [] : [{ line, cells: cells.slice(0, last + 1) }]
  })
}

/** Without comment and the bullet of a list in Markdown. */
function contentOf(written: string): string {
  const line = written.trim()
  if (/^(?:#|\/\/)/.test(line)) return ''
  const bare = line.replace(/^[-*•]\s+/, '')
  return bare.includes('"') ? bare : bare.replace(/\s#.*$/, '').trim()
}

function separatorOf(line: string): string | undefined {
  const bare = outsideQuotes(line)
  return SEPARATORS.find((one) => bare.includes(one))
}

function outsideQuotes(line: string): string {
  return line.includes('"') ? line.replace(/"[^"]*"/g, '') : line
}

function splitCells(line: string, separator: string | undefined, place: string): readonly string[] {
  if (!line.includes('"')) return (separator === undefined ? [line] : line.split(separator)).map(bareCell)
  const cells: string[] = []
  let [cell, isQuoted, hasClosed] = ['', false, false]
  for (const character of line) {
    const isMark = character === '"'
    // A doubled quote within quotes is one: it closes and opens at once.
    if (isMark && hasClosed) cell += '"'
    hasClosed = isMark && isQuoted
    if (isMark) isQuoted = !isQuoted
    else if (character === separator && !isQuoted) {
      cells.push(cell.trim())
      cell = ''
    } else cell += character
  }
  if (isQuoted) {
    throw new Fault('list-malformed', `${place}: expected a closing ", got ${line.slice(0, 100)}`, {
      hint: 'A cell may not go on in the next line.',
    })
  }
  return [...cells, cell.trim()]
}

/** Some write single quotes or backticks around names. */
function bareCell(cell: string): string {
  const bare = cell.trim()
  return /^(['`]).*\1$/.test(bare) ? bare.slice(1, -1).trim() : bare
}

function tooLarge(message: string): Fault {
  return new Fault('list-too-large', message, {
    hint: 'Split it, and ask for the parts one after the other.',
  })
}
