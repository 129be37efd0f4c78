import { expect } from 'chai'
import { describe, it } from 'mocha'
import { jsonPieces } from '../../src/encoding/json-pieces.ts'
import { printableJson } from '../../src/encoding/printable.ts'

describe('JSON in pieces', () => {
  const rows = Array.from({ length: 3_000 }, (_, n) => ({
    n,
    text: `row ${n}\u202e`,
    none: undefined,
    list: [n, null],
  }))
  const answer = {
    items: rows,
    proof: { keys: [{ postings: rows.map(({ n }) => n) }], absent: [], nothing: undefined },
    entries: Object.fromEntries(rows.map((row) => [`${row.n}"`, row])),
    text: 'x'.repeat(100_000),
    'a "name"': true,
  }

  it('is what it is in one piece', () => {
    for (const value of [answer, rows, [], {}, null, 'text', 7, [undefined, 1].slice(1)])
      expect([...jsonPieces(value)].join('')).to.equal(printableJson(value))
  })

  it('comes in short pieces, however long lists and tables within are; a text is never cut', () => {
    const lengths = [...jsonPieces(answer)].map((piece) => piece.length)
    expect(lengths.filter((length) => length > 40_000)).to.deep.equal([100_002])
    expect(lengths.length).to.be.above(6_000)
  })
})
