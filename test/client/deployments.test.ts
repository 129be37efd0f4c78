/** Deployments from a signer's statement to a client's verified rows, over a ledger in memory. */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { formatSubmission, parseEnvelope } from '../../src/attestation/envelope.ts'
import { deploymentStatement, type Deployment } from '../../src/attestation/deployment.ts'
import { DEPLOYMENT } from '../../src/attestation/predicate-types.ts'
import { parseTarget } from '../../src/attestation/revocation.ts'
import { trustRootStatement } from '../../src/attestation/trust-root.ts'
import { attestationId, imageDigest, treeSize } from '../../src/brand.ts'
import { verifiedDeployments } from '../../src/client/verified-deployments.ts'
import type { SigningKey } from '../../src/crypto/signing-key.ts'
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import { Fault } from '../../src/errors.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import type { DeploymentsAnswer } from '../../src/verify/deployments.ts'
import { at, setAt } from '../helpers/json-edit.ts'
import { changeJson } from '../helpers/ledger-fetch.ts'
import { clientOf } from '../helpers/story.ts'
import {
  createTestLedger,
  digestOf,
  idOfPayload,
  keys,
  revocationPayload,
  sbomPayload,
  signEnvelope,
  testKey,
  trustRoot,
} from '../helpers/test-ledger.ts'

const ops = testKey('ops')
const submitters = { ci: [keys.ci], ops: [ops] }
const trust = { trustRoot: attestationId(idOfPayload(trustRootStatement(trustRoot(submitters)))) }
const TUESDAY = '2026-11-17T16:45:00Z'
const SHOP = imageDigest(digestOf('shop'))

function payload(image: string, from: string, others: Partial<Deployment> = {}): Uint8Array {
  const reference = { name: `registry.test/${image}`, digest: imageDigest(digestOf(image)) }
  return deploymentStatement(reference, { environment: 'prod', from, ...others })
}

function submit(ledger: Ledger, statement: Uint8Array, key: SigningKey = keys.ci): Promise<unknown> {
  const envelope = parseEnvelope(signEnvelope(statement, key))
  return ledger.submit(formatSubmission({ envelope, publicKeys: [key.publicKey.spki] }))
}

const web = payload('web', '2026-11-10T00:00:00Z')

/**
 * 1 shop by ci since the 10th · 2 web by ci since the 10th · 3 shop by ci ended the 20th · 4 shop in test by ci
 * 5 shop by ops from the 10th to the 12th · 6 revocation of 2 · 7 api by ops since the 16th · 8 revocation of the image api
 */
async function ledgerOfDeployments(): Promise<Ledger> {
  const ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0, submitters })
  const revoke = (uri: string): Uint8Array =>
    revocationPayload({
      target: parseTarget(uri),
      mode: 'all',
      reason: uri.startsWith('image:') ? 'malicious-artifact' : 'signed-in-error',
    })
  await submit(ledger, payload('shop', '2026-11-10T00:00:00Z'))
  await submit(ledger, web)
  await submit(ledger, payload('shop', '2026-11-10T00:00:00Z', { until: '2026-11-20T00:00:00Z' }))
  await submit(ledger, payload('shop', '2026-11-01T00:00:00Z', { environment: 'test' }))
  await submit(ledger, payload('shop', '2026-11-10T00:00:00Z', { until: '2026-11-12T00:00:00Z' }), ops)
  await submit(ledger, revoke(`attestation:${idOfPayload(web)}`), keys.admin)
  await submit(ledger, payload('api', '2026-11-16T00:00:00Z', { cluster: 'eu-1' }), ops)
  await submit(ledger, revoke(`image:${digestOf('api')}`), keys.admin)
  return ledger
}

function reasonOf(asked: Promise<unknown>): Promise<unknown> {
  return asked.then(
    () => 'not refused',
    (cause: unknown) => (cause instanceof Fault ? cause.reason : cause),
  )
}

const entriesIn = ({ items }: DeploymentsAnswer): readonly number[] => items.map((one) => one.entry)

describe('deployments in a ledger', () => {
  it('answer what ran in an environment at a time: by counting statements, with who disputes it and what is revoked', async () => {
    await using ledger = await ledgerOfDeployments()
    const client = clientOf(ledger, undefined, trust)
    const answer = await verifiedDeployments(client, { environment: 'prod', time: TUESDAY })
    expect(answer.items).to.deep.equal([
      {
        entry: 3,
        key: keys.ci.publicKey.id,
        signer: 'ci',
        image: SHOP,
        name: 'registry.test/shop',
        revoked: false,
        environment: 'prod',
        cluster: null,
        from: '2026-11-10T00:00:00Z',
        until: '2026-11-20T00:00:00Z',
        endedBy: null,
        disputedBy: [5],
      },
      {
        entry: 7,
        key: ops.publicKey.id,
        signer: 'ops',
        image: digestOf('api'),
        name: 'registry.test/api',
        revoked: true,
        environment: 'prod',
        cluster: 'eu-1',
        from: '2026-11-16T00:00:00Z',
        until: null,
        endedBy: null,
        disputedBy: [],
      },
    ])
    expect(answer.notEstablished).to.include.members(['complete', 'times'])
  })

  it('are found by image, in all environments, and as of an earlier size', async () => {
    await using ledger = await ledgerOfDeployments()
    const client = clientOf(ledger, undefined, trust)
    expect(entriesIn(await verifiedDeployments(client, { image: SHOP }))).to.deep.equal([3, 5, 4])
    expect(entriesIn(await verifiedDeployments(client, {}))).to.deep.equal([3, 5, 7, 4])
    // Before its end was stated, and before the revocation of web.
    const then = await verifiedDeployments(client, { environment: 'prod', at: treeSize(3) })
    expect(then.items.map(({ entry, until }) => [entry, until])).to.deep.equal([
      [1, null],
      [2, null],
    ])
    const none = await verifiedDeployments(client, { environment: 'Prod' })
    expect(none.items).to.deep.equal([])
  })

  it('come in pages that are verified one by one', async () => {
    await using ledger = await ledgerOfDeployments()
    const client = clientOf(ledger, undefined, trust)
    const query = { environment: 'prod', time: TUESDAY, limit: 1 }
    const first = await verifiedDeployments(client, query)
    await submit(ledger, payload('new', '2026-11-01T00:00:00Z'))
    const second = await verifiedDeployments(client, { ...query, cursor: first.next ?? '' })
    expect([first, second].map(entriesIn)).to.deep.equal([[3], [7]])
    expect(second).not.to.have.property('next')
  })

  it('of an unregistered signer never count, and are listed apart', async () => {
    await using ledger = await ledgerOfDeployments()
    const root = { ...trustRoot(submitters), admission: 'open' as const }
    await submit(ledger, trustRootStatement({ ...root, version: 2, previous: trust.trustRoot }), keys.admin)
    const stranger = testKey('stranger')
    await submit(ledger, payload('evil', '2026-11-01T00:00:00Z'), stranger)
    await submit(ledger, sbomPayload('evil', ['lodash@1.0.0']), stranger)
    const client = clientOf(ledger, undefined, trust)
    const answer = await verifiedDeployments(client, { environment: 'prod' })
    expect(entriesIn(answer)).to.deep.equal([3, 5, 7])
    expect(answer.unregistered?.items.map((claim) => claim.entry)).to.deep.equal([10])
  })

  it('need a grant of their type, and are refused with the place where they are malformed', async () => {
    const root = trustRoot({ ci: [keys.ci] })
    const grants = root.grants.map((grant) =>
      grant.role === 'submit' ? { ...grant, predicateTypes: ['https://cyclonedx.org/bom*'] } : grant,
    )
    await using ledger = await ledgerOfDeployments()
    const next = { ...trustRoot(submitters), version: 2, previous: trust.trustRoot, grants }
    const bad = submit(ledger, payload('shop', '2026-11-10', {}))
    const fault = await bad.catch((cause: unknown) => cause)
    expect(fault).to.be.instanceOf(Fault)
    expect(fault).to.include({ reason: 'predicate-unacceptable', pointer: '/predicate/from' })
    await submit(ledger, trustRootStatement(next), keys.admin)
    expect(await reasonOf(submit(ledger, payload('new', '2026-11-10T00:00:00Z')))).to.equal('unauthorized')
    // What was stated with the right stays: it is judged at its entry.
    const client = clientOf(ledger, undefined, trust)
    expect(entriesIn(await verifiedDeployments(client, { environment: 'prod' }))).to.deep.equal([3, 5, 7])
  })

  it('are not believed of a server that changes a row, its order, who disputes it or when it ended', async () => {
    await using ledger = await ledgerOfDeployments()
    type Rows = Record<string, unknown>[]
    const edits: readonly ((rows: Rows) => Rows)[] = [
      (rows) => rows.map((row) => ({ ...row, environment: 'test' })),
      (rows) => rows.map((row) => ({ ...row, until: null })),
      (rows) => rows.map((row) => ({ ...row, disputedBy: [] })),
      (rows) => rows.map((row) => ({ ...row, revoked: false })),
      (rows) => rows.map((row) => ({ ...row, signer: 'somebody' })),
      (rows) => [...rows].reverse(),
      (rows) => rows.slice(1),
      (rows) => [...rows, ...rows],
    ]
    const reasons = edits.map((edit) => {
      const change = changeJson('ledger/v1/deployments', (answer) => {
        const { items, ...others } = answer as { items: Rows }
        return JSON.parse(JSON.stringify({ ...others, items: edit(items) }))
      })
      const client = clientOf(ledger, change, trust)
      return reasonOf(verifiedDeployments(client, { environment: 'prod', time: TUESDAY }))
    })
    expect(new Set(await Promise.all(reasons))).to.deep.equal(new Set(['rows-differ']))
  })

  it('are not believed of a server that answers another question, or from behind the end of its index', async () => {
    await using ledger = await ledgerOfDeployments()
    const asked = { environment: 'prod', time: TUESDAY }
    const edits = [
      ['/question', { environment: 'prod' }],
      ['/question/environment', 'test'],
      ['/question/time', '2026-11-17T16:46:00Z'],
      ['/asOf/indexedThrough', 3],
    ] as const
    const reasons = edits.map(([pointer, to]) => {
      const change = changeJson('ledger/v1/deployments', (answer) => setAt(answer, pointer, to))
      return reasonOf(verifiedDeployments(clientOf(ledger, change, trust), asked))
    })
    const mismatch = 'entry-mismatch'
    expect(await Promise.all(reasons)).to.deep.equal([mismatch, mismatch, mismatch, 'rows-differ'])
  })

  it('of a stranger are not passed off as ones of another environment or image', async () => {
    await using ledger = await ledgerOfDeployments()
    const root = { ...trustRoot(submitters), admission: 'open' as const }
    await submit(ledger, trustRootStatement({ ...root, version: 2, previous: trust.trustRoot }), keys.admin)
    await submit(ledger, payload('evil', '2026-11-01T00:00:00Z'), testKey('stranger'))
    const all = JSON.parse(JSON.stringify(await ledger.deployments({}))) as JsonValue
    for (const question of [{ environment: 'test' }, { image: SHOP }]) {
      const change = changeJson('ledger/v1/deployments', (honest) =>
        ['/unregistered', '/entries/10'].reduce((lie, place) => setAt(lie, place, at(all, place)), honest),
      )
      const lying = clientOf(ledger, change, trust)
      expect(await reasonOf(verifiedDeployments(lying, question))).to.equal('rows-differ')
    }
  })

  it('are asked for in one spelling only', async () => {
    await using ledger = await ledgerOfDeployments()
    const asked = [
      { environment: ' prod' },
      { time: '2026-11-17' },
      { time: '2026-11-17T16:45:00+01:00' },
      { cursor: 'AAAA' },
    ].map((one) => reasonOf(ledger.deployments(one)))
    expect(await Promise.all(asked)).to.deep.equal([
      'parameter-malformed',
      'parameter-malformed',
      'parameter-malformed',
      'cursor-malformed',
    ])
    expect(DEPLOYMENT).to.equal('https://attestree.dev/deployment/v1')
  })

  it('are taken only in the environments of the signer’s grant, which a verifier judges again', async () => {
    const ledger = await ledgerOfDeployments()
    const root = trustRoot(submitters)
    const ofCi = { to: 'ci', role: 'submit', predicateTypes: [DEPLOYMENT], environments: ['test'] } as const
    const previous = trust.trustRoot
    const next = {
      ...root,
      version: 2,
      previous,
      grants: [...root.grants.filter(({ to }) => to !== 'ci'), ofCi],
    }
    await submit(ledger, trustRootStatement(next), keys.admin)
    const later = { from: '2026-11-22T00:00:00Z', environment: 'test' }
    await submit(ledger, payload('api', later.from, later))
    expect(await reasonOf(submit(ledger, payload('api', later.from)))).to.equal('unauthorized')
    const { items } = await verifiedDeployments(clientOf(ledger, undefined, trust), { environment: 'test' })
    expect(items.map(({ image }) => image)).to.include(digestOf('api'))
  })
})
