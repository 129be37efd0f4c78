/** The versions of a package, asked through the client, over a ledger in memory. */
import { describe, it } from 'mocha'
import { expect } from 'chai'
import { trustRootStatement } from '../../src/attestation/trust-root.ts'
import { treeSize } from '../../src/brand.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { printPackage } from '../../src/cli/show-package.ts'
import { createColors } from '../../src/cli/terminal.ts'
import { Fault } from '../../src/errors.ts'
import { changeJson } from '../helpers/ledger-fetch.ts'
import { clientOf } from '../helpers/story.ts'
import {
  createTestLedger,
  idOfPayload,
  keys,
  sbomPayload,
  signEnvelope,
  testKey,
  trustRoot,
} from '../helpers/test-ledger.ts'
import { formatSubmission, parseEnvelope } from '../../src/attestation/envelope.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import type { SigningKey } from '../../src/crypto/signing-key.ts'

const LODASH = 'pkg:npm/lodash'
const stranger = testKey('stranger')

/** 1 shop 4.9.0 · 2 api 4.17.21 · 3 web both · 4 shop again, 4.17.21 · 5 odd (none, "latest") · 6 a stranger's 9.9.9 */
async function ledgerOfVersions(): Promise<Ledger> {
  const ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
  const said: readonly [image: string, packages: readonly string[]][] = [
    ['shop', ['lodash@4.9.0', 'lodash-es@1.0.0']],
    ['api', ['lodash@4.17.21']],
    ['web', ['lodash@4.17.21', 'lodash@4.9.0']],
    ['shop', ['lodash@4.17.21']],
    ['odd', ['lodash', 'lodash@latest']],
  ]
  for (const [image, packages] of said) await submit(ledger, sbomPayload(image, packages), keys.ci)
  return ledger
}

function submit(ledger: Ledger, payload: Uint8Array, key: SigningKey): Promise<unknown> {
  const envelope = parseEnvelope(signEnvelope(payload, key))
  return ledger.submit(formatSubmission({ envelope, publicKeys: [key.publicKey.spki] }))
}

function reasonOf(asked: Promise<unknown>): Promise<unknown> {
  return asked.catch((cause: unknown) => (cause instanceof Fault ? cause.reason : cause))
}

describe('the versions of a package', () => {
  it('stand in their ecosystem’s order with the images of counting SBOMs, those without a place last', async () => {
    await using ledger = await ledgerOfVersions()
    const answer = await clientOf(ledger).packages({ component: LODASH })
    expect(answer.items).to.deep.equal([
      { version: '4.9.0', ordered: true, images: 1, statements: 2, entry: 3 },
      { version: '4.17.21', ordered: true, images: 3, statements: 3, entry: 2 },
      { version: null, ordered: false, images: 1, statements: 1, entry: 5 },
      { version: 'latest', ordered: false, images: 1, statements: 1, entry: 5 },
    ])
    expect([answer.versions, answer.images, answer.coverage.images]).to.deep.equal([4, 4, 4])
    expect(answer.notEstablished).to.include('counts')
    expect(answer).not.to.have.property('next')
  })

  it('come in pages as of the size of the first, and as of an earlier size', async () => {
    await using ledger = await ledgerOfVersions()
    const client = clientOf(ledger)
    const first = await client.packages({ component: LODASH, limit: 3 })
    await ledger.submit(signEnvelope(sbomPayload('new', ['lodash@1.0.0']), keys.ci))
    const second = await client.packages({ component: LODASH, limit: 3, cursor: first.next ?? '' })
    expect([...first.items, ...second.items].map((row) => row.version)).to.deep.equal([
      '4.9.0',
      '4.17.21',
      null,
      'latest',
    ])
    const then = await client.packages({ component: LODASH, at: treeSize(3) })
    expect(then.items.map(({ version, images }) => [version, images])).to.deep.equal([
      ['4.9.0', 1],
      ['4.17.21', 1],
    ])
    const other = client.packages({ component: 'pkg:npm/left-pad', cursor: first.next ?? '' })
    expect(await reasonOf(other)).to.equal('cursor-malformed')
  })

  it('leave out what only unregistered signers list', async () => {
    const root = { ...trustRoot({ ci: [keys.ci] }), admission: 'open' as const }
    await using ledger = await ledgerOfVersions()
    const next = { ...root, version: 2, previous: firstRoot }
    await submit(ledger, trustRootStatement(next), keys.admin)
    await submit(ledger, sbomPayload('shop', ['lodash@9.9.9', 'lodash@4.9.0']), stranger)
    const { items } = await clientOf(ledger).packages({ component: LODASH })
    expect(items.map(({ version, images, statements }) => [version, images, statements])).to.deep.equal([
      ['4.9.0', 1, 2],
      ['4.17.21', 3, 3],
      [null, 1, 1],
      ['latest', 1, 1],
    ])
  })

  it('are refused with a version in the question, and if an entry is not proven', async () => {
    await using ledger = await ledgerOfVersions()
    expect(await reasonOf(ledger.packages({ component: `${LODASH}@1.0.0` }))).to.equal('parameter-malformed')
    const lying = clientOf(
      ledger,
      changeJson('ledger/v1/packages', (answer) => ({ ...Object(answer), entries: {} })),
    )
    expect(await reasonOf(lying.packages({ component: LODASH }))).to.equal('entry-mismatch')
  })

  it('are refused by the client if they are of another package', async () => {
    await using ledger = await ledgerOfVersions()
    const lying = clientOf(
      ledger,
      changeJson('ledger/v1/packages', (answer) => ({
        ...Object(answer),
        question: { component: 'pkg:npm/left-pad' },
      })),
    )
    expect(await reasonOf(lying.packages({ component: LODASH }))).to.equal('entry-mismatch')
  })

  it('are shown with the marks that people need', async () => {
    await using ledger = await ledgerOfVersions()
    const answer = await ledger.packages({ component: LODASH })
    const lines: string[] = []
    const print = (line = ''): void => void lines.push(line)
    const terminal = { print, note: print, write: () => undefined, color: createColors(false) }
    printPackage({ ...terminal, columns: undefined }, answer)
    const text = lines.join('\n')
    expect(text).to.match(/^4\.9\.0 +1 +2 +#3$/m)
    expect(text).to.include('latest (no order)').and.to.include('(none stated)')
    expect(text).to.include('pkg:npm/lodash: 4 versions, in 4 of 4 images with an SBOM.')
    expect(text).to.include('server’s word')
  })
})

const firstRoot = idOfPayload(trustRootStatement(trustRoot({ ci: [keys.ci] })))
