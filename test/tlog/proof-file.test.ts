import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { logIndex, treeSize } from '../../src/brand.ts'
import { formatBase64 } from '../../src/encoding/base64.ts'
import { parseUtf8, utf8 } from '../../src/encoding/utf8.ts'
import { signCheckpoint } from '../../src/tlog/checkpoint.ts'
import { checkProofFile, formatProofFile, parseProofFile } from '../../src/tlog/proof-file.ts'
import { formatNote, parseNote } from '../../src/tlog/signed-note.ts'
import { logKeyOf } from '../helpers/log-keys.ts'
import {
  byteChanges,
  byteInsertions,
  proofManglings,
  refuseAll,
  refusal,
  truncations,
} from '../helpers/mangle.ts'
import { leafHashesFrom, referenceTree } from '../helpers/reference-tree.ts'

const leaves = leafHashesFrom(0, 8)
const tree = referenceTree(leaves)
const { signer, verifier } = logKeyOf('a.example')
const leafHash = leaves[5] ?? new Uint8Array(0)
const file = {
  index: logIndex(5),
  proof: tree.path(5, 7),
  checkpoint: signCheckpoint({ origin: 'a.example', size: treeSize(7), root: tree.root(0, 7) }, signer),
}
const text = formatProofFile(file)
const show = (bytes: Uint8Array): string => JSON.stringify(new TextDecoder().decode(bytes))

describe('proof files', () => {
  it('are those of tlog-proof', () => {
    const hashes = file.proof.map((hash) => `${formatBase64(hash)}\n`).join('')
    expect(text).to.equal(`c2sp.org/tlog-proof@v1\nindex 5\n${hashes}\n${file.checkpoint}`)
    expect(parseProofFile(text)).to.deep.equal(file)
    expect(checkProofFile(parseProofFile(text), leafHash, verifier).size).to.equal(7)
  })

  it('read back as what was written, with and without extra, down to no hashes at all', () => {
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 })
    const extras = fc.option(fc.uint8Array({ maxLength: 50 }), { nil: undefined })
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.array(hash, { maxLength: 63 }), extras, (index, proof, extra) => {
        const any = { index: logIndex(index), proof, checkpoint: file.checkpoint, ...(extra && { extra }) }
        expect(parseProofFile(formatProofFile(any))).to.deep.equal(any)
      }),
    )
  })

  it('are refused with any byte changed or put in, and cut anywhere', () => {
    // The last of three: a proof of one hash keeps this quick.
    const checkpoint = signCheckpoint(
      { origin: 'a.example', size: treeSize(3), root: tree.root(0, 3) },
      signer,
    )
    const bytes = utf8(formatProofFile({ index: logIndex(2), proof: tree.path(2, 3), checkpoint }))
    const last = leaves[2] ?? leafHash
    const check = (mangled: Uint8Array): unknown =>
      checkProofFile(parseProofFile(parseUtf8(mangled)), last, verifier)
    check(bytes)
    expect(refuseAll(byteChanges(bytes), check, show)).to.equal(bytes.length * 255)
    refuseAll(byteInsertions(bytes), check, show)
    refuseAll(truncations(bytes), check, show)
  })

  it('are refused for another entry, another index, another log, or a mangled proof', () => {
    refuseAll(
      leaves.filter((leaf) => leaf !== leafHash),
      (leaf) => checkProofFile(file, leaf, verifier),
    )
    refuseAll([0, 4, 6, 7], (index) =>
      checkProofFile({ ...file, index: logIndex(index) }, leafHash, verifier),
    )
    refuseAll(proofManglings(file.proof), (proof) => checkProofFile({ ...file, proof }, leafHash, verifier))
    expect(refusal(() => checkProofFile(file, leafHash, logKeyOf('b.example').verifier)).reason).to.equal(
      'wrong-log-key',
    )
  })

  it('carry the checkpoint with all its signatures, as it is', () => {
    const { text: body, signatures } = parseNote(file.checkpoint)
    const witness = {
      name: 'witness.example',
      keyId: Uint8Array.of(1, 2, 3, 4),
      signature: new Uint8Array(72),
    }
    const cosigned = { ...file, checkpoint: formatNote({ text: body, signatures: [witness, ...signatures] }) }
    expect(parseProofFile(formatProofFile(cosigned))).to.deep.equal(cosigned)
    expect(checkProofFile(cosigned, leafHash, verifier).size).to.equal(7)
  })

  it('say nothing about extra: it can be changed at will', () => {
    const withExtra = parseProofFile(formatProofFile({ ...file, extra: utf8('hello') }))
    const changed = { ...withExtra, extra: utf8('jello') }
    expect(checkProofFile(changed, leafHash, verifier)).to.deep.equal(
      checkProofFile(file, leafHash, verifier),
    )
  })

  it('are refused in every other spelling', () => {
    const spellings = [
      '',
      '\n\n',
      text.replace('@v1', '@v2'),
      `\n${text}`,
      ` ${text}`,
      text.replaceAll('\n', '\r\n'),
      text.replace('index 5', 'index 05'),
      text.replace('index 5', 'index +5'),
      text.replace('index 5', 'index  5'),
      text.replace('index 5', 'index 5 '),
      text.replace('index 5', 'Index 5'),
      text.replace('index 5\n', ''),
      text.replace('index 5', 'index 9007199254740992'),
      text.replace('index 5', 'index 5\nindex 5'),
      text.replace('index 5', 'index 5\nextra aGVsbG8='),
      text.replace('index 5', 'extra\nindex 5'),
      text.replace('index 5', 'extra aGVsbG8\nindex 5'),
      text.replace('index 5', 'extra aGVsbG8=\nextra aGVsbG8=\nindex 5'),
      text.replace('index 5\n', 'index 5\nAAAA\n'),
      text.replace('index 5\n', 'index 5\n\n'),
      text.replace('index 5\n', `index 5\n${`${formatBase64(leafHash)}\n`.repeat(64)}`),
      text.replace('c2sp', `c2sp${'x'.repeat(2_000_000)}`),
    ]
    for (const spelling of spellings) {
      expect(refusal(() => parseProofFile(spelling)).reason, JSON.stringify(spelling.slice(0, 80))).to.match(
        /^(proof|note|checkpoint)-malformed$/,
      )
    }
  })
})
