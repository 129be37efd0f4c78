/** The contract of `SignerState` (ports.ts). */
import { expect } from 'chai'
import { describe } from 'mocha'
import { treeSize } from '../../src/brand.ts'
import { sha256 } from '../../src/crypto/sha256.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import type { HeldCheckpoint, SignerState, Storage } from '../../src/ledger/ports.ts'
import { reasonOf, testsOn, type OpenStorage } from './storage-under-test.ts'

function checkpoint(size: number, tree = 'this tree'): HeldCheckpoint {
  return { size: treeSize(size), root: sha256(utf8(`${tree} ${size}`)), note: `note of ${tree}, ${size}\n` }
}

export function describeSignerState(
  name: string,
  open: OpenStorage,
  signerOf: (storage: Storage) => SignerState = (storage) => storage.signer,
): void {
  describe(`signer state: ${name}`, () => {
    const onStorage = testsOn(open)
    const test = (
      title: string,
      run: (signer: SignerState, reopen: () => Promise<SignerState>) => Promise<void>,
    ) => onStorage(title, (storage, reopen) => run(signerOf(storage), async () => signerOf(await reopen())))

    test('holds nothing at first', async (signer) => {
      expect(await signer.read()).to.equal(undefined)
    })

    test('holds what replaced nothing, then what replaced that', async (signer) => {
      await signer.replace(undefined, checkpoint(1))
      expect(await signer.read()).to.deep.equal(checkpoint(1))
      await signer.replace(checkpoint(1), checkpoint(2))
      expect(await signer.read()).to.deep.equal(checkpoint(2))
    })

    test('keeps the last checkpoint when it is opened again', async (signer, reopen) => {
      await signer.replace(undefined, checkpoint(7))
      await signer.replace(checkpoint(7), checkpoint(2 ** 40))
      const again = await reopen()
      expect(await again.read()).to.deep.equal(checkpoint(2 ** 40))
      await again.replace(checkpoint(2 ** 40), checkpoint(2 ** 40 + 1))
    })

    const refused: readonly [why: string, held: HeldCheckpoint | undefined, next: HeldCheckpoint][] = [
      ['nothing is expected but something is held', undefined, checkpoint(6)],
      ['another size is expected', checkpoint(4), checkpoint(6)],
      ['another root of the same size is expected', checkpoint(5, 'another tree'), checkpoint(6)],
      ['the next one has another root for the same size', checkpoint(5), checkpoint(5, 'another tree')],
      ['a later state is expected', checkpoint(6), checkpoint(7)],
    ]
    for (const [why, held, next] of refused) {
      test(`refuses as a fork, and changes nothing, when ${why}`, async (signer) => {
        await signer.replace(undefined, checkpoint(5))
        expect(await reasonOf(signer.replace(held, next))).to.equal('fork')
        expect(await signer.read()).to.deep.equal(checkpoint(5))
      })
    }

    test('refuses when something is expected but nothing is held', async (signer) => {
      expect(await reasonOf(signer.replace(checkpoint(5), checkpoint(6)))).to.equal('fork')
      expect(await signer.read()).to.equal(undefined)
    })

    test('never goes back to a smaller size', async (signer) => {
      await signer.replace(undefined, checkpoint(5))
      expect(await reasonOf(signer.replace(checkpoint(5), checkpoint(4)))).to.equal('rollback')
      expect(await signer.read()).to.deep.equal(checkpoint(5))
    })

    test('lets exactly one of two racing writers through', async (signer) => {
      await signer.replace(undefined, checkpoint(5))
      const outcomes = await Promise.allSettled([
        signer.replace(checkpoint(5), checkpoint(6, 'one tree')),
        signer.replace(checkpoint(5), checkpoint(6, 'another tree')),
      ])
      expect(outcomes.map((outcome) => outcome.status).toSorted()).to.deep.equal(['fulfilled', 'rejected'])
      const winner = outcomes[0]?.status === 'fulfilled' ? 'one tree' : 'another tree'
      expect(await signer.read()).to.deep.equal(checkpoint(6, winner))
    })

    test('takes another note for the same size and root', async (signer) => {
      await signer.replace(undefined, checkpoint(5))
      const resigned = { ...checkpoint(5), note: 'the same, signed again\n' }
      await signer.replace(checkpoint(5), resigned)
      expect(await signer.read()).to.deep.equal(resigned)
    })

    test('keeps its own copy of what it was given', async (signer) => {
      const given = checkpoint(5)
      await signer.replace(undefined, given)
      given.root.fill(0)
      expect(await signer.read()).to.deep.equal(checkpoint(5))
    })
  })
}
