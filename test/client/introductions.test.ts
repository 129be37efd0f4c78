/** How a component came in, from a ledger's answer and the bytes behind it. */
import { expect } from 'chai'
import { before, describe, it } from 'mocha'
import { formatStatement } from '../../src/attestation/statement.ts'
import { Client } from '../../src/client/client.ts'
import { MAX_PATH_NODES, MAX_TRACED, type SbomOrigin } from '../../src/client/introductions.ts'
import { verifiedSearch } from '../../src/client/verified-search.ts'
import type { JsonObject } from '../../src/encoding/strict-json.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { parseSearchQuestion } from '../../src/verify/search-wire.ts'
import { ledgerFetch, URL_OF_LEDGER } from '../helpers/ledger-fetch.ts'
import { trust } from '../helpers/story.ts'
import { createTestLedger, digestOf, keys, signEnvelope } from '../helpers/test-ledger.ts'
import { cycloneDx, spdx } from '../sbom/documents.ts'

const HASH = 'ab'.repeat(32)

const library = (name: string, more: Readonly<Record<string, string>> = {}): JsonObject => ({
  type: 'library',
  'bom-ref': name,
  name,
  version: '1.0',
  ...more,
})

const withGraph = cycloneDx({
  metadata: {
    component: {
      type: 'container',
      'bom-ref': 'app',
      name: 'app',
      version: '2.0',
      pedigree: { ancestors: [{ type: 'container', name: 'registry.test/base', version: '12' }] },
    },
  },
  components: [
    library('web', { purl: 'pkg:npm/web@1.0' }),
    {
      ...library('core', { purl: 'pkg:npm/%40x/core@1.0+build' }),
      hashes: [{ alg: 'SHA-256', content: HASH }],
    },
    library('ssl', { cpe: 'cpe:2.3:a:openssl:openssl:1.0:*:*:*:*:*:*:*' }),
  ],
  dependencies: [
    { ref: 'app', dependsOn: ['web', 'ssl'] },
    { ref: 'web', dependsOn: ['core'] },
  ],
})

const twoPurls = spdx({
  packages: [
    {
      SPDXID: 'SPDXRef-1',
      name: 'twice',
      versionInfo: 'NOASSERTION',
      externalRefs: ['pkg:npm/first@1.0', 'pkg:npm/second@1.0'].map((purl) => ({
        referenceCategory: 'PACKAGE-MANAGER',
        referenceType: 'purl',
        referenceLocator: purl,
      })),
    },
    { SPDXID: 'SPDXRef-2', name: 'app' },
  ],
  relationships: [
    { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: 'SPDXRef-2' },
    { spdxElementId: 'SPDXRef-2', relationshipType: 'DEPENDS_ON', relatedSpdxElement: 'SPDXRef-1' },
  ],
})

const named = (name: string) => ({
  keys: [`pkg:npm/${name}`],
  type: 'npm',
  names: 'installed',
  listed: ['1.0'],
})
const many = Array.from({ length: MAX_TRACED + 1 }, (_, i) => `p${i}`)

describe('how what a search found came in', () => {
  let ledger: Ledger

  before(async () => {
    ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
    const submit = (image: string, type: string, predicate: JsonObject): Promise<unknown> =>
      ledger.submit(
        signEnvelope(
          formatStatement({
            subjects: [{ name: `registry.test/${image}`, digest: { sha256: digestOf(image).slice(7) } }],
            predicateType: type,
            predicate,
          }),
          keys.ci,
        ),
      )
    await submit('app', 'https://cyclonedx.org/bom', withGraph)
    await submit('twice', 'https://spdx.dev/Document', twoPurls)
    const components = many.map((name) => library(name, { purl: `pkg:npm/${name}@1.0` }))
    const steps = Array.from({ length: 1000 }, (_, i) => `step${i}`)
    const chain = steps.slice(1).map((name, i) => ({ ref: `step${i}`, dependsOn: [name] }))
    const listed = steps.map((name) => library(name, { purl: `pkg:npm/${name}@1.0` }))
    await submit('long', 'https://cyclonedx.org/bom', cycloneDx({ components: listed, dependencies: chain }))
    await submit('many', 'https://cyclonedx.org/bom', cycloneDx({ components }))
  })

  async function origins(...parts: readonly JsonObject[]): Promise<readonly SbomOrigin[]> {
    const client = new Client({ ...trust, url: URL_OF_LEDGER, fetch: ledgerFetch(ledger) })
    return [...(await verifiedSearch(client, parseSearchQuestion({ parts }))).origins.values()]
  }

  const told = ({ components }: SbomOrigin): object =>
    Object.fromEntries(
      [...components].map(([name, { relation, paths }]) => [
        name,
        [relation, ...paths.map((path) => path.map((node) => node.name).join(' > '))],
      ]),
    )

  it('is told by the SBOM for every way to find a component: by purl, CPE and hash', async () => {
    const [origin] = await origins(named('web'), { cpe: 'a:openssl:openssl' }, { hash: `sha256:${HASH}` })
    expect(origin && told(origin)).to.deep.equal({
      'cpe:a:openssl:openssl@1.0': ['direct', 'app > ssl'],
      'pkg:npm/%40x/core@1.0+build': ['transitive', 'app > web > core'],
      'pkg:npm/web@1.0': ['direct', 'app > web'],
    })
    expect(origin?.bases.map(({ name, version }) => `${name}@${version}`)).to.deep.equal([
      'registry.test/base@12',
    ])
  })

  it('is told for a package under its second purl too', async () => {
    const [origin] = await origins(named('second'))
    expect(origin && told(origin)).to.deep.equal({ 'pkg:npm/second@1.0': ['direct', 'app > twice'] })
  })

  it('of a way of a thousand steps shows both ends, and says how many are left out', async () => {
    const [origin] = await origins(named('step999'))
    const [path = []] = [...(origin?.components.values() ?? [])][0]?.paths ?? []
    expect(path).to.have.lengthOf(MAX_PATH_NODES + 1)
    expect([path[0]?.name, path[MAX_PATH_NODES / 2]?.name, path.at(-1)?.name]).to.deep.equal([
      'step0',
      `… ${1000 - MAX_PATH_NODES} more …`,
      'step999',
    ])
  })

  it('is unknown without edges, and of a list of thousands only so many are looked at', async () => {
    const [origin] = await origins(...many.map(named))
    expect(origin?.hasEdges).to.equal(false)
    expect(origin?.components.size).to.equal(MAX_TRACED)
    expect([...(origin?.components.values() ?? [])][0]).to.deep.equal({ relation: 'unknown', paths: [] })
  })
})
