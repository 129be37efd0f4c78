import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { logIndex, treeSize } from '../../src/brand.ts'
import { parsePublicKeyPem } from '../../src/crypto/public-key.ts'
import { formatBase64, parseBase64 } from '../../src/encoding/base64.ts'
import { parseJson } from '../../src/encoding/strict-json.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { formatBundle, isBundle, parseBundleEnvelope } from '../../src/entry/bundle.ts'
import {
  formatTransparencyLogEntry,
  type TransparencyLogEntry,
} from '../../src/entry/transparency-log-entry.ts'
import type { Reason } from '../../src/errors.ts'
import { refusal } from '../helpers/mangle.ts'
import { testKey } from '../helpers/test-key.ts'
import { itWithVectors } from '../helpers/vectors.ts'
import { bundleBytes, readBundle, rekorBundles } from './sigstore-bundles.ts'

const key = testKey('bundle').publicKey
const envelope = {
  payloadType: 'application/vnd.in-toto+json',
  payload: utf8('{}'),
  signatures: [{ keyid: '', signature: Uint8Array.of(1, 2, 3) }],
}
const logged: TransparencyLogEntry = {
  index: logIndex(6),
  logId: new Uint8Array(32).fill(1),
  entry: utf8('{}'),
  inclusion: [new Uint8Array(32).fill(2)],
  size: treeSize(7),
  root: new Uint8Array(32).fill(3),
  checkpoint: 'ledger.test\n7\n…\n',
}

describe('entry/transparency-log-entry', () => {
  it('writes numbers as strings, and neither time nor promise', () => {
    expect(formatTransparencyLogEntry(logged)).to.deep.equal({
      logIndex: '6',
      logId: { keyId: formatBase64(logged.logId) },
      kindVersion: { kind: 'hashedrekord', version: '0.0.2' },
      integratedTime: '0',
      inclusionPromise: null,
      inclusionProof: {
        logIndex: '6',
        rootHash: formatBase64(logged.root),
        treeSize: '7',
        hashes: [formatBase64(logged.inclusion[0] ?? logged.root)],
        checkpoint: { envelope: logged.checkpoint },
      },
      canonicalizedBody: 'e30=',
    })
  })

  itWithVectors('sigstore', 'has the shape that a real Rekor v2 answers with', (folder) => {
    const [real] = readBundle(folder, 'rekor2-dsse-happy-path').verificationMaterial.tlogEntries
    if (real === undefined) throw new Error('no log entry')
    const again = formatTransparencyLogEntry({
      index: logIndex(Number(real.logIndex)),
      logId: parseBase64(real.logId.keyId),
      entry: parseBase64(real.canonicalizedBody),
      inclusion: real.inclusionProof.hashes.map((hash) => parseBase64(hash)),
      size: treeSize(Number(real.inclusionProof.treeSize)),
      root: parseBase64(real.inclusionProof.rootHash),
      checkpoint: real.inclusionProof.checkpoint.envelope,
    })
    // Bundles leave unpopulated fields out.
    expect(again).to.deep.equal({ ...real, integratedTime: '0', inclusionPromise: null })
  })
})

describe('entry/bundle', () => {
  const bundle = formatBundle(envelope, key, logged)

  it('gives back the envelope that it was made of', () => {
    expect(parseBundleEnvelope(bundle)).to.deep.equal(envelope)
    expect(parseBundleEnvelope(utf8(JSON.stringify(bundle)))).to.deep.equal(envelope)
  })

  it('is never made of an envelope with two signatures', () => {
    const two = { ...envelope, signatures: [...envelope.signatures, ...envelope.signatures] }
    expect(() => formatBundle(two, key, logged)).to.throw('2 signatures')
  })

  it('is told from a bare envelope', () => {
    expect(isBundle(bundle)).to.equal(true)
    for (const other of [null, [], 'x', {}, { mediaType: 1 }, { payload: '' }])
      expect(isBundle(other)).to.equal(false)
  })

  it('refuses what it cannot read, and points at it', () => {
    const publicKey = { publicKey: {} }
    const cases: readonly (readonly [unknown, Reason, string])[] = [
      [
        { ...bundle, mediaType: 'application/vnd.dev.sigstore.bundle+json;version=99.9' },
        'unsupported',
        '/mediaType',
      ],
      [{ ...bundle, mediaType: undefined }, 'envelope-malformed', '/mediaType'],
      [{ ...bundle, verificationMaterial: {} }, 'envelope-malformed', '/verificationMaterial/publicKey'],
      [
        { ...bundle, verificationMaterial: { ...publicKey, certificate: {} } },
        'keyless-not-supported-yet',
        '/verificationMaterial/certificate',
      ],
      [{ ...bundle, messageSignature: {} }, 'unsupported', '/messageSignature'],
      [{ ...bundle, dsseEnvelope: undefined }, 'envelope-malformed', '/dsseEnvelope'],
      [{ ...bundle, dsseEnvelope: { payloadType: 1 } }, 'envelope-malformed', '/dsseEnvelope/payloadType'],
      [[], 'envelope-malformed', ''],
    ]
    for (const [value, reason, pointer] of cases) {
      const fault = refusal(() => parseBundleEnvelope(utf8(JSON.stringify(value))))
      expect([fault.reason, fault.pointer], fault.message).to.deep.equal([reason, pointer])
    }
  })

  itWithVectors('cosign', 'names the key as cosign does', (folder) => {
    const made = parseJson(readFileSync(join(folder, 'attest-blob.sigstore.json')))
    const cosignKey = parsePublicKeyPem(readFileSync(join(folder, 'cosign.pub'), 'utf8'))
    const ours = formatBundle(parseBundleEnvelope(made), cosignKey, logged)
    expect(JSON.stringify(ours['verificationMaterial'])).to.include(
      '"hint":"Psfdjp6kMUaYKntvtZfkJby2AyjAks2t9lvIGO0ZpYc="',
    )
    expect(made).to.have.property('dsseEnvelope').that.deep.equals(ours['dsseEnvelope'])
  })

  itWithVectors(
    'sigstore',
    'refuses every bundle of the conformance suite: certificates, and keys without a statement',
    (folder) => {
      for (const { name } of rekorBundles(folder)) {
        expect(refusal(() => parseBundleEnvelope(bundleBytes(folder, name))).reason, name).to.be.oneOf([
          'unsupported',
          'keyless-not-supported-yet',
        ])
      }
      const broken = bundleBytes(folder, 'bundle-malformed-json_fail')
      expect(refusal(() => parseBundleEnvelope(broken)).reason).to.equal('json-malformed')
    },
  )
})
