import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import * as browser from '../../src/crypto/backend-browser.ts'
import * as node from '../../src/crypto/backend-node.ts'
import { digest, sha256, sha256Id } from '../../src/crypto/sha256.ts'
import { formatHex } from '../../src/encoding/hex.ts'
import { utf8 } from '../../src/encoding/utf8.ts'

/** FIPS 180-4, examples published by NIST: one block, "abc". */
const ofAbc = {
  sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  sha384: 'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7',
  sha512:
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
} as const

describe('hashes', () => {
  for (const algorithm of ['sha256', 'sha384', 'sha512'] as const) {
    it(`${algorithm} gives NIST's example in both backends`, () => {
      expect(formatHex(digest(algorithm, utf8('abc')))).to.equal(ofAbc[algorithm])
      expect(formatHex(browser.hash(algorithm, utf8('abc')))).to.equal(ofAbc[algorithm])
    })

    it(`${algorithm} is the same in Node and in the browser, and plain bytes`, () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
          const result = node.hash(algorithm, bytes)
          expect(result).to.deep.equal(browser.hash(algorithm, bytes))
          expect(result.constructor).to.equal(Uint8Array)
        }),
      )
    })
  }

  it('SHA-256 of nothing is what everybody knows, as bytes and as an id', () => {
    const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    expect(formatHex(sha256(new Uint8Array()))).to.equal(empty)
    expect(sha256Id(new Uint8Array())).to.equal(`sha256:${empty}`)
  })
})
