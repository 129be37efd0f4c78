import { expect } from 'chai'
import { describe, it } from 'mocha'
import { treeSize } from '../../src/brand.ts'
import { formatBase64, parseBase64 } from '../../src/encoding/base64.ts'
import { formatCosignerKey, cosign, cosignedAt, parseCosignerKey } from '../../src/tlog/cosignature.ts'
import { openCheckpoint, signCheckpoint } from '../../src/tlog/checkpoint.ts'
import { formatVerifierKey, parseNote, verifierKeyOf } from '../../src/tlog/signed-note.ts'
import { refusal } from '../helpers/mangle.ts'
import { testKey } from '../helpers/test-key.ts'

describe('cosignatures', () => {
  const [log, auditor] = [testKey('log', 'ed25519'), testKey('auditor', 'ed25519')]
  const checkpoint = { origin: 'log.test', size: treeSize(7), root: new Uint8Array(32).fill(7) }
  const note = signCheckpoint(checkpoint, log)
  const name = 'auditor.test'
  const cosigner = { name, key: auditor.publicKey }
  const cosigned = cosign(note, name, auditor, 1_764_000_000)

  it('stand behind the log’s own signature, which still verifies, and say when they were made', () => {
    expect(cosigned.startsWith(note)).to.equal(true)
    expect(openCheckpoint(cosigned, verifierKeyOf('log.test', log.publicKey))).to.deep.equal(checkpoint)
    expect(cosignedAt(cosigned, cosigner)).to.equal(1_764_000_000)
    expect(cosignedAt(note, cosigner)).to.equal(undefined)
    const [, added] = parseNote(cosigned).signatures
    expect([added?.name, added?.signature.length]).to.deep.equal([name, 72])
  })

  it('are by a key id of their own type: a log’s signature by the same key is none', () => {
    expect(formatCosignerKey(cosigner)).to.match(/^auditor\.test\+[0-9a-f]{8}\+B/)
    expect(cosignedAt(signCheckpoint({ ...checkpoint, origin: name }, auditor), cosigner)).to.equal(undefined)
    expect(parseCosignerKey(formatCosignerKey(cosigner)).key.id).to.equal(auditor.publicKey.id)
    const ofLog = formatVerifierKey(verifierKeyOf(name, auditor.publicKey))
    expect(refusal(() => parseCosignerKey(ofLog)).reason).to.equal('key-type-unsupported')
  })

  it('do not verify for another tree, another time or a changed signature', () => {
    const line = cosigned.slice(note.length)
    const other = signCheckpoint({ ...checkpoint, size: treeSize(8) }, log) + line
    const bytes = parseBase64(line.trim().split(' ')[2] ?? '')
    const changed = [4, 11, 12, 75].map((at) => {
      const flipped = bytes.slice()
      flipped[at] = (flipped[at] ?? 0) ^ 1
      return `${note}— ${name} ${formatBase64(flipped)}\n`
    })
    for (const wrong of [other, ...changed])
      expect(refusal(() => cosignedAt(wrong, cosigner)).reason).to.equal('checkpoint-signature-invalid')
  })

  it('are made by Ed25519 keys alone', () => {
    expect(refusal(() => cosign(note, name, testKey('ci'), 1)).reason).to.equal('key-type-unsupported')
  })
})
