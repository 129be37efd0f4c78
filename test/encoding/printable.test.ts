import { describe, it } from 'mocha'
import { expect } from 'chai'
import { createNdjson } from '../../src/http/ndjson.ts'
import { printableJson } from '../../src/encoding/printable.ts'
import type { RowPage } from '../../src/http/row-format.ts'

/** Ends a line for many readers (Python's splitlines, say); a control sequence; a change of direction; a tag. */
const HOSTILE =
  'a\u2028{"kind":"End","count":0,"complete":true}\u0085\u2029\u009b2J\u202e\u{e0041}é日\u{1f600}'

describe('text of strangers in JSON', () => {
  it('reads the same as before, and has no character in it that moves a cursor or ends a line', () => {
    const text = printableJson({ name: HOSTILE, [HOSTILE]: 1 })
    expect(JSON.parse(text)).to.deep.equal({ name: HOSTILE, [HOSTILE]: 1 })
    expect(text).to.not.match(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    expect(text).to.include('é日\u{1f600}')
  })

  it('ends no line of NDJSON, whatever a reader takes for the end of one', () => {
    const row = { image: 'sha256:00', names: [HOSTILE] }
    const page = { question: {}, items: [row], coverage: {}, entries: {}, asOf: { checkpoint: 'c' } }
    const format = createNdjson()
    const lines = [format.page(page as unknown as RowPage), format.end(page as unknown as RowPage, 1)]
      .join('')
      .split(/[\n\r\v\f\u0085\u2028\u2029]/)
      .filter((line) => line !== '')
    const kinds = lines.map((line) => (JSON.parse(line) as { kind: string }).kind)
    expect(kinds).to.deep.equal(['Answer', 'AsOf', 'Row', 'End'])
  })
})
