import { expect } from 'chai'
import { describe, it } from 'mocha'
import { isObject, type JsonValue } from '../../src/encoding/strict-json.ts'
import { completeness } from '../../src/verify/completeness-wire.ts'
import { everything, removeAt, setAt } from '../helpers/json-edit.ts'
import { misfits, schemaNamed } from '../helpers/json-schema.ts'
import { refusal, refuseAll } from '../helpers/mangle.ts'

const HASH = 'A'.repeat(43) + '='

const maps = {
  map: { checkpoint: 'a note', entry: `${'0'.repeat(64)}\na note`, inclusion: [HASH], consistency: [HASH] },
  prefixes: [
    {
      prefix: 'cA==',
      keys: [
        { rest: 'QDE=', n: 2, root: HASH, postings: [4, 17] },
        { rest: 'QDI=', n: 1, root: HASH },
      ],
      proof: '',
    },
  ],
  keys: [{ key: 'dQ==', n: 1, root: HASH, postings: [9], proof: 'AAAA' }],
  absent: [{ key: 'cg==', proof: 'AAAA' }],
}

const document: JsonValue = {
  components: maps,
  status: maps,
  manifests: { '17': [{ from: 0, lines: ['k\tsha256:0\t'], proof: [HASH] }] },
}

function read(value: JsonValue): unknown {
  return completeness(value, { pointer: '', strict: true, reason: 'evidence-malformed' })
}

/** An item of a list, a row of a table, or what may be left out. */
function isOptional(pointer: string): boolean {
  return /(^|\/(\d+|postings|components|manifests))$/.test(pointer)
}

describe('completeness proofs as JSON', () => {
  const schema = schemaNamed('completeness.schema.json')

  it('are read as they are written, and fit the schema', () => {
    expect(read(document)).to.deep.equal(document)
    expect(misfits(schema, document)).to.deep.equal([])
    const least = { status: { ...maps, prefixes: [], keys: [], absent: [] } }
    expect(read(least)).to.deep.equal(least)
    expect(misfits(schema, least)).to.deep.equal([])
  })

  it('are refused, by reader and schema, with a member too many or too few', () => {
    for (const { pointer, value } of everything(document)) {
      if (isObject(value) && !pointer.endsWith('manifests')) {
        const strange = setAt(document, `${pointer}/strange`, true)
        expect(refusal(() => read(strange)).reason).to.equal('evidence-malformed')
        expect(misfits(schema, strange), pointer).to.not.be.empty
      }
      if (isOptional(pointer)) continue
      expect(refusal(() => read(removeAt(document, pointer))).reason).to.equal('evidence-malformed')
      expect(misfits(schema, removeAt(document, pointer)), pointer).to.not.be.empty
    }
  })

  it('are refused with a value of another type, anywhere', () => {
    const pointers = Array.from(everything(document), ({ pointer }) => pointer)
    refuseAll(pointers, (pointer) => read(setAt(document, pointer, true)))
    refuseAll(['01', '-1', '1e1', 'x'], (name) => read(setAt(document, '/manifests', { [name]: [] })))
  })
})
