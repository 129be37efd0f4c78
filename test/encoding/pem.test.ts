import { formatBase64 } from '../../src/encoding/base64.ts'
import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { formatPem, parsePem } from '../../src/encoding/pem.ts'
import { resultOrReason } from '../helpers/fault-of.ts'

const der = Uint8Array.from({ length: 100 }, (_, i) => i)
const good = formatPem('PUBLIC KEY', der)

describe('PEM', () => {
  it('is what it was parsed from, in lines of 64', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = formatPem('PUBLIC KEY', bytes)
        expect(parsePem(text, 'PUBLIC KEY')).to.deep.equal(bytes)
        expect(text.split('\n').every((line) => line.length <= 64)).to.equal(true)
      }),
    )
  })

  const accepted = {
    'CR LF': good.replaceAll('\n', '\r\n'),
    'no final newline': good.trimEnd(),
    'white space around it': `\n  ${good}\n\n`,
    'one long line': `-----BEGIN PUBLIC KEY-----\n${formatBase64(der)}\n-----END PUBLIC KEY-----`,
  }
  for (const [name, text] of Object.entries(accepted)) {
    it(`takes ${name}`, () => expect(parsePem(text, 'PUBLIC KEY')).to.deep.equal(der))
  }

  const refused = {
    'two blocks': good + good,
    'text before the block': `key:\n${good}`,
    'text after the block': `${good}ok`,
    'another label': good.replaceAll('PUBLIC', 'OTHER'),
    'labels that differ': good.replace('END PUBLIC', 'END OTHER'),
    'no end': good.slice(0, 60),
    'other digits': good.replace('AAEC', 'AA-C'),
    'headers inside': good.replace('\n', '\nProc-Type: 4,ENCRYPTED\n\n'),
    'bits after the end': formatPem('PUBLIC KEY', der).replace('Yw==', 'Yx=='),
    'an empty text': '',
    'more than any key takes': good.replace('\n', '\n'.repeat(40_000)),
  }
  for (const [name, text] of Object.entries(refused)) {
    it(`refuses ${name}`, () => {
      expect(resultOrReason(() => parsePem(text, 'PUBLIC KEY'))).to.be.oneOf([
        'pem-malformed',
        'base64-malformed',
      ])
    })
  }
})
