/** `at`, `min_size` and cursors: what was answered at a size is answered again, whatever came since. */
import { describe, it } from 'mocha'
import { expect } from 'chai'
import { imageDigest, treeSize, type AttestationId } from '../../src/brand.ts'
import { parseTarget } from '../../src/attestation/revocation.ts'
import { Fault } from '../../src/errors.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import type { ImagesAnswer, ProvenEntries } from '../../src/verify/answer.ts'
import { verifyImages } from '../../src/verify/evidence.ts'
import { trust } from '../helpers/story.ts'
import {
  createTestLedger,
  digestOf,
  idOfPayload,
  keys,
  provenancePayload,
  revocationPayload,
  sbomPayload,
  signEnvelope,
} from '../helpers/test-ledger.ts'

const commit = 'c'.repeat(40)
const shop = sbomPayload('shop', ['lodash@4.17.20'])
const revoke = (uri: string, reason: string) =>
  signEnvelope(
    revocationPayload({ target: parseTarget(uri), mode: 'all', reason: reason as never }),
    keys.admin,
  )

/** Images come, change their SBOM, fall with it, come back, are revoked; at last all of the builder's falls. */
const submissions: readonly Uint8Array[] = [
  signEnvelope(shop, keys.ci),
  signEnvelope(sbomPayload('web', ['lodash@4.17.11']), keys.ci),
  signEnvelope(provenancePayload('bare', 'git.test/bare', commit, 'builder'), keys.ci),
  revoke(`attestation:${idOfPayload(shop)}`, 'false-statement'),
  signEnvelope(sbomPayload('web', ['lodash@4.17.21']), keys.ci),
  signEnvelope(sbomPayload('shop', ['lodash@4.17.15', 'a@1.0.0']), keys.ci),
  revoke(`image:${digestOf('web')}`, 'malicious-artifact'),
  signEnvelope(sbomPayload('web', ['lodash@4.17.10'], 'trivy'), keys.ci),
  revoke(`key:${keys.ci.publicKey.id}`, 'key-compromise'),
]
const range = { component: 'pkg:npm/lodash', range: '<4.17.21' }
const version = { component: 'pkg:npm/lodash@4.17.21' }

/** What an answer says, without the proofs and the times, which lead to the newest tree. */
function said(answer: {
  readonly asOf: { readonly indexedThrough: number }
  readonly entries: ProvenEntries
}) {
  const { asOf, entries, ...rest } = answer
  return JSON.stringify({ ...rest, through: asOf.indexedThrough, entries: Object.keys(entries) })
}

async function ask(ledger: Ledger, at?: number): Promise<readonly string[]> {
  const moment = at === undefined ? {} : { at: treeSize(at) }
  const images = await Promise.all(
    ['shop', 'web', 'bare'].map(async (name) =>
      ledger.image(imageDigest(digestOf(name)), moment).then(said, (cause: unknown) => String(cause)),
    ),
  )
  return [
    said(await ledger.images(range, moment)),
    said(await ledger.images(version, moment)),
    said(await ledger.found({ commit }, moment)),
    said(await ledger.found({ signer: keys.ci.publicKey.id }, moment)),
    said(await ledger.revocations(`key:${keys.ci.publicKey.id}`, moment)),
    said(await ledger.revocations(`attestation:${idOfPayload(shop)}`, moment)),
    ...images,
  ]
}

async function refusalOf(asked: Promise<unknown>): Promise<Fault> {
  const cause: unknown = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (cause instanceof Fault) return cause
  throw new Error('expected a refusal', { cause })
}

describe('a question as of an earlier size', () => {
  it('is answered as it was then, for every size', async () => {
    await using ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
    const then: (readonly string[])[] = [await ask(ledger)]
    for (const body of submissions) {
      await ledger.submit(body)
      then.push(await ask(ledger))
    }
    expect(new Set(then.map((one) => one[0])).size, 'every entry changes something').to.be.above(6)
    for (const [before, answers] of then.entries())
      expect(await ask(ledger, before + 1), `at ${before + 1}`).to.deep.equal(answers)
  })

  it('is verified row by row, from what was signed, as any other', async () => {
    await using ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
    for (const body of submissions) await ledger.submit(body)
    for (let at = 1; at <= submissions.length + 1; at++) {
      const answer = await ledger.images(range, { at: treeSize(at) })
      const report = verifyImages(
        { question: answer.question, answer, pae: await signedBehind(ledger, answer) },
        trust,
      )
      expect(report.checkpoint.size).to.equal(submissions.length + 1)
      expect(answer.asOf.indexedThrough).to.equal(at)
    }
  })

  it('is refused for a size that the log has not', async () => {
    await using ledger = await createTestLedger(openMemoryStorage())
    expect((await refusalOf(ledger.images(range, { at: treeSize(2) }))).reason).to.equal('not-recorded')
  })
})

describe('pages of one answer', () => {
  it('fit together while the log grows: no row twice, none from later, none that fell since', async () => {
    await using ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
    const names = ['a', 'b', 'c', 'd']
    for (const name of names) await ledger.submit(signEnvelope(sbomPayload(name, ['lodash@1.0.0']), keys.ci))
    const whole = await ledger.images(range)
    const pages: ImagesAnswer[] = [await ledger.images({ ...range, limit: 1 })]
    for (let cursor = pages[0]?.next; cursor !== undefined; cursor = pages.at(-1)?.next) {
      const grown = names[pages.length] ?? 'z'
      await ledger.submit(signEnvelope(sbomPayload(grown, ['lodash@9.9.9']), keys.ci))
      await ledger.submit(signEnvelope(sbomPayload(`new-${grown}`, ['lodash@1.0.0']), keys.ci))
      pages.push(await ledger.images({ ...range, limit: 1, cursor }))
    }
    expect(pages.flatMap((page) => page.items)).to.deep.equal(whole.items)
    expect(pages.map((page) => page.asOf.indexedThrough)).to.deep.equal(names.map(() => 5))
    expect(pages.map((page) => page.coverage)).to.deep.equal(names.map(() => whole.coverage))
    const cursor = pages[0]?.next ?? ''
    const other = await refusalOf(ledger.images({ ...range, cursor }, { at: treeSize(4) }))
    expect(other.reason).to.equal('cursor-malformed')
  })
})

describe('a question that needs a size', () => {
  it('waits until the index has it', async () => {
    await using ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
    const waiting = ledger.images(range, { minSize: treeSize(2) })
    await ledger.submit(signEnvelope(shop, keys.ci))
    expect((await waiting).items).to.have.length(1)
  })

  it('is told to come again where the index does not get there', async () => {
    const clock = {
      now: () => Date.UTC(2026, 10, 24),
      sleep: () => new Promise<void>((done) => setImmediate(done)),
    }
    await using ledger = await createTestLedger(openMemoryStorage(), { clock })
    const fault = await refusalOf(ledger.images(range, { minSize: treeSize(2) }))
    expect([fault.reason, fault.facts['indexedThrough']]).to.deep.equal(['index-behind', 1])
  })
})

async function signedBehind(
  ledger: Ledger,
  { entries }: ImagesAnswer,
): Promise<Record<AttestationId, Uint8Array>> {
  const ids = [...new Set(Object.values(entries).map((entry) => entry.attestation))]
  return Object.fromEntries(await Promise.all(ids.map(async (id) => [id, await ledger.pae(id)] as const)))
}
