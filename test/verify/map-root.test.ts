import { expect } from 'chai'
import { describe, it } from 'mocha'
import { logIndex, treeSize } from '../../src/brand.ts'
import { formatBase64 } from '../../src/encoding/base64.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { signCheckpoint } from '../../src/tlog/checkpoint.ts'
import { emptyRoot, leafHash } from '../../src/tlog/tree-hash.ts'
import { formatPublishedRoot } from '../../src/map/output-log.ts'
import type { MapRootProof } from '../../src/verify/completeness-wire.ts'
import { checkMapRoot } from '../../src/verify/map-root.ts'
import { world } from '../helpers/complete-claim.ts'
import { refusal } from '../helpers/mangle.ts'
import { knownLog, lastRootProof, mapAt, mapRootProof, noteAt } from '../helpers/map-world.ts'
import { referenceTree } from '../helpers/reference-tree.ts'
import { keys, ORIGIN, testKey } from '../helpers/test-ledger.ts'

const SIZES = [1, 4, 4, 9]

describe('the published root of a map', () => {
  const proof = mapRootProof(world, 'components', SIZES, 11)
  const known = knownLog(world, 11)
  const reasonFor = (changed: Partial<MapRootProof>): string =>
    refusal(() => checkMapRoot('components', { ...proof, ...changed }, known)).reason

  it('is that of the last entry, for the entries below the size of its input checkpoint', () => {
    const checked = checkMapRoot('components', proof, known)
    expect(checked.root).to.deep.equal(mapAt(world, 'components', 9).version.root)
    expect([checked.size, checked.published.size, checked.published.origin]).to.deep.equal([
      9,
      4,
      'ledger.test/index/components/v1',
    ])
  })

  it('holds against an older, an equal and a newer checkpoint of the log', () => {
    for (const size of [5, 9, 11]) {
      const shown = mapRootProof(world, 'components', SIZES, size)
      expect(checkMapRoot('components', shown, knownLog(world, size)).size).to.equal(9)
    }
  })

  it('is refused where an older root is shown as the current one', () => {
    const older = mapRootProof(world, 'components', SIZES.slice(0, 3), 11)
    expect(reasonFor({ entry: older.entry })).to.equal('inclusion-proof-invalid')
    expect(reasonFor({ ...older, checkpoint: proof.checkpoint })).to.equal('inclusion-proof-invalid')
  })

  it('is refused if it is of the other map', () => {
    const status = mapRootProof(world, 'status', SIZES, 11)
    expect(reasonFor(status)).to.equal('checkpoint-signature-invalid')
    expect(reasonFor({ entry: status.entry, inclusion: status.inclusion })).to.equal(
      'inclusion-proof-invalid',
    )
  })

  it('is refused if it, or its input checkpoint, is not signed as it stands', () => {
    expect(reasonFor({ checkpoint: proof.checkpoint.replace('\n4\n', '\n5\n') })).to.equal(
      'checkpoint-signature-invalid',
    )
    const root = mapAt(world, 'components', 9).version.root
    const forged = formatPublishedRoot({ root, checkpoint: noteAt(world, 9).replace('\n9\n', '\n8\n') })
    expect(reasonFor({ entry: forged })).to.equal('inclusion-proof-invalid')
    expect(reasonFor({ entry: 'no root' })).to.equal('inclusion-proof-invalid')
  })

  it('is refused if nothing was ever published, or it is of no entry', () => {
    const empty = signCheckpoint(
      { origin: 'ledger.test/index/components/v1', size: treeSize(0), root: emptyRoot },
      keys.log,
    )
    expect(reasonFor({ checkpoint: empty })).to.equal('map-proof-invalid')
    expect(reasonFor({ checkpoint: empty, inclusion: [] })).to.equal('map-proof-invalid')
    // Every log continues the empty one: nothing is needed to show it.
    const ofNothing = mapRootProof(world, 'components', [0], 0)
    expect(checkMapRoot('components', ofNothing, known).size).to.equal(0)
    expect(reasonFor({ ...ofNothing, consistency: proof.consistency })).to.equal('consistency-proof-invalid')
  })

  it('is refused if its input checkpoint is of another log, or of another history', () => {
    const root = mapAt(world, 'components', 9).version.root
    const input = { origin: ORIGIN, size: treeSize(9), root: world.tree.root(0, 9) }
    const notes: readonly (readonly [string, string])[] = [
      [signCheckpoint({ ...input, origin: 'other.test' }, keys.log), 'checkpoint-signature-invalid'],
      [signCheckpoint(input, testKey('other', 'ed25519')), 'checkpoint-signature-invalid'],
      [signCheckpoint({ ...input, root: world.tree.root(1, 10) }, keys.log), 'consistency-proof-invalid'],
      [signCheckpoint({ ...input, size: treeSize(8) }, keys.log), 'consistency-proof-invalid'],
    ]
    for (const [checkpoint, reason] of notes) {
      const told = lastRootProof(world, 'components', [formatPublishedRoot({ root, checkpoint })], {
        last: 9,
        known: 11,
      })
      expect(refusal(() => checkMapRoot('components', told, known)).reason).to.equal(reason)
    }
    const forked = signCheckpoint({ ...input, size: treeSize(11), root: world.tree.root(1, 10) }, keys.log)
    const same = lastRootProof(world, 'components', [formatPublishedRoot({ root, checkpoint: forked })], {
      last: 11,
      known: 11,
    })
    expect(refusal(() => checkMapRoot('components', same, known)).reason).to.equal(
      'consistency-proof-invalid',
    )
  })

  it('is an older one where its place is named, and no other', () => {
    const texts = SIZES.map((size) =>
      formatPublishedRoot({
        root: mapAt(world, 'components', size).version.root,
        checkpoint: noteAt(world, size),
      }),
    )
    const output = referenceTree(texts.map((text) => leafHash(utf8(text))))
    const older = {
      ...proof,
      entry: texts[1] ?? '',
      inclusion: output.path(1, 4).map(formatBase64),
      consistency: world.tree.proof(4, 11).map(formatBase64),
    }
    expect(checkMapRoot('components', older, known, logIndex(1)).size).to.equal(4)
    for (const place of [undefined, logIndex(0), logIndex(2), logIndex(4)])
      expect(refusal(() => checkMapRoot('components', older, known, place)).reason).to.equal(
        'inclusion-proof-invalid',
      )
  })

  it('is refused if the log at hand does not continue its input checkpoint', () => {
    expect(reasonFor({ consistency: [] })).to.equal('consistency-proof-invalid')
    const shorter = mapRootProof(world, 'components', SIZES, 10)
    expect(reasonFor({ consistency: shorter.consistency })).to.equal('consistency-proof-invalid')
    expect(reasonFor({ consistency: ['AAAA'] })).to.equal('consistency-proof-invalid')
  })
})
