/** What is inside an image, read from what was signed, over a ledger in memory. */
import { describe, it } from 'mocha'
import { expect } from 'chai'
import { CYCLONEDX } from '../../src/attestation/predicate-types.ts'
import { formatStatement } from '../../src/attestation/statement.ts'
import { imageDigest } from '../../src/brand.ts'
import { matchesName, printComponents } from '../../src/cli/show-components.ts'
import { createColors } from '../../src/cli/terminal.ts'
import { imageComponents } from '../../src/client/image-components.ts'
import type { JsonObject } from '../../src/encoding/strict-json.ts'
import { Fault } from '../../src/errors.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { setAt } from '../helpers/json-edit.ts'
import { changeJson } from '../helpers/ledger-fetch.ts'
import { clientOf } from '../helpers/story.ts'
import { createTestLedger, digestOf, keys, sbomPayload, signEnvelope } from '../helpers/test-ledger.ts'

const SHOP = imageDigest(digestOf('shop'))

const debian = {
  name: 'libssl3',
  version: '3.0.1',
  purl: 'pkg:deb/debian/libssl3@3.0.1-1?arch=amd64&upstream=openssl&distro=debian-12',
  licenses: [{ license: { id: 'Apache-2.0' } }],
}
const babel = { name: '@babel/core', version: '7.0.0', purl: 'pkg:npm/%40babel/core@7.0.0' }

/** 1 by trivy, superseded by 2 · 3 by syft */
async function ledgerOfShop(): Promise<Ledger> {
  const ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
  const trivy = sbomOf('trivy', [debian, babel, babel, { name: 'busybox', version: '' }])
  for (const payload of [sbomPayload('shop', ['old@1.0.0'], 'trivy'), trivy, sbomOf('syft', [babel])])
    await ledger.submit(signEnvelope(payload, keys.ci))
  return ledger
}

function sbomOf(tool: string, components: readonly JsonObject[]): Uint8Array {
  const metadata = { tools: [{ name: tool, version: '1' }] }
  return formatStatement({
    subjects: [{ name: 'registry.test/shop', digest: { sha256: SHOP.slice('sha256:'.length) } }],
    predicateType: CYCLONEDX,
    predicate: { bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, metadata, components },
  })
}

describe('the components of an image', () => {
  it('are those of the SBOMs that count, each once, with the SBOMs that list it', async () => {
    await using ledger = await ledgerOfShop()
    const { sboms, components } = await imageComponents(clientOf(ledger), SHOP)
    expect(sboms.map(({ entry, tool }) => [entry, tool])).to.deep.equal([
      [2, 'trivy 1'],
      [3, 'syft 1'],
    ])
    const none = { licences: [], sources: [], distros: [] }
    expect(components).to.deep.equal([
      {
        name: 'debian/libssl3',
        version: '3.0.1-1',
        type: 'deb',
        purl: 'pkg:deb/debian/libssl3',
        licences: ['Apache-2.0'],
        sources: ['openssl'],
        distros: ['debian-12'],
        entries: [2],
      },
      {
        name: '@babel/core',
        version: '7.0.0',
        type: 'npm',
        purl: 'pkg:npm/%40babel/core',
        ...none,
        entries: [2, 3],
      },
      { name: 'busybox', version: null, type: null, purl: null, ...none, entries: [2] },
    ])
  })

  it('are not shown if the server calls another SBOM the one that counts, changes one, or has not indexed one', async () => {
    await using ledger = await ledgerOfShop()
    const counts = changeJson('ledger/v1/images/', (answer) => {
      const { sboms } = answer as { sboms: { counts: boolean }[] }
      for (const one of sboms) one.counts = !one.counts
      return answer
    })
    const bytes = (path: string, body: Uint8Array): Uint8Array =>
      path.endsWith('/pae') ? body.map((byte, at) => (at === body.length - 5 ? byte ^ 1 : byte)) : body
    const behind = changeJson('ledger/v1/images/', (answer) => setAt(answer, '/asOf/indexedThrough', 3))
    const reasons = [counts, bytes, behind].map((change) =>
      imageComponents(clientOf(ledger, change), SHOP).catch((cause: unknown) =>
        cause instanceof Fault ? cause.class : cause,
      ),
    )
    expect(await Promise.all(reasons)).to.deep.equal(['bad-proof', 'bad-proof', 'bad-proof'])
  })

  it('are marked where the SBOMs disagree, and counted where a screen is too short', async () => {
    await using ledger = await ledgerOfShop()
    const found = await imageComponents(clientOf(ledger), SHOP)
    const many = Array.from({ length: 150 }, () => found.components).flat()
    const text = (columns: number | undefined, items: typeof many): string => {
      const lines: string[] = []
      const print = (line = ''): void => void lines.push(line)
      const terminal = { print, note: print, write: () => undefined, color: createColors(false), columns }
      printComponents(terminal, found, items)
      return lines.join('\n')
    }
    expect(text(undefined, [...found.components])).to.match(/^debian\/libssl3 .* only in #2 .* Apache-2\.0$/m)
    expect(text(undefined, [...found.components])).to.match(/^@babel\/core .* {2}#2 #3 .*–$/m)
    expect(text(undefined, [...found.components])).to.include('They disagree on 2 components')
    expect(text(200, many)).to.include('350 more of 450 are not shown')
    expect(text(undefined, many).split('\n').length).to.be.above(450)
  })
})

describe('a pattern over names', () => {
  it('has "*", knows no case, and needs no namespace', () => {
    const yes = [
      ['openssl*', 'openssl-libs'],
      ['*', ''],
      ['lib*3', 'debian/libssl3'],
      ['@babel/*', '@babel/core'],
      ['CORE', '@babel/core'],
      ['a*b*c', 'a-b-b-c'],
    ] as const
    const no = [
      ['openssl', 'openssl-libs'],
      ['', 'a'],
      ['@babel/c', '@babel/core'],
      ['babel', '@babel/core'],
      ['a*b*c', 'a-b-b'],
      ['*a'.repeat(50), 'a'.repeat(49)],
    ] as const
    expect(yes.filter(([pattern, name]) => !matchesName(pattern, name))).to.deep.equal([])
    expect(no.filter(([pattern, name]) => matchesName(pattern, name))).to.deep.equal([])
  })
})
