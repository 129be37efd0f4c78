import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'mocha'
import { formatKeyFile, parseKeyFile } from '../../src/crypto/key-file.ts'
import { formatPublicKeyPem, parsePublicKeyPem } from '../../src/crypto/public-key.ts'
import { isSignature } from '../../src/crypto/signature.ts'
import { generateSigningKey, parseSigningKey } from '../../src/crypto/signing-key.ts'
import { formatPem, parsePem } from '../../src/encoding/pem.ts'
import { parseUtf8, utf8 } from '../../src/encoding/utf8.ts'
import { faultOf, resultOrReason } from '../helpers/fault-of.ts'
import { countingRandom, nodePkcs8 } from '../helpers/keys.ts'
import { itWithVectors } from '../helpers/vectors.ts'

const label = 'ENCRYPTED SIGSTORE PRIVATE KEY'

describe("cosign's own key file", () => {
  const read = (folder: string, name: string): string => readFileSync(join(folder, name), 'utf8')

  itWithVectors(
    'cosign',
    'opens with its passphrase, and is the private half of its public key',
    (folder) => {
      const key = parseKeyFile(read(folder, 'cosign.key'), 'attestree')
      expect(key.publicKey).to.deep.equal(parsePublicKeyPem(read(folder, 'cosign.pub')))
      expect(formatPublicKeyPem(key.publicKey)).to.equal(read(folder, 'cosign.pub'))
      const message = utf8('signed with a key of cosign')
      expect(isSignature(key.publicKey, message, key.sign(message))).to.equal(true)
    },
  )

  itWithVectors('cosign', 'does not open with another passphrase', (folder) => {
    for (const passphrase of ['', 'attestree ']) {
      const fault = faultOf(() => parseKeyFile(read(folder, 'cosign.key'), passphrase))
      expect(fault.reason).to.equal('wrong-passphrase')
    }
  })

  itWithVectors('cosign', 'has the same members in the same order as ours', (folder) => {
    const shape = (text: string): string =>
      parseUtf8(parsePem(text, label)).replace(/"(salt|nonce|ciphertext)":"[^"]*"/g, '"$1":"…"')
    const ours = formatKeyFile(parseKeyFile(read(folder, 'cosign.key'), 'attestree'), 'x', countingRandom(1))
    expect(shape(ours)).to.equal(shape(read(folder, 'cosign.key')))
  })
})

describe('key files', () => {
  const key = generateSigningKey('ecdsa-p256', countingRandom(1))
  const text = formatKeyFile(key, 'correct horse', countingRandom(2))
  const json = parseUtf8(parsePem(text, label))

  it('give back the key, of whatever kind, with an empty passphrase and with one beyond ASCII', () => {
    for (const [kind, passphrase] of [
      ['ed25519', ''],
      ['rsa-3072', 'pässwörd 🔑'],
    ] as const) {
      const other = parseSigningKey(nodePkcs8(kind))
      const read = parseKeyFile(formatKeyFile(other, passphrase, countingRandom(3)), passphrase)
      expect(read.publicKey).to.deep.equal(other.publicKey)
      expect(read.pkcs8).to.deep.equal(other.pkcs8)
    }
  })

  it('cost as much as cosign’s to guess, and the least that cosign takes where there is nothing to guess', () => {
    const costOf = (passphrase: string): string | undefined =>
      /"params":\{.*?\}/.exec(
        parseUtf8(parsePem(formatKeyFile(key, passphrase, countingRandom(1)), label)),
      )?.[0]
    expect(costOf('x')).to.equal('"params":{"N":65536,"r":8,"p":1}')
    expect(costOf('')).to.equal('"params":{"N":32768,"r":8,"p":1}')
  })

  it('differ in salt and nonce wherever their random bytes differ', () => {
    expect(formatKeyFile(key, 'correct horse', countingRandom(2))).to.equal(text)
    expect(formatKeyFile(key, 'correct horse', countingRandom(9))).not.to.equal(text)
  })

  it('of cosign 1 are read: the old label and the old cost', () => {
    const old = text.replaceAll('SIGSTORE', 'COSIGN')
    expect(parseKeyFile(old, 'correct horse').pkcs8).to.deep.equal(key.pkcs8)
    // The cost is tried, so this file, made with another, does not open.
    for (const N of [32_768, 131_072]) {
      const other = formatPem(label, utf8(json.replace('65536', String(N))))
      expect(faultOf(() => parseKeyFile(other, 'correct horse')).reason).to.equal('wrong-passphrase')
    }
  })

  const changed: readonly (readonly [string, string, string, string])[] = [
    ['another cost', '65536', '65537', 'key-type-unsupported'],
    ['an enormous cost', '65536', '1073741824', 'key-type-unsupported'],
    ['another r', '"r":8', '"r":16', 'key-type-unsupported'],
    ['another p', '"p":1', '"p":2', 'key-type-unsupported'],
    ['no p', ',"p":1', '', 'key-malformed'],
    ['another derivation', '"scrypt"', '"argon2"', 'key-type-unsupported'],
    ['another cipher', 'nacl/secretbox', 'nacl/box', 'key-type-unsupported'],
    ['a short salt', '"salt":"', '"salt":"AAAA","was":"', 'key-malformed'],
    ['a short nonce', '"nonce":"', '"nonce":"AAAA","was":"', 'key-malformed'],
    ['an empty box', '"ciphertext":"', '"ciphertext":"","was":"', 'wrong-passphrase'],
    ['bad base64', '"salt":"', '"salt":"*', 'base64-malformed'],
    ['a salt that is no string', '"salt":', '"salt":1,"was":', 'key-malformed'],
    ['a name twice', '"salt":', '"salt":"x","salt":', 'json-duplicate-key'],
    ['no JSON', '{', '', 'json-malformed'],
  ]
  for (const [name, from, to, reason] of changed) {
    it(`with ${name} are refused`, () => {
      const file = formatPem(label, utf8(json.replace(from, to)))
      expect(file).not.to.equal(text)
      expect(resultOrReason(() => parseKeyFile(file, 'correct horse'))).to.equal(reason)
    })
  }

  it('that are none are refused with what to do', () => {
    const fault = faultOf(() => parseKeyFile(formatPublicKeyPem(key.publicKey), 'x', 'admin.key'))
    expect(fault.message).to.equal(`admin.key: expected ${label}, got PUBLIC KEY`)
    expect(fault.hint).to.contain('public half')
    expect(faultOf(() => parseKeyFile(formatPem('PRIVATE KEY', key.pkcs8), 'x')).hint).to.contain(
      'import-key-pair',
    )
    expect(faultOf(() => parseKeyFile('secret', 'x')).reason).to.equal('pem-malformed')
  })

  it('hold a key that is checked: what opens may still be no PKCS#8', () => {
    const wrong = formatKeyFile({ ...key, pkcs8: utf8('no key') }, 'x', countingRandom(1))
    expect(faultOf(() => parseKeyFile(wrong, 'x')).reason).to.equal('key-malformed')
  })
})
