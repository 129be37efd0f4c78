/** What `attestree deploy` reads and prints; what it asks for is tested in test/client/deployments.test.ts. */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { deploymentStatement, type Deployment } from '../../src/attestation/deployment.ts'
import { trustRootStatement } from '../../src/attestation/trust-root.ts'
import { attestationId, imageDigest, keyId, logIndex, treeSize } from '../../src/brand.ts'
import { openSince } from '../../src/cli/deploy-command.ts'
import { printDeployments } from '../../src/cli/deploy-list.ts'
import { parseTime } from '../../src/cli/parse-time.ts'
import { createColors } from '../../src/cli/terminal.ts'
import { UsageError } from '../../src/cli/usage-error.ts'
import type { SigningKey } from '../../src/crypto/signing-key.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import type { DeploymentRow, DeploymentsAnswer } from '../../src/verify/deployments.ts'
import { clientOf } from '../helpers/story.ts'
import {
  createTestLedger,
  digestOf,
  idOfPayload,
  keys,
  signEnvelope,
  testKey,
  trustRoot,
} from '../helpers/test-ledger.ts'

const row: DeploymentRow = {
  entry: logIndex(3),
  key: keyId(`sha256:${'ab'.repeat(32)}`),
  signer: 'ci',
  image: imageDigest(digestOf('shop')),
  name: 'registry.test/shop',
  revoked: false,
  environment: 'prod',
  cluster: null,
  from: '2026-11-10T00:00:00Z',
  until: null,
  endedBy: null,
  disputedBy: [],
}

function printed(items: readonly DeploymentRow[], question: DeploymentsAnswer['question'] = {}): string {
  const lines: string[] = []
  const print = (line = ''): void => void lines.push(line)
  const terminal = {
    print,
    note: print,
    write: () => undefined,
    color: createColors(false),
    columns: undefined,
  }
  const size = treeSize(9)
  printDeployments(terminal, {
    question,
    items,
    coverage: { images: 1, withSbom: 1, unknown: 0, unreadableEntries: 0 },
    entries: {},
    asOf: {
      origin: 'ledger.test',
      treeSize: size,
      rootHash: '',
      checkpoint: '',
      indexedThrough: size,
      recordedAt: null,
      servedAt: '',
    },
    assurance: 'rows',
    notEstablished: [],
  })
  return lines.join('\n')
}

describe('attestree deploy', () => {
  it('ends the latest period that goes on, which ends all before it; of this key, environment and cluster alone', async () => {
    const ops = testKey('ops')
    const submitters = { ci: [keys.ci], ops: [ops] }
    await using ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0, submitters })
    const root = trustRootStatement(trustRoot(submitters))
    const client = clientOf(ledger, undefined, { trustRoot: attestationId(idOfPayload(root)) })
    const shop = { name: 'registry.test/shop', digest: row.image }
    const prod = { environment: 'prod' }
    const record = (key: SigningKey, deployment: Deployment): Promise<unknown> =>
      ledger.submit(signEnvelope(deploymentStatement(shop, deployment), key))
    await record(keys.ci, { ...prod, from: '2026-11-10T00:00:00Z' })
    await record(keys.ci, { ...prod, from: '2026-11-05T00:00:00Z' })
    await record(ops, { ...prod, from: '2026-11-20T00:00:00Z' })
    await record(ops, { ...prod, cluster: 'eu', from: '2026-11-21T00:00:00Z', until: '2026-11-22T00:00:00Z' })
    const from = await openSince(client, shop, keys.ci.publicKey.id, prod)
    expect(from).to.equal('2026-11-10T00:00:00Z')
    const none = openSince(client, shop, ops.publicKey.id, { ...prod, cluster: 'eu' })
    expect(await none.catch((cause: unknown) => cause)).to.be.instanceOf(UsageError)
    await record(keys.ci, { ...prod, from, until: '2026-11-12T00:00:00Z' })
    const { items } = await client.deployments({ ...prod, time: '2026-11-15T00:00:00Z' })
    expect(items).to.deep.equal([])
  })

  it('takes times with their offset only, and writes them in UTC to the second', () => {
    const now = Date.UTC(2026, 10, 24, 12, 0, 0, 250)
    const read = ['now', '2026-11-17T16:45Z', '2026-11-17 17:45+01:00', '2026-11-17T16:45:00.999Z']
    expect(read.map((text) => parseTime('--at', text, now))).to.deep.equal([
      '2026-11-24T12:00:00Z',
      '2026-11-17T16:45:00Z',
      '2026-11-17T16:45:00Z',
      '2026-11-17T16:45:00Z',
    ])
    const bad = ['2026-11-17T16:45', '2026-11-17', 'Tuesday', '1763397900', '2026-13-17T16:45Z', '']
    for (const text of bad) expect(() => parseTime('--at', text, now), text).to.throw(UsageError)
  })

  it('shows who says what, who disputes it, what ended it and what is revoked, and on whose word', () => {
    const text = printed(
      [
        row,
        { ...row, entry: logIndex(4), until: '2026-11-12T00:00:00Z', endedBy: logIndex(6), cluster: 'eu-1' },
        { ...row, entry: logIndex(7), revoked: true, disputedBy: [logIndex(5)] },
      ],
      { environment: 'prod', time: '2026-11-11T00:00:00Z' },
    )
    expect(text).to.match(/^prod +registry\.test\/shop .*\(no end\) +ci #3 +–/m)
    expect(text).to.include('prod (eu-1)').and.to.include('2026-11-12T00:00:00Z (by #6)')
    expect(text).to.include('revoked, disputed by #5').and.to.include('1 image is revoked')
    expect(text).to.include('Known to have run in prod at 2026-11-11T00:00:00Z: 1 image.')
    expect(text).to.include('signers’ claims').and.to.include('What nobody recorded is not here.')
    expect(printed([], { environment: 'prod', time: '2026-11-11T00:00:00Z' })).to.include(': nothing.')
    expect(printed([])).to.include('No deployment is known.')
  })
})
