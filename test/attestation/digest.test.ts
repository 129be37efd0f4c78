import { expect } from 'chai'
import { describe, it } from 'mocha'
import { acceptedDigests, readDigestSet, sha256Of } from '../../src/attestation/digest.ts'
import { documentField } from '../../src/attestation/field.ts'
import type { JsonValue } from '../../src/encoding/strict-json.ts'

const hex = '0f'.repeat(32)
const read = (value: JsonValue): ReturnType<typeof readDigestSet> =>
  readDigestSet(documentField({ subject: 'test', reason: 'statement-unacceptable' }, value))

describe('attestation/digest', () => {
  it('gives the accepted digests in a fixed order, whatever the order written', () => {
    const set = read({ sha512: hex + hex, sha1: 'x', sha256: hex, constructor: 'y' })
    expect(acceptedDigests(set)).to.deep.equal([`sha256:${hex}`, `sha512:${hex}${hex}`])
    expect(sha256Of(set)).to.equal(`sha256:${hex}`)
  })

  it('finds no SHA-256 where there is none', () => {
    expect(sha256Of(read({ sha1: 'x' }))).to.equal(undefined)
    expect(acceptedDigests(read({ gitCommit: 'x' }))).to.deep.equal([])
  })
})
