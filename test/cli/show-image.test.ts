import { expect } from 'chai'
import { describe, it } from 'mocha'
import { DEPLOYMENT } from '../../src/attestation/predicate-types.ts'
import { imageDigest, treeSize } from '../../src/brand.ts'
import { printImage } from '../../src/cli/show-command.ts'
import { exitOfImage, vouching } from '../../src/cli/verify-image.ts'
import { recorder } from '../helpers/recorder.ts'
import { tellStory } from '../helpers/story.ts'
import { digestOf } from '../helpers/test-ledger.ts'

describe('attestree: what is shown of an image', () => {
  it('says how many entries the server has not looked at, where revocations could be', async () => {
    const { ledger } = await tellStory()
    const answer = await ledger.image(imageDigest(digestOf('shop')))
    const shown = (indexedThrough: number): string => {
      const { terminal, lines } = recorder()
      const asOf = { ...answer.asOf, indexedThrough: treeSize(indexedThrough) }
      printImage(terminal, { ...answer, asOf }, 'made here')
      return lines.join('\n')
    }
    expect(shown(8)).not.to.include('has not looked at')
    expect(shown(5)).to.include('has not looked at the newest 3 entries yet')
  })

  it('is not verified by an answer that leaves the newest entries out: exit 16, never 0', async () => {
    const { ledger } = await tellStory()
    const answer = await ledger.image(imageDigest(digestOf('shop')))
    const exitAt = (indexedThrough: number): number =>
      exitOfImage({ ...answer, asOf: { ...answer.asOf, indexedThrough: treeSize(indexedThrough) } })
    expect(answer.asOf.treeSize).to.equal(8)
    expect([exitAt(8), exitAt(7)]).to.deep.equal([0, 16])
  })

  it('counts as vouching only what counts: not what a signer said out of its scope', async () => {
    const { ledger } = await tellStory()
    const { attestations } = await ledger.image(imageDigest(digestOf('shop')))
    const [first] = attestations
    if (first === undefined) throw new Error('the story has an attestation of shop')
    const judged = (verdict: typeof first.verdict.verdict): typeof first => ({
      ...first,
      verdict: { ...first.verdict, verdict },
    })
    const all = [judged('valid'), judged('valid-before-compromise'), judged('unauthorized')]
    expect([vouching(all), vouching(all.slice(2))]).to.deep.equal([2, 0])
  })

  it('is not vouched for by a deployment or by VEX, nor revoked with one that was recorded in error', async () => {
    const { ledger } = await tellStory()
    const answer = await ledger.image(imageDigest(digestOf('shop')))
    const [first] = answer.attestations
    if (first === undefined) throw new Error('the story has an attestation of shop')
    for (const predicateType of [DEPLOYMENT, 'https://openvex.dev/ns/v0.2.0', 'https://openvex.dev/ns']) {
      const beside = (verdict: typeof first.verdict.verdict, target = ''): typeof first => ({
        ...first,
        predicateType,
        verdict: { ...first.verdict, verdict, reasons: [{ code: 'unspecified', target }] },
      })
      const exitOf = (...attestations: (typeof first)[]): number => exitOfImage({ ...answer, attestations })
      expect(exitOf(beside('valid')), predicateType).to.equal(12)
      expect(exitOf(first, beside('revoked', `key:${first.key}`)), predicateType).to.equal(0)
      expect(exitOf(beside('revoked', `image:${answer.image}`)), predicateType).to.equal(14)
    }
  })
})
