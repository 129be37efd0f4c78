import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { parseEnvelope } from '../../src/attestation/envelope.ts'
import { pae } from '../../src/attestation/pae.ts'
import { parsePublicKey, type PublicKey } from '../../src/crypto/public-key.ts'
import { equalBytes } from '../../src/encoding/bytes.ts'
import { formatBase64, parseBase64 } from '../../src/encoding/base64.ts'
import { formatCanonicalJson } from '../../src/encoding/canonical-json.ts'
import { parseHex } from '../../src/encoding/hex.ts'
import { parseJson } from '../../src/encoding/strict-json.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { Fault } from '../../src/errors.ts'
import {
  entryOf,
  formatHashedRekord,
  MAX_ENTRY_BYTES,
  parseHashedRekord,
} from '../../src/entry/hashed-rekord.ts'
import { isKnownForm } from '../../src/entry/known-form.ts'
import { byteChanges, byteInsertions, refusal, refuseAll, truncations } from '../helpers/mangle.ts'
import { itWithVectors } from '../helpers/vectors.ts'
import { readBundle, rekorBundles } from './sigstore-bundles.ts'

// formats.md B/2.4, vector (c): the unit test of rekor-tiles. Its S is high, and stays so.
const spki =
  'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEeLw7gX40qy1z7JUhGMAaaDITbV7p2D+C5G9xPEsy/PVAo9H0mgS4NYzpGirkXxBht+IvvL19WR1X9ANXha5ldQ=='
const digestHex = '5b3513f580c8397212ff2c8f459c199efc0c90e4354a5f3533adf0a3fff3a530'
const signature =
  'MEYCIQC59oLS3MsCqm0xCxPOy+8FdQK4RYCZE036s3q1ECfcagIhAJ4ATXlCSdFrklKAS8No0PsAE9uLi37TCbIfRXASJTTb'
const body =
  '{"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{' +
  `"data":{"algorithm":"SHA2_256","digest":"${formatBase64(parseHex(digestHex))}"},` +
  `"signature":{"content":"${signature}","verifier":{"keyDetails":"PKIX_ECDSA_P256_SHA_256",` +
  `"publicKey":{"rawBytes":"${spki}"}}}}}}`

const entry = {
  algorithm: 'sha256',
  digest: parseHex(digestHex),
  signature: parseBase64(signature),
  publicKey: parsePublicKey(parseBase64(spki)),
} as const

function isGood(bytes: Uint8Array): boolean {
  try {
    parseHashedRekord(bytes)
    return true
  } catch {
    return false
  }
}

describe('entry/hashed-rekord', () => {
  it('writes the body of rekor-tiles’ own test byte for byte, and reads it back', () => {
    expect(formatHashedRekord(entry)).to.deep.equal(utf8(body))
    expect(parseHashedRekord(utf8(body))).to.deep.equal(entry)
    expect(body.length).to.be.within(480, 500)
  })

  it('refuses the member name of the outdated example in CLIENTS.md', () => {
    const old = body.replace('hashedRekordV002', 'hashedRekordV0_0_2')
    expect(refusal(() => parseHashedRekord(utf8(old))).reason).to.equal('entry-malformed')
  })

  for (const [kind, algorithm, details] of [
    ['ecdsa-p256', 'sha256', 'PKIX_ECDSA_P256_SHA_256'],
    ['ecdsa-p384', 'sha384', 'PKIX_ECDSA_P384_SHA_384'],
    ['ecdsa-p521', 'sha512', 'PKIX_ECDSA_P521_SHA_512'],
    ['ed25519', 'sha256', 'PKIX_ED25519'],
    ['rsa-2048', 'sha256', 'PKIX_RSA_PKCS1V15_2048_SHA256'],
  ] as const) {
    it(`takes the digest by the own hash of ${kind}, and names the key as clients do`, () => {
      const { publicKey, signed } = nodeKey(kind)
      const message = utf8('DSSEv1 1 a 1 b')
      const bytes = entryOf(message, publicKey, signed(message))
      const parsed = parseHashedRekord(bytes)
      expect(parsed.algorithm).to.equal(algorithm)
      expect(formatBase64(parsed.digest)).to.equal(createHash(algorithm).update(message).digest('base64'))
      expect(parsed.publicKey).to.deep.equal(publicKey)
      expect(new TextDecoder().decode(bytes)).to.include(`"keyDetails":"${details}"`)
      expect(formatCanonicalJson(parseJson(bytes)), 'canonical JSON').to.deep.equal(bytes)
    })
  }

  for (const [title, changed] of [
    ['another digest algorithm', body.replace('SHA2_256', 'SHA2_512')],
    ['key details that are not the key’s default', body.replace('P256_SHA_256', 'P384_SHA_256')],
    ['no key details', body.replace('"keyDetails":"PKIX_ECDSA_P256_SHA_256",', '')],
    ['another version', body.replace('"0.0.2"', '"0.0.1"')],
    ['another kind', body.replace('hashedrekord', 'dsse')],
    ['one more member', body.replace('"kind"', '"body":1,"kind"')],
    ['one more member inside', body.replace('"digest"', '"a":1,"digest"')],
    [
      'another order',
      body.replace(
        '"apiVersion":"0.0.2","kind":"hashedrekord"',
        '"kind":"hashedrekord","apiVersion":"0.0.2"',
      ),
    ],
    ['white space', body.replace(',', ', ')],
    ['a newline at the end', `${body}\n`],
    ['an escape for a letter', body.replace('"hashedrekord"', '"hashedrekor\\u0064"')],
    ['a short digest', body.replace(formatBase64(parseHex(digestHex)), 'AAAA')],
    ['no signature', body.replace(signature, '')],
    ['an array', '[]'],
    ['null', 'null'],
  ] as const) {
    it(`refuses ${title}`, () => {
      expect(refusal(() => parseHashedRekord(utf8(changed))).reason).to.equal('entry-malformed')
    })
  }

  it('refuses a certificate as unsupported', () => {
    const changed = body.replace('publicKey', 'x509Certificate')
    const fault = refusal(() => parseHashedRekord(utf8(changed)))
    expect(fault.reason).to.equal('unsupported')
    expect(fault.pointer).to.equal('/spec/hashedRekordV002/signature/verifier/x509Certificate')
  })

  it('refuses every truncation and every insertion', () => {
    refuseAll(truncations(utf8(body)), parseHashedRekord)
    refuseAll(byteInsertions(utf8(body)), parseHashedRekord)
  })

  it('reads no changed byte as the same entry: refused, or another digest, signature or key', () => {
    let accepted = 0
    for (const changed of byteChanges(utf8(body))) {
      const parsed = readOrRefuse(changed)
      if (parsed === undefined) continue
      accepted++
      if (!equalBytes(formatHashedRekord(parsed), changed)) expect.fail('written back as something else')
      const isSame =
        equalBytes(parsed.digest, entry.digest) &&
        equalBytes(parsed.signature, entry.signature) &&
        equalBytes(parsed.publicKey.spki, entry.publicKey.spki)
      expect(isSame).to.equal(false)
    }
    // 43 digits of the digest and 128 of the signature, each with 63 others, but for the bits after the end.
    expect(accepted).to.be.within(8_000, 12_000)
  })

  it('holds an entry for good by its form alone only where it would be read too', () => {
    const good = utf8(body)
    expect(isKnownForm(good)).to.equal(true)
    const tail = body.indexOf('"verifier"')
    let agreed = 0
    for (const changes of [truncations(good), byteInsertions(good), byteChanges(good)]) {
      for (const changed of changes) {
        // Of changed verifiers a few will do: each is parsed, and refused.
        if (agreed++ % 49 !== 0 && equalBytes(changed.subarray(0, tail), good.subarray(0, tail))) continue
        if (agreed % 7 === 1 && isKnownForm(changed)) parseHashedRekord(changed)
      }
    }
    expect(agreed).to.be.greaterThan(1000)
    // Each byte of the verifier counts, also right after an entry by that key.
    for (let at = tail; at < good.length; at++) {
      const changed = good.with(at, (good[at] ?? 0) ^ 1)
      expect(isKnownForm(good)).to.equal(true)
      expect(isKnownForm(changed), `byte ${at}`).to.equal(isGood(changed))
    }
    // Another signature of the same key is what it is for.
    const other = { ...entry, signature: entry.signature.toReversed() }
    expect(isKnownForm(formatHashedRekord(other))).to.equal(true)
  })

  it('holds no entry for good whose digest has another length, though its key was seen before', () => {
    expect(isKnownForm(utf8(body))).to.equal(true)
    for (const length of [0, 30, 31, 33, 34, 48]) {
      const other = formatHashedRekord({ ...entry, digest: new Uint8Array(length) })
      expect(refusal(() => parseHashedRekord(other)).reason).to.equal('entry-malformed')
      expect(isKnownForm(other), `${length} bytes`).to.equal(false)
    }
  })

  it('D20 refuses an entry over 65,535 bytes, and never cuts it', () => {
    const long = { ...entry, signature: new Uint8Array(49_000) }
    expect(refusal(() => formatHashedRekord(long)).reason).to.equal('entry-too-large')
    expect(refusal(() => parseHashedRekord(new Uint8Array(MAX_ENTRY_BYTES + 1))).reason).to.equal(
      'entry-too-large',
    )
    expect(formatHashedRekord({ ...entry, signature: new Uint8Array(48_000) }).length).to.be.below(
      MAX_ENTRY_BYTES + 1,
    )
  })

  itWithVectors(
    'sigstore',
    'agrees with a real Rekor v2 entry on canonical form and on what the digest is of',
    (folder) => {
      const bundle = readBundle(folder, 'rekor2-dsse-happy-path')
      const [logged] = bundle.verificationMaterial.tlogEntries
      const bytes = parseBase64(logged?.canonicalizedBody ?? '')
      expect(formatCanonicalJson(parseJson(bytes))).to.deep.equal(bytes)
      const envelope = parseEnvelope(utf8(JSON.stringify(bundle.dsseEnvelope)))
      const digest = createHash('sha256').update(pae(envelope.payloadType, envelope.payload)).digest('base64')
      expect(new TextDecoder().decode(bytes)).to.include(
        `"data":{"algorithm":"SHA2_256","digest":"${digest}"}`,
      )
      expect(new TextDecoder().decode(bytes)).to.include(
        `"content":"${formatBase64(envelope.signatures[0]?.signature ?? bytes)}"`,
      )
    },
  )

  itWithVectors(
    'sigstore',
    'refuses real entries that it cannot read: with certificates, and of Rekor v1',
    (folder) => {
      const reasons = new Set<string>()
      for (const { name, bundle } of rekorBundles(folder)) {
        for (const { canonicalizedBody, kindVersion } of bundle.verificationMaterial.tlogEntries) {
          const fault = refusal(() => parseHashedRekord(parseBase64(canonicalizedBody)))
          const isV2 = kindVersion.kind === 'hashedrekord' && kindVersion.version === '0.0.2'
          expect(fault.reason, name).to.equal(isV2 ? 'unsupported' : 'entry-malformed')
          reasons.add(fault.reason)
        }
      }
      expect([...reasons].sort()).to.deep.equal(['entry-malformed', 'unsupported'])
    },
  )
})

function readOrRefuse(bytes: Uint8Array): ReturnType<typeof parseHashedRekord> | undefined {
  try {
    return parseHashedRekord(bytes)
  } catch (error) {
    if (error instanceof Fault) return undefined
    throw error
  }
}

type NodeKeyKind = 'ecdsa-p256' | 'ecdsa-p384' | 'ecdsa-p521' | 'ed25519' | 'rsa-2048'

/** A fresh key made by Node, so that the kinds that we do not generate are covered. */
function nodeKey(kind: NodeKeyKind): { publicKey: PublicKey; signed: (message: Uint8Array) => Uint8Array } {
  const pair = nodePair(kind)
  const der = pair.publicKey.export({ type: 'spki', format: 'der' })
  const hash = {
    'ecdsa-p256': 'sha256',
    'ecdsa-p384': 'sha384',
    'ecdsa-p521': 'sha512',
    ed25519: null,
    'rsa-2048': 'sha256',
  }[kind]
  return {
    publicKey: parsePublicKey(Uint8Array.from(der)),
    signed: (message) => Uint8Array.from(sign(hash, message, pair.privateKey)),
  }
}

function nodePair(kind: NodeKeyKind): ReturnType<typeof generateKeyPairSync> {
  switch (kind) {
    case 'ecdsa-p256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' })
    case 'ecdsa-p384':
      return generateKeyPairSync('ec', { namedCurve: 'P-384' })
    case 'ecdsa-p521':
      return generateKeyPairSync('ec', { namedCurve: 'P-521' })
    case 'ed25519':
      return generateKeyPairSync('ed25519')
    case 'rsa-2048':
      return generateKeyPairSync('rsa', { modulusLength: 2048 })
  }
}
