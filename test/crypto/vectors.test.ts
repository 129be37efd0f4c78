/** Two backends, one verdict: Node's and the browser's run side by side over the public vectors. */
import { expect } from 'chai'
import { describe } from 'mocha'
import { parsePublicKey, publicKeyFromEd25519 } from '../../src/crypto/public-key.ts'
import { parseHex } from '../../src/encoding/hex.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { STRIDE } from '../helpers/mangle.ts'
import { itWithVectors, readVectors } from '../helpers/vectors.ts'
import { judge, type Verdict } from './judge.ts'

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

/** In a browser one file of each algorithm: the others are the same code with larger numbers. */
const isTried = (file: string): boolean =>
  STRIDE === 1 || /^(ed25519|ecdsa_secp256r1|rsa_signature_2048)/.test(file)

describe('both backends on Wycheproof', () => {
  for (const [file, total] of Object.entries(wycheproofFiles).filter(([file]) => isTried(file))) {
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
