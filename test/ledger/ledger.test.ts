import { expect } from 'chai'
import { describe, it } from 'mocha'
import { CYCLONEDX } from '../../src/attestation/predicate-types.ts'
import { formatStatement } from '../../src/attestation/statement.ts'
import { trustRootStatement } from '../../src/attestation/trust-root.ts'
import { imageDigest, logIndex } from '../../src/brand.ts'
import { sha256 } from '../../src/crypto/sha256.ts'
import { parseBase64 } from '../../src/encoding/base64.ts'
import { formatHex } from '../../src/encoding/hex.ts'
import type { JsonObject } from '../../src/encoding/strict-json.ts'
import { Fault } from '../../src/errors.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import type { Storage } from '../../src/ledger/ports.ts'
import { newMemoryState } from '../../src/storage/memory/state.ts'
import { intakeAdvice } from '../../src/sbom/intake-advice.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { openCheckpoint } from '../../src/tlog/checkpoint.ts'
import { checkInclusion } from '../../src/tlog/inclusion.ts'
import { leafHash } from '../../src/tlog/tree-hash.ts'
import type { AsOf, ProvenEntries } from '../../src/verify/answer.ts'
import { expectSound } from '../helpers/check-ledger.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import {
  createTestLedger,
  digestOf,
  idOfPayload,
  keys,
  openTestLedger,
  provenancePayload,
  revocationPayload,
  sbomPayload,
  signEnvelope,
  testKey,
  trustRoot,
  type TestLedgerOptions,
} from '../helpers/test-ledger.ts'

async function scenario(
  use: (ledger: Ledger, storage: Storage) => Promise<void>,
  options: TestLedgerOptions = {},
): Promise<void> {
  const storage = openMemoryStorage()
  const ledger = await createTestLedger(storage, options)
  await use(ledger, storage)
  await ledger.status()
  await expectSound(storage)
  await ledger[Symbol.asyncDispose]()
}

/** Checks every entry of an answer against its signed checkpoint, with nothing but the log's key. */
function expectProven(
  answer: { readonly asOf: AsOf; readonly entries: ProvenEntries },
  ledger: Ledger,
): void {
  const { size, root } = openCheckpoint(answer.asOf.checkpoint, ledger.logKey)
  expect(size).to.equal(answer.asOf.treeSize)
  for (const [index, entry] of Object.entries(answer.entries)) {
    const claim = { leafHash: leafHash(parseBase64(entry.body)), index: logIndex(Number(index)), size, root }
    checkInclusion(
      claim,
      entry.inclusion.map((hash) => parseBase64(hash)),
    )
  }
}

function sbom(image: string, packages: readonly string[], tool?: string, key = keys.ci): Uint8Array {
  return signEnvelope(sbomPayload(image, packages, tool), key)
}

/** An SBOM of components as given. */
function sbomOf(image: string, components: readonly JsonObject[]): Uint8Array {
  const payload = formatStatement({
    subjects: [
      { name: `registry.test/${image}`, digest: { sha256: digestOf(image).slice('sha256:'.length) } },
    ],
    predicateType: CYCLONEDX,
    predicate: {
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      metadata: { tools: [{ name: 'syft' }] },
      components,
    },
  })
  return signEnvelope(payload, keys.ci)
}

describe('the ledger', () => {
  it('answers a submission only with an entry that is in a signed checkpoint', () =>
    scenario(async (ledger) => {
      const { created, answer } = await ledger.submit(sbom('shop', ['lodash@4.17.20']))
      expect(created).to.equal(true)
      expect(answer.signatures).to.deep.equal([{ key: keys.ci.publicKey.id, entry: 1, new: true }])
      expect(answer.asOf.treeSize).to.equal(2)
      expectProven(answer, ledger)
      expect(ledger.checkpoint()).to.equal(answer.asOf.checkpoint)
    }))

  it('tells the submitter what it read and what of it is poor, also the second time', () =>
    scenario(async (ledger) => {
      const body = sbom('shop', ['lodash@4.17.20', 'lodash@4.17.20', 'left-pad'])
      for (const created of [true, false]) {
        const submitted = await ledger.submit(body)
        expect(submitted.created).to.equal(created)
        const later = await ledger.attestation(submitted.answer.attestation)
        expect(later.intake).to.deep.equal(submitted.answer.intake)
        expect(submitted.answer.intake).to.deep.equal({
          format: 'CycloneDX 1.5',
          components: 3,
          withPurl: 3,
          withoutPurl: 0,
          withoutVersion: 1,
          duplicates: 1,
          findings: [
            {
              code: 'no-version',
              count: 1,
              example: 'pkg:npm/left-pad',
              advice: intakeAdvice['no-version'],
            },
            {
              code: 'duplicate-component',
              count: 1,
              example: 'pkg:npm/lodash@4.17.20',
              advice: intakeAdvice['duplicate-component'],
            },
          ],
        })
      }
    }))

  it('finds a package under every name that tools have for it', () =>
    scenario(async (ledger) => {
      await ledger.submit(sbomOf('alpine', [{ name: 'curl', purl: 'pkg:alpine/curl@8.0-r1' }]))
      await ledger.submit(sbomOf('rhel', [{ name: 'x', purl: 'pkg:rpm/rhel/openssl@1.0.2k-24?epoch=1' }]))
      const asked = [
        ['pkg:apk/alpine/curl@8.0-r1', 'alpine', 'pkg:apk/alpine/curl@8.0-r1'],
        ['pkg:alpine/curl', 'alpine', 'pkg:apk/alpine/curl@8.0-r1'],
        ['pkg:rpm/redhat/openssl@1:1.0.2k-24', 'rhel', 'pkg:rpm/redhat/openssl@1:1.0.2k-24'],
        ['pkg:rpm/rhel/openssl@1.0.2k-24?epoch=1', 'rhel', 'pkg:rpm/redhat/openssl@1:1.0.2k-24'],
      ] as const
      for (const [component, image, purl] of asked) {
        const { items } = await ledger.images({ component })
        expect(
          items.map((row) => row.image),
          component,
        ).to.deep.equal([digestOf(image)])
        expect(
          items.map((row) => row.matches.map((match) => match.purl)),
          component,
        ).to.deep.equal([[purl]])
      }
    }))

  it('counts an SBOM of components that are known by CPE alone, and none of components known by nothing', () =>
    scenario(async (ledger) => {
      await ledger.submit(sbomOf('cpe', [{ name: 'nginx', cpe: 'cpe:2.3:a:f5:nginx:1.2:*:*:*:*:*:*:*' }]))
      await ledger.submit(sbomOf('nothing', [{ name: 'nginx', version: '1.2' }]))
      const { coverage } = await ledger.images({ component: 'pkg:npm/lodash' })
      expect([coverage.images, coverage.notAffected, coverage.unknown]).to.deep.equal([2, 1, 1])
    }))

  it('answers the same attestation by the same key with the existing entry and a fresh proof', () =>
    scenario(async (ledger) => {
      const payload = sbomPayload('shop', ['lodash@4.17.20'])
      await ledger.submit(signEnvelope(payload, keys.ci))
      await ledger.submit(sbom('other', ['left-pad@1.0.0']))
      const again = await ledger.submit(signEnvelope(payload, keys.ci))
      expect(again.created).to.equal(false)
      expect(again.answer.signatures).to.deep.equal([{ key: keys.ci.publicKey.id, entry: 1, new: false }])
      expect(again.answer.asOf.treeSize).to.equal(3)
      expectProven(again.answer, ledger)
    }))

  it('gives fifty concurrent submissions of one attestation one entry', () =>
    scenario(async (ledger) => {
      const body = sbom('shop', ['lodash@4.17.20'])
      const answers = await Promise.all(Array.from({ length: 50 }, () => ledger.submit(body)))
      expect(new Set(answers.flatMap(({ answer }) => Object.keys(answer.entries)))).to.deep.equal(
        new Set(['1']),
      )
      expect(answers.filter(({ created }) => created)).to.have.length(1)
      expect((await ledger.status()).asOf.treeSize).to.equal(2)
    }))

  it('records many concurrent submissions, each once, under consecutive indexes', () =>
    scenario(async (ledger) => {
      const names = Array.from({ length: 300 }, (_, at) => `image-${at}`)
      const answers = await Promise.all(names.map((name) => ledger.submit(sbom(name, ['lodash@4.17.20']))))
      for (const { answer } of answers) expectProven(answer, ledger)
      const indexes = answers
        .flatMap(({ answer }) => Object.keys(answer.entries).map(Number))
        .sort((a, b) => a - b)
      expect(indexes).to.deep.equal(names.map((_, at) => at + 1))
      expect((await ledger.images({ component: 'pkg:npm/lodash' })).coverage.affected).to.equal(300)
    }))

  it('leaves out signatures by unknown keys and names them', () =>
    scenario(async (ledger) => {
      const stranger = testKey('stranger')
      const { answer } = await ledger.submit(
        signEnvelope(sbomPayload('shop', ['a@1.0.0']), keys.ci, stranger),
      )
      expect(answer.signatures).to.deep.equal([
        { key: keys.ci.publicKey.id, entry: 1, new: true },
        { keyid: stranger.publicKey.id, leftOut: 'untrusted-signer' },
      ])
    }))

  it('refuses an envelope whose signature by a registered key does not verify, and records nothing', () =>
    scenario(async (ledger) => {
      const body = JSON.parse(new TextDecoder().decode(sbom('shop', ['a@1.0.0'])))
      const other = JSON.parse(new TextDecoder().decode(sbom('shop', ['a@1.0.1'])))
      const forged = new TextEncoder().encode(JSON.stringify({ ...body, payload: other.payload }))
      expect((await asyncRefusal(ledger.submit(forged))).reason).to.equal('signature-invalid')
      expect((await ledger.status()).asOf.treeSize).to.equal(1)
      expect((await ledger.submit(sbom('shop', ['a@1.0.0']))).created).to.equal(true)
    }))

  it('finds a named signer after any number of signatures that name nobody', () => {
    const many = Array.from({ length: 20 }, (_, at) => testKey(`signer-${at}`))
    const [first = keys.ci] = many
    return scenario(
      async (ledger) => {
        const envelope = JSON.parse(new TextDecoder().decode(sbom('shop', ['a@1.0.0'], 'syft', first)))
        const nobodys = { keyid: '', sig: 'AAAA' }
        const body = { ...envelope, signatures: [nobodys, ...envelope.signatures] }
        const { answer } = await ledger.submit(new TextEncoder().encode(JSON.stringify(body)))
        expect(answer.signatures).to.deep.equal([
          { key: first.publicKey.id, entry: 1, new: true },
          { keyid: '', leftOut: 'untrusted-signer' },
        ])
      },
      { submitters: { ci: many } },
    )
  })

  it('refuses an envelope that nobody registered signed', () =>
    scenario(async (ledger) => {
      const refusal = await asyncRefusal(
        ledger.submit(sbom('shop', ['a@1.0.0'], 'syft', testKey('stranger'))),
      )
      expect(refusal.reason).to.equal('untrusted-signer')
      expect((await ledger.status()).asOf.treeSize).to.equal(1)
    }))

  it('names the trust root that is in force for the next entry, as soon as it is recorded', () =>
    scenario(async (ledger) => {
      const { id } = (await ledger.status()).trustRoot
      const next = { ...trustRoot({ ci: [keys.ci] }), version: 2, previous: id }
      const { answer } = await ledger.submit(signEnvelope(trustRootStatement(next), keys.admin))
      expect((await ledger.status()).trustRoot).to.deep.equal({
        id: answer.attestation,
        version: 2,
        entry: 1,
      })
    }))

  it('goes on recording when the index cannot follow, and says how far answers reach', async () => {
    const state = newMemoryState()
    const stopped: unknown[] = []
    const ledger = await createTestLedger(openMemoryStorage(state), {
      onIndexStopped: (cause) => stopped.push(cause),
    })
    await ledger.submit(sbom('shop', ['a@1.0.0']))
    await ledger.status()
    // What was signed is damaged between committing and indexing; it has more lines than admission hands on.
    const payload = sbomPayload(
      'damaged',
      Array.from({ length: 40 }, (_, i) => `b@1.0.${i}`),
    )
    const damage = openMemoryStorage(state).blobs
    state.blobs.set(idOfPayload(payload), new Uint8Array(3))
    await ledger.submit(signEnvelope(payload, keys.ci))
    expect(await damage.get(idOfPayload(payload)).catch((cause: unknown) => cause)).to.be.instanceOf(Fault)
    const { asOf } = await ledger.status()
    expect(asOf).to.include({ treeSize: 3, indexedThrough: 2 })
    expect(stopped).to.have.length(1)
    expect((await ledger.submit(sbom('later', ['c@1.0.0']))).answer.asOf.treeSize).to.equal(4)
    await ledger[Symbol.asyncDispose]()
  })

  it('is read-only, and says so to a load balancer, as soon as nothing can be written, though nobody submits', async () => {
    const told: unknown[] = []
    const gone = new Error('the writer thread ended')
    let lose: (cause: Error) => void = () => undefined
    const lost = new Promise<Error>((resolve) => (lose = resolve))
    const ledger = await createTestLedger(
      { ...openMemoryStorage(), lost },
      { onFatal: (cause) => told.push(cause) },
    )
    expect([ledger.readOnly, ledger.notReady()]).to.deep.equal([undefined, undefined])
    lose(gone)
    await lost
    expect([ledger.readOnly, ledger.notReady()?.reason]).to.deep.equal(['internal-error', 'read-only'])
    expect((await asyncRefusal(ledger.submit(sbom('late', ['a@1.0.0'])))).reason).to.equal('read-only')
    expect(told).to.deep.equal([gone])
    expect((await ledger.status()).readOnly).to.equal('internal-error')
    await ledger[Symbol.asyncDispose]()
    expect(told).to.have.length(1)
  })

  it('makes an index again that is ahead of the log, as after a log was put back from a backup', async () => {
    const [newer, older] = [openMemoryStorage(), openMemoryStorage()]
    const lost = await createTestLedger(newer)
    await lost.submit(sbom('lost', ['a@1.0.0']))
    await lost.submit(sbom('lost too', ['a@1.0.0']))
    await lost.status()
    const kept = await createTestLedger(older)
    await kept.submit(sbom('kept', ['a@1.0.0']))
    const ledger = await openTestLedger({ ...older, index: newer.index }, { readOnly: 'rolled back' })
    const { items, asOf } = await ledger.images({ component: 'pkg:npm/a' })
    expect([items.map((row) => row.image), asOf.indexedThrough]).to.deep.equal([[digestOf('kept')], 2])
  })

  it('serves what was signed, by its identity', () =>
    scenario(async (ledger) => {
      const payload = sbomPayload('shop', ['a@1.0.0'])
      await ledger.submit(signEnvelope(payload, keys.ci))
      const id = idOfPayload(payload)
      expect(`sha256:${formatHex(sha256(await ledger.pae(id)))}`).to.equal(id)
      expectProven(await ledger.attestation(id), ledger)
      expect((await asyncRefusal(ledger.pae(idOfPayload(sbomPayload('shop', ['b@1.0.0']))))).reason).to.equal(
        'not-recorded',
      )
    }))
})

describe('which images contain a component', () => {
  it('answers with every affected image, its entries and proofs, and counts that add up to all images', () =>
    scenario(async (ledger) => {
      await ledger.submit(sbom('old', ['lodash@4.17.20', 'express@4.0.0']))
      await ledger.submit(sbom('new', ['lodash@4.17.21']))
      await ledger.submit(sbom('unversioned', ['lodash']))
      await ledger.submit(sbom('without', ['express@4.0.0']))
      await ledger.submit(sbom('empty', []))
      await ledger.submit(
        signEnvelope(
          provenancePayload('old', 'example.com/acme/old', 'a'.repeat(40), 'https://ci.example'),
          keys.ci,
        ),
      )
      const answer = await ledger.images({ component: 'pkg:npm/lodash', range: '<4.17.21' })
      expectProven(answer, ledger)
      expect(answer.coverage).to.deep.equal({
        images: 5,
        affected: 1,
        notAffected: 2,
        undetermined: 1,
        unknown: 1,
        unreadableEntries: 0,
      })
      expect(answer.items).to.deep.equal([
        {
          image: digestOf('old'),
          names: ['registry.test/old'],
          status: 'affected',
          revoked: false,
          matches: [{ purl: 'pkg:npm/lodash@4.17.20', entry: 1 }],
          sboms: [1],
          provenance: [
            { entry: 6, builder: 'https://ci.example', commits: [`example.com/acme/old@${'a'.repeat(40)}`] },
          ],
        },
        {
          image: digestOf('unversioned'),
          names: ['registry.test/unversioned'],
          status: 'undetermined',
          revoked: false,
          matches: [{ purl: 'pkg:npm/lodash', entry: 3 }],
          sboms: [3],
          provenance: [],
        },
      ])
      expect(Object.keys(answer.entries)).to.include.members(['0', '1', '3', '6'])
    }))

  it('takes the newest SBOM of each signer and tool, so that a corrected SBOM replaces the wrong one', () =>
    scenario(async (ledger) => {
      await ledger.submit(sbom('shop', ['lodash@4.17.20']))
      expect((await ledger.images({ component: 'pkg:npm/lodash@4.17.20' })).coverage.affected).to.equal(1)
      await ledger.submit(sbom('shop', ['lodash@4.17.21']))
      expect((await ledger.images({ component: 'pkg:npm/lodash@4.17.20' })).coverage.affected).to.equal(0)
      await ledger.submit(sbom('shop', ['lodash@4.17.20'], 'trivy'))
      expect((await ledger.images({ component: 'pkg:npm/lodash@4.17.20' })).items[0]?.sboms).to.deep.equal([
        2, 3,
      ])
    }))

  it('pages through all rows once, in an order that new entries do not change', () =>
    scenario(async (ledger) => {
      for (let at = 0; at < 7; at++) await ledger.submit(sbom(`image-${at}`, ['lodash@1.0.0']))
      const seen: string[] = []
      let cursor: string | undefined
      do {
        const page = await ledger.images({
          component: 'pkg:npm/lodash',
          limit: 3,
          ...(cursor === undefined ? {} : { cursor }),
        })
        seen.push(...page.items.map((row) => row.image))
        cursor = page.next
        await ledger.submit(sbom(`late-${seen.length}`, ['express@1.0.0']))
      } while (cursor !== undefined)
      expect(seen).to.deep.equal(Array.from({ length: 7 }, (_, at) => digestOf(`image-${at}`)))
    }))

  it('finds versions that are too long for a key, by what the manifest says', () =>
    scenario(async (ledger) => {
      const long = `1.0.0-${'a'.repeat(1200)}`
      await ledger.submit(sbom('long', [`lodash@${long}`]))
      const all = await ledger.images({ component: 'pkg:npm/lodash' })
      expect(all.items[0]?.matches).to.deep.equal([{ purl: `pkg:npm/lodash@${long}`, entry: 1 }])
      expect(
        (await ledger.images({ component: 'pkg:npm/lodash', range: '<1.0.0' })).coverage.affected,
      ).to.equal(1)
      expect(
        (await ledger.images({ component: 'pkg:npm/lodash', range: '>=1.0.0' })).coverage.affected,
      ).to.equal(0)
      expect((await ledger.images({ component: `pkg:npm/lodash@${long}` })).coverage.affected).to.equal(1)
    }))

  it('refuses a cursor of another question', () =>
    scenario(async (ledger) => {
      for (let at = 0; at < 3; at++) await ledger.submit(sbom(`image-${at}`, ['lodash@1.0.0']))
      const { next = '' } = await ledger.images({ component: 'pkg:npm/lodash', limit: 1 })
      const refusal = await asyncRefusal(ledger.images({ component: 'pkg:npm/express', cursor: next }))
      expect(refusal.reason).to.equal('cursor-malformed')
    }))
})

describe('revocation', () => {
  it('keeps what a leaked key signed before the cut-off, and takes back what it signed after', () =>
    scenario(async (ledger) => {
      await ledger.submit(sbom('before', ['lodash@4.17.20']))
      await ledger.submit(sbom('after', ['lodash@4.17.20']))
      const key = keys.ci.publicKey.id
      const target = { type: 'key', uri: `key:${key}`, key } as const
      await ledger.submit(
        signEnvelope(
          revocationPayload({
            target,
            mode: 'since',
            cutoff: { treeSize: 2 as never },
            reason: 'key-compromise',
          }),
          keys.admin,
        ),
      )
      const verdictOf = async (image: string): Promise<string | undefined> =>
        (await ledger.image(imageDigest(digestOf(image)))).attestations[0]?.verdict.verdict
      expect(await verdictOf('before')).to.equal('valid-before-compromise')
      expect(await verdictOf('after')).to.equal('revoked')
      const answer = await ledger.images({ component: 'pkg:npm/lodash' })
      expect(answer.coverage).to.include({ images: 2, affected: 1, unknown: 1 })
      expect(answer.entries).to.have.property('3')
      const status = await ledger.revocations(`key:${key}`)
      expect(status).to.deep.include({ state: 'revoked-since', known: true })
      expectProven(status, ledger)
      expect((await asyncRefusal(ledger.submit(sbom('later', ['a@1.0.0'])))).reason).to.equal('revoked-key')
    }))

  it('shows a revoked image as revoked, and still as affected', () =>
    scenario(async (ledger) => {
      await ledger.submit(sbom('shop', ['lodash@4.17.20']))
      const image = imageDigest(digestOf('shop'))
      const target = { type: 'image', uri: `image:${image}`, image } as const
      await ledger.submit(
        signEnvelope(revocationPayload({ target, mode: 'all', reason: 'malicious-artifact' }), keys.admin),
      )
      const answer = await ledger.images({ component: 'pkg:npm/lodash' })
      expect(answer.items[0]).to.deep.include({ status: 'affected', revoked: true })
      expect((await ledger.image(image)).attestations[0]?.verdict.verdict).to.equal('revoked')
    }))

  it('says of an image who signed for it, and whether anybody can say what is inside', () =>
    scenario(async (ledger) => {
      const image = imageDigest(digestOf('shop'))
      await ledger.submit(
        signEnvelope(
          provenancePayload('shop', 'example.com/acme/shop', 'b'.repeat(40), 'https://ci.example'),
          keys.ci,
        ),
      )
      const signers = [{ key: keys.ci.publicKey.id, principal: 'ci' }]
      expect(await ledger.image(image)).to.deep.include({ status: 'unknown', signers })
      await ledger.submit(sbom('shop', ['a@1.0.0']))
      expect(await ledger.image(image)).to.deep.include({ status: 'with-sbom', signers })
    }))

  it('takes an SBOM that is revoked out of the count, so that the image becomes unknown', () =>
    scenario(async (ledger) => {
      const payload = sbomPayload('shop', ['lodash@4.17.20'])
      await ledger.submit(signEnvelope(payload, keys.ci))
      const attestation = idOfPayload(payload)
      const target = { type: 'attestation', uri: `attestation:${attestation}`, attestation } as const
      await ledger.submit(
        signEnvelope(revocationPayload({ target, mode: 'all', reason: 'false-statement' }), keys.admin),
      )
      expect((await ledger.images({ component: 'pkg:npm/lodash' })).coverage).to.include({
        affected: 0,
        unknown: 1,
      })
      const status = await ledger.revocations(target.uri)
      expect(status.verdicts.map((one) => one.verdict)).to.deep.equal(['revoked'])
    }))

  it('judges a subject once, by its SHA-256, whatever other digests and names it has', () =>
    scenario(async (ledger) => {
      const digest = { sha256: digestOf('shop').slice('sha256:'.length), sha512: 'ab'.repeat(64) }
      const payload = formatStatement({
        subjects: [
          { name: 'registry.test/shop', digest },
          { name: 'registry.test/shop:1', digest },
        ],
        predicateType: 'https://example.com/check/v1',
        predicate: {},
      })
      await ledger.submit(signEnvelope(payload, keys.ci))
      const uri = `image:${digestOf('shop')}`
      const target = { type: 'image' as const, uri, image: imageDigest(digestOf('shop')) }
      await ledger.submit(
        signEnvelope(revocationPayload({ target, mode: 'all', reason: 'malicious-artifact' }), keys.admin),
      )
      const { verdicts } = await ledger.revocations(`attestation:${idOfPayload(payload)}`)
      expect(verdicts.map(({ subject, verdict }) => [subject, verdict])).to.deep.equal([
        [digestOf('shop'), 'revoked'],
      ])
    }))

  it('knows a key as soon as a trust root registers it, before it signs anything', () =>
    scenario(async (ledger) => {
      const [target, { id }] = [`key:${testKey('late').publicKey.id}`, (await ledger.status()).trustRoot]
      expect((await ledger.revocations(target)).known).to.equal(false)
      const next = { ...trustRoot({ ci: [keys.ci], late: [testKey('late')] }), version: 2, previous: id }
      await ledger.submit(signEnvelope(trustRootStatement(next), keys.admin))
      expect((await ledger.revocations(target)).known).to.equal(true)
    }))

  it('answers for a target that was never seen, and says that absence is not established', () =>
    scenario(async (ledger) => {
      const answer = await ledger.revocations(`image:${digestOf('never')}`)
      expect(answer).to.deep.include({ state: 'not-revoked', known: false, notEstablished: ['absence'] })
    }))
})
