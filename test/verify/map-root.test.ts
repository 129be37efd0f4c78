import { expect } from 'chai'
import { describe, it } from 'mocha'
import { formatPublishedRoot } from '../../src/map/output-log.ts'
import type { MapRootProof } from '../../src/verify/completeness-wire.ts'
import { checkMapRoot } from '../../src/verify/map-root.ts'
import { world } from '../helpers/complete-claim.ts'
import { refusal } from '../helpers/mangle.ts'
import { knownLog, mapAt, mapRootProof, noteAt } from '../helpers/map-world.ts'

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

  it('is refused if the log at hand does not continue its input checkpoint', () => {
    expect(reasonFor({ consistency: [] })).to.equal('consistency-proof-invalid')
    const shorter = mapRootProof(world, 'components', SIZES, 10)
    expect(reasonFor({ consistency: shorter.consistency })).to.equal('consistency-proof-invalid')
    expect(reasonFor({ consistency: ['AAAA'] })).to.equal('consistency-proof-invalid')
  })
})
