/**
 * Rows as CSV (RFC 4180) for spreadsheets. No proofs: whoever needs them asks for JSON or NDJSON.
 *
 * What people wrote into SBOMs stands in the cells, and a spreadsheet runs a cell that begins as a formula. Such a cell
 * gets an apostrophe in front; control and direction characters become visible escapes. The last line is `#END`, the
 * number of rows, how far the answer reaches, and how many claims of unregistered signers are not listed here; without it
 * the stream was cut.
 */
import { printable } from '../encoding/printable.ts'
import type { RowFormat, RowPage } from './row-format.ts'

const COLUMNS = ['image', 'names', 'status', 'revoked', 'matches', 'entries', 'builders', 'commits']

export function createCsv(): RowFormat {
  let begun = false
  let unregistered = 0
  return {
    contentType: 'text/csv; charset=utf-8; header=present',
    page({ items, unregistered: claims }) {
      unregistered += claims === undefined ? 0 : claims.items.length + claims.more
      const header = begun ? [] : [COLUMNS]
      begun = true
      return [...header, ...items.map(cellsOf)].map(csvLine).join('')
    },
    end: ({ asOf, coverage }, rows) => {
      const reach = { origin: asOf.origin, treeSize: asOf.treeSize, indexedThrough: asOf.indexedThrough }
      const facts = Object.entries({
        ...reach,
        ...coverage,
        ...(unregistered === 0 ? {} : { unregistered }),
      }).map(([name, value]) => `${name}=${value}`)
      return csvLine(['#END', String(rows), ...facts])
    },
    failure: () => '',
  }
}

function cellsOf(row: RowPage['items'][number]): readonly string[] {
  const purls = row.matches.flatMap((one) => ('purl' in one ? [one.purl] : []))
  return [
    row.image,
    row.names.join(' '),
    row.status,
    String(row.revoked),
    purls.join(' '),
    row.matches.map((one) => one.entry).join(' '),
    row.provenance.map((one) => one.builder).join(' '),
    row.provenance.flatMap((one) => one.commits).join(' '),
  ]
}

export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join()}\r\n`
}

/** Also quoted where a spreadsheet of another country would cut: its separator may be a semicolon. */
export function csvCell(text: string): string {
  const plain = printable(text)
  // Full-width signs begin a formula too; spaces in front are thrown away.
  const guarded = /^\s*[=+\-@＝＋－＠]/u.test(plain) ? `'${plain}` : plain
  return /[",;]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded
}
