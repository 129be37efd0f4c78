/** Tables and paragraphs: nothing is ever cut, and what is too long goes on in the next line. */
import { visible, type Terminal } from './terminal.ts'

/**
 * Lines of a table: a header row, one row per thing, columns as wide as their longest cell. Cells are a stranger's text
 * and are made visible.
 */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const all = [header, ...rows.map((row) => row.map(visible))]
  const widths = header.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)))
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/**
 * A paragraph behind `mark`, broken between words to fit `columns`; the lines after the first stand below its text. A
 * word that is longer than a line stays whole, so that digests can be copied.
 *
 * @param columns undefined: one line
 */
export function wrap(mark: string, text: string, columns: number | undefined): readonly string[] {
  const indent = ' '.repeat(mark.length)
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && columns !== undefined && mark.length + longer.length > columns) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line].map((one, at) => (at === 0 ? mark : indent) + one)
}

/** A paragraph of the answer, as `wrap`. */
export function printWrapped(terminal: Terminal, mark: string, text: string): void {
  for (const line of wrap(mark, text, terminal.columns)) terminal.print(line)
}

/** `690,397 bytes` */
export function bytesText({ length }: Uint8Array): string {
  return `${length.toLocaleString('en')} ${length === 1 ? 'byte' : 'bytes'}`
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}
