import { expect } from 'chai'
import { describe, it } from 'mocha'
import { isSignature } from '../../src/crypto/signature.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { isSignatureElsewhere } from '../../src/http/signature-elsewhere.ts'
import { flipBit } from '../helpers/mangle.ts'
import { testKey } from '../helpers/test-key.ts'

describe('verifying in the pool of threads', () => {
  const message = utf8('what was signed')

  for (const kind of ['ecdsa-p256', 'ed25519'] as const) {
    it(`gives the verdicts that verifying here gives (${kind})`, async () => {
      const key = testKey('elsewhere', kind)
      const signature = key.sign(message)
      const others = [new Uint8Array(), signature.subarray(1), new Uint8Array([...signature, 0])]
      const flipped = Array.from({ length: 40 }, (_, bit) => flipBit(signature, bit * 7))
      expect(await isSignatureElsewhere(key.publicKey, message, signature)).to.equal(true)
      expect(await isSignatureElsewhere(key.publicKey, utf8('something else'), signature)).to.equal(false)
      for (const one of [...others, ...flipped])
        expect(await isSignatureElsewhere(key.publicKey, message, one)).to.equal(
          isSignature(key.publicKey, message, one),
        )
    })
  }
})
