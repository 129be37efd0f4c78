/** Two backends, one verdict: Node's and the browser's run side by side over the public vectors. */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import nacl from 'tweetnacl'
import * as browser from '../../src/crypto/backend-browser.ts'
import * as node from '../../src/crypto/backend-node.ts'
import { ORDER, littleEndian } from '../../src/crypto/ed25519-rules.ts'
import { parsePublicKey, publicKeyFromEd25519, rawEd25519 } from '../../src/crypto/public-key.ts'
import type { PublicKey } from '../../src/crypto/public-key.ts'
import { generateSigningKey, parseSigningKey } from '../../src/crypto/signing-key.ts'
import { concatBytes } from '../../src/encoding/bytes.ts'
import { parseHex } from '../../src/encoding/hex.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { Fault } from '../../src/errors.ts'
import { countingRandom, nodePkcs8 } from '../helpers/keys.ts'
import { faultOf } from '../helpers/fault-of.ts'
import { itWithVectors, readVectors } from '../helpers/vectors.ts'

type Verdict = 'accepted' | 'refused' | 'key refused' | 'backends differ'

/** Both backends' verdict, or that the key was refused before. */
function judge(key: () => PublicKey, message: Uint8Array, signature: Uint8Array): Verdict {
  const parsed = keyOrFault(key)
  if (parsed instanceof Fault) return 'key refused'
  const byNode = node.verify(parsed.kind, parsed.spki, message, signature)
  const byBrowser = browser.verify(parsed.kind, parsed.spki, message, signature)
  if (byNode !== byBrowser) return 'backends differ'
  return byNode ? 'accepted' : 'refused'
}

function keyOrFault(make: () => PublicKey): PublicKey | Fault {
  try {
    return make()
  } catch (cause) {
    if (cause instanceof Fault) return cause
    throw cause
  }
}

interface CctvCase {
  readonly key: string
  readonly sig: string
  readonly msg: string
  readonly flags: readonly string[] | null
}

describe('both backends on CCTV', () => {
  itWithVectors('cctv', 'of 914 Ed25519 edge cases exactly 43 are accepted, the same ones', (folder) => {
    const cases = readVectors<CctvCase[]>(folder, 'ed25519vectors.json')
    const verdicts = cases.map(({ key, sig, msg }) =>
      judge(() => publicKeyFromEd25519(parseHex(key)), utf8(msg), parseHex(sig)),
    )
    const count = (verdict: Verdict): number => verdicts.filter((found) => found === verdict).length
    expect(cases).to.have.length(914)
    expect({ accepted: count('accepted'), differ: count('backends differ') }).to.deep.equal({
      accepted: 43,
      differ: 0,
    })
    // What is left is malleable in nobody's hands but the signer's: a component of low order in A or R.
    const flags = new Set(cases.flatMap((one, i) => (verdicts[i] === 'accepted' ? (one.flags ?? []) : [])))
    expect([...flags].sort()).to.deep.equal(['low_order_component_A', 'low_order_component_R'])
  })
})

interface WycheproofFile {
  readonly numberOfTests: number
  readonly testGroups: readonly {
    readonly publicKeyDer: string
    readonly tests: readonly {
      readonly tcId: number
      readonly msg: string
      readonly sig: string
      readonly result: 'valid' | 'invalid' | 'acceptable'
    }[]
  }[]
}

interface Exception {
  readonly file: string
  readonly cases: readonly number[]
  readonly verdict: Verdict
  readonly reason: string
}

/** Every case where our verdict is not the vector's own. */
const exceptions: readonly Exception[] = [
  {
    file: 'rsa_signature_2048_sha256_test.json',
    cases: [258, 259],
    verdict: 'key refused',
    reason: 'valid by a key with e = 3; ours have e = 65537 (README 2.7)',
  },
  {
    file: 'rsa_signature_3072_sha256_test.json',
    cases: [259],
    verdict: 'key refused',
    reason: 'valid by a key with e = 3; ours have e = 65537 (README 2.7)',
  },
]

const wycheproofFiles: Readonly<Record<string, number>> = {
  'ed25519_test.json': 151,
  'ecdsa_secp256r1_sha256_test.json': 484,
  'ecdsa_secp384r1_sha384_test.json': 504,
  'ecdsa_secp521r1_sha512_test.json': 542,
  'rsa_signature_2048_sha256_test.json': 259,
  'rsa_signature_3072_sha256_test.json': 259,
  'rsa_signature_4096_sha256_test.json': 258,
}

function verdictsOf(folder: string, file: string): { tcId: number; expected: Verdict; found: Verdict }[] {
  const { testGroups } = readVectors<WycheproofFile>(folder, file)
  return testGroups.flatMap(({ publicKeyDer, tests }) =>
    tests.map(({ tcId, msg, sig, result }) => ({
      tcId,
      expected: result === 'valid' ? 'accepted' : 'refused',
      found: judge(() => parsePublicKey(parseHex(publicKeyDer)), parseHex(msg), parseHex(sig)),
    })),
  )
}

describe('both backends on Wycheproof', () => {
  for (const [file, total] of Object.entries(wycheproofFiles)) {
    itWithVectors('wycheproof', `give the verdicts of ${file}, but for the table of exceptions`, (folder) => {
      const verdicts = verdictsOf(folder, file)
      const differing = verdicts.filter(({ expected, found }) => expected !== found)
      const listed = exceptions
        .filter((exception) => exception.file === file)
        .flatMap(({ cases, verdict }) => cases.map((tcId) => ({ tcId, found: verdict })))
      expect(verdicts).to.have.length(total)
      expect(differing.map(({ tcId, found }) => ({ tcId, found }))).to.deep.equal(listed)
    })
  }
})

describe('both backends', () => {
  const message = utf8('a message')

  it('refuse S + L, which tweetnacl accepts', () => {
    const key = generateSigningKey('ed25519', countingRandom(1))
    const signature = key.sign(message)
    const s = littleEndian(signature.subarray(32)) + ORDER
    const digits = Array.from({ length: 32 }, (_, i) => Number((s >> BigInt(8 * i)) & 255n))
    const malleated = concatBytes(signature.subarray(0, 32), Uint8Array.from(digits))
    const raw = rawEd25519(key.publicKey)
    expect(nacl.sign.detached.verify(message, malleated, raw)).to.equal(true)
    expect(judge(() => key.publicKey, message, malleated)).to.equal('refused')
    expect(nacl.sign.detached.verify(message, signature, raw)).to.equal(true)
    expect(judge(() => key.publicKey, message, signature)).to.equal('accepted')
  })

  it('accept honest Ed25519 signatures and refuse each with one bit changed', () => {
    for (let seed = 0; seed < 10; seed++) {
      const key = generateSigningKey('ed25519', countingRandom(seed))
      const signature = key.sign(message)
      for (let bit = seed; bit < 512; bit += 26) {
        const changed = signature.slice()
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        expect(judge(() => key.publicKey, message, changed)).to.equal('refused')
      }
      expect(judge(() => key.publicKey, message, signature)).to.equal('accepted')
    }
  })

  for (const kind of ['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521', 'ed25519'] as const) {
    it(`verify each other's signatures (${kind}) and refuse them over another message`, () => {
      const key = parseSigningKey(nodePkcs8(kind))
      for (const { sign } of [node, browser]) {
        const signature = sign(kind, key.pkcs8, message)
        expect(judge(() => key.publicKey, message, signature)).to.equal('accepted')
        expect(judge(() => key.publicKey, utf8('b message'), signature)).to.equal('refused')
      }
    })
  }

  it('refuse a signature of another kind of key, and none at all', () => {
    const [p256, ed25519] = [parseSigningKey(nodePkcs8('ecdsa-p256')), parseSigningKey(nodePkcs8('ed25519'))]
    expect(judge(() => ed25519.publicKey, message, p256.sign(message))).to.equal('refused')
    expect(judge(() => p256.publicKey, message, ed25519.sign(message))).to.equal('refused')
    expect(judge(() => p256.publicKey, message, new Uint8Array())).to.equal('refused')
  })

  it('check RSA everywhere, and sign with it in Node only', () => {
    const key = parseSigningKey(nodePkcs8('rsa-2048'))
    const signature = key.sign(message)
    expect(judge(() => key.publicKey, message, signature)).to.equal('accepted')
    expect(judge(() => key.publicKey, utf8('b'), signature)).to.equal('refused')
    const fault = faultOf(() => browser.sign('rsa-2048', key.pkcs8, message))
    expect(fault.reason).to.equal('key-type-unsupported')
  })

  it('derive the same key from a passphrase (RFC 7914, section 12)', () => {
    const expected = 'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162'
    const cost = { N: 1024, r: 8, p: 16 }
    for (const { scrypt } of [node, browser]) {
      expect(scrypt(utf8('password'), utf8('NaCl'), cost)).to.deep.equal(parseHex(expected))
    }
  })

  it('export the same functions', () => {
    expect(Object.keys(browser).sort()).to.deep.equal(Object.keys(node).sort())
  })
})
