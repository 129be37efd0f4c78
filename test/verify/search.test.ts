/** Searches end to end: a ledger answers, the client makes every row again; then a server lies. */
import { expect } from 'chai'
import { before, describe, it } from 'mocha'
import { formatStatement } from '../../src/attestation/statement.ts'
import { treeSize } from '../../src/brand.ts'
import { Client } from '../../src/client/client.ts'
import { verifiedSearch } from '../../src/client/verified-search.ts'
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { parseOsv } from '../../src/sbom/advisory/osv.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import type { SearchAnswer, SearchQuestion } from '../../src/verify/search.ts'
import type { SearchScope } from '../../src/verify/search-scope.ts'
import { parseSearchQuestion, formatSearchQuestion } from '../../src/verify/search-wire.ts'
import { at, removeAt, setAt } from '../helpers/json-edit.ts'
import { faultOf } from '../helpers/fault-of.ts'
import { changeJson, ledgerFetch, URL_OF_LEDGER, type Change } from '../helpers/ledger-fetch.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import { log4shell } from '../sbom/advisory/records.ts'
import { trust } from '../helpers/story.ts'
import {
  createTestLedger,
  digestOf,
  keys,
  provenancePayload,
  sbomPayload,
  signEnvelope,
} from '../helpers/test-ledger.ts'

interface Listed {
  readonly purl?: string
  readonly cpe?: string
  readonly hash?: string
  readonly name?: string
}

function sbomOf(image: string, components: readonly Listed[], tool = 'syft', platform = ''): Uint8Array {
  return formatStatement({
    subjects: [
      {
        name: platform === '' ? `registry.test/team/${image}:1.0` : `pkg:oci/${image}?${platform}`,
        digest: { sha256: digestOf(image).slice('sha256:'.length) },
      },
    ],
    predicateType: 'https://cyclonedx.org/bom',
    predicate: {
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      version: 1,
      metadata: { tools: [{ name: tool, version: '1.0' }] },
      components: components.map(({ purl, cpe, hash, name = 'x' }) => ({
        type: 'library',
        name,
        ...(purl === undefined ? {} : { purl }),
        ...(cpe === undefined ? {} : { cpe }),
        ...(hash === undefined ? {} : { hashes: [{ alg: 'SHA-256', content: hash }] }),
      })),
    },
  })
}

const log4jOf = (version: string): Listed => ({
  purl: `pkg:maven/org.apache.logging.log4j/log4j-core${version === '' ? '' : `@${version}`}`,
})
const HASH = 'ab'.repeat(32)

const xz: SearchQuestion = parseSearchQuestion({
  parts: [
    {
      from: 'CVE-2024-3094',
      keys: ['pkg:deb/debian/xz-utils'],
      type: 'deb',
      names: 'source',
      distro: { ids: ['debian'], release: '13' },
      ranges: [{ type: 'deb', events: [{ introduced: '5.6.0' }, { fixed: '5.6.1+really5.4.5-1' }] }],
    },
  ],
})

function advisory(record: object, scope: SearchScope = {}): SearchQuestion {
  const { id, affected } = parseOsv(utf8(JSON.stringify(record)))
  return { parts: affected.map((one) => ({ kind: 'package', from: id, affected: one })), scope }
}

const clientOf = (ledger: Ledger, change?: Change): Client =>
  new Client({ ...trust, url: URL_OF_LEDGER, fetch: ledgerFetch(ledger, change) })

const ask = async (ledger: Ledger, question: SearchQuestion, page = {}): Promise<SearchAnswer> =>
  (await verifiedSearch(clientOf(ledger), question, page)).answer

const seen = ({ items }: SearchAnswer): unknown =>
  items.map(({ image, status, matches }) => [
    Object.keys(names).find((name) => names[name] === image),
    status,
    matches.map((one) => `${one.version} ${one.why} ${one.reason}`),
  ])

const names: Record<string, string> = {}

describe('a search', () => {
  let ledger: Ledger

  before(async () => {
    ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
    const submit = (name: string, payload: Uint8Array): Promise<unknown> => {
      names[name] = digestOf(name)
      return ledger.submit(signEnvelope(payload, keys.ci))
    }
    await submit('old', sbomOf('old', [log4jOf('2.14.1')]))
    await submit('fixed', sbomOf('fixed', [log4jOf('2.17.1')]))
    await submit('poor', sbomOf('poor', [log4jOf('')]))
    await submit('two', sbomOf('two', [log4jOf('2.14.0')]))
    await submit('two', sbomOf('two', [{ purl: 'pkg:npm/a@1.0.0' }], 'trivy'))
    await submit('other', sbomPayload('other', ['lodash@4.17.20']))
    await submit('other', provenancePayload('other', 'git.test/other', 'd'.repeat(40), 'https://ci.test/b'))
    const lib = (version: string, distro: string): Listed => ({
      purl: `pkg:deb/debian/liblzma5@${version}?distro=${distro}&upstream=xz-utils`,
    })
    await submit('backdoor', sbomOf('backdoor', [lib('5.6.1-1', 'debian-13')]))
    await submit('mended', sbomOf('mended', [lib('5.6.1%2Breally5.4.5-1', 'debian-13')]))
    await submit('stable', sbomOf('stable', [lib('5.6.1-1', 'debian-12')]))
    await submit(
      'nowhere',
      sbomOf('nowhere', [{ purl: 'pkg:deb/debian/liblzma5@5.6.1-1?upstream=xz-utils' }]),
    )
    await submit('bare', sbomOf('bare', [{ cpe: 'cpe:2.3:a:openssl:openssl:1.1.1:*:*:*:*:*:*:*' }]))
    await submit('named', sbomOf('named', [{ name: 'Log4j-Core' }, { purl: 'pkg:npm/c@1.0.0' }]))
    await submit('hashed', sbomOf('hashed', [{ purl: 'pkg:npm/b@1.0.0', hash: HASH }]))
  })

  it('by an advisory finds exactly the images it affects, says why, and counts all images', async () => {
    const answer = await ask(ledger, advisory(log4shell))
    expect(seen(answer)).to.deep.equal([
      ['old', 'affected', ['2.14.1 purl in-range']],
      // Three of the advisory's parts name the package.
      ['poor', 'undetermined', Array.from({ length: 3 }, () => ' purl no-version')],
      ['two', 'affected', ['2.14.0 purl in-range']],
      // By its name alone, whatever its case; and without a version.
      ['named', 'undetermined', Array.from({ length: 3 }, () => ' name no-version')],
    ])
    const { images, affected, undetermined, notAffected, unknown } = answer.coverage
    expect([images, affected, undetermined, notAffected, unknown]).to.deep.equal([12, 2, 2, 8, 0])
  })

  it('shows where the SBOMs of one image disagree', async () => {
    const { items } = await ask(ledger, advisory(log4shell))
    const two = items.find(({ image }) => image === names['two'])
    expect([two?.sboms.length, two?.silent.length]).to.deep.equal([2, 1])
    expect(two?.matches[0]?.entry).not.to.equal(two?.silent[0])
  })

  it('by a source package finds what was built from it, on its distribution only; where nobody says, it is undetermined', async () => {
    expect(seen(await ask(ledger, xz))).to.deep.equal([
      ['backdoor', 'affected', ['5.6.1-1 source in-range']],
      ['nowhere', 'undetermined', ['5.6.1-1 source no-distro']],
    ])
  })

  it('by CPE and hash finds components that have no purl, and those that have', async () => {
    const question = parseSearchQuestion({
      parts: [{ cpe: 'a:openssl:openssl', version: '1.1.1' }, { hash: `sha256:${HASH}` }],
    })
    const { items } = await ask(ledger, question)
    expect(
      items.map(({ matches }) => matches.map((one) => [one.part, one.why, one.component])),
    ).to.deep.equal([[[0, 'cpe', 'cpe:a:openssl:openssl@1.1.1']], [[1, 'hash', 'pkg:npm/b@1.0.0']]])
  })

  it('says of each match and row how sure it is that the component is the one meant, and which tool made each SBOM', async () => {
    const rocky = {
      keys: ['pkg:rpm/rocky/a', 'pkg:npm/b'],
      type: 'npm',
      names: 'installed',
      listed: ['1.0.0'],
    }
    const parts = [
      ...(formatSearchQuestion(advisory(log4shell)).parts as JsonValue[]),
      ...(formatSearchQuestion(xz).parts as JsonValue[]),
    ]
    const question = parseSearchQuestion({ parts: [...parts, rocky, { cpe: 'a:openssl:openssl' }] })
    const { items } = await ask(ledger, question)
    const sure = (name: string): unknown => {
      const row = items.find(({ image }) => image === names[name])
      return [
        row?.confidence,
        row?.matches[0]?.why,
        row?.matches[0]?.confidence,
        row?.madeBy.map((one) => one.tool),
      ]
    }
    expect(['old', 'hashed', 'backdoor', 'bare', 'named', 'two'].map(sure)).to.deep.equal([
      ['high', 'purl', 'high', ['syft']],
      ['high', 'alias', 'high', ['syft']],
      ['high', 'source', 'high', ['syft']],
      ['medium', 'cpe', 'medium', ['syft']],
      ['low', 'name', 'low', ['syft']],
      ['high', 'purl', 'high', ['syft', 'trivy']],
    ])
  })

  it('by a list of a thousand packages is one question, and its pages fit together', async () => {
    const list = Array.from({ length: 1000 }, (_, i) => ({
      from: `line ${i + 1}`,
      keys: [`pkg:npm/p${i}`],
      type: 'npm',
      names: 'installed',
      listed: ['1.0.0'],
    }))
    const wanted = [
      { keys: ['pkg:npm/lodash'], type: 'npm', names: 'installed', listed: ['4.17.20'] },
      { keys: ['pkg:npm/a'], type: 'npm', names: 'installed', listed: ['1.0.0'] },
    ]
    const question = parseSearchQuestion({ parts: [...list, ...wanted] })
    const first = await ask(ledger, question, { limit: 1 })
    const second = await ask(ledger, question, { limit: 1, cursor: first.next })
    expect([...first.items, ...second.items].map((row) => row.matches[0]?.part)).to.deep.equal([1001, 1000])
    expect(second.next).to.equal(undefined)
    expect(first.items[0]?.status).to.equal('affected')
  })

  it('within a scope looks at those images only, and the counts add up to them', async () => {
    const { items, coverage } = await ask(ledger, advisory(log4shell, { repo: '*/team/old' }))
    expect(items.map(({ image }) => image)).to.deep.equal([names['old']])
    expect([coverage.images, coverage.affected, coverage.notAffected]).to.deep.equal([1, 1, 0])
  })

  it('as of an earlier size knows nothing of what came later', async () => {
    const { items } = await ask(ledger, advisory(log4shell), { at: treeSize(3) })
    expect(items.map(({ image }) => image)).to.deep.equal([names['old']])
  })

  it('has one spelling on the wire', () => {
    const question = advisory(log4shell, { repo: 'a/*' })
    const wire = formatSearchQuestion(question)
    expect(formatSearchQuestion(parseSearchQuestion(JSON.parse(JSON.stringify(wire))))).to.deep.equal(wire)
  })

  const lies: readonly (readonly [string, string, (answer: JsonValue) => JsonValue])[] = [
    ['another status', 'rows-differ', (a) => setAt(a, '/items/0/status', 'undetermined')],
    ['another version', 'rows-differ', (a) => setAt(a, '/items/0/matches/0/component', 'pkg:npm/x@1')],
    ['more confidence', 'rows-differ', (a) => setAt(a, '/items/0/confidence', 'low')],
    ['another tool', 'rows-differ', (a) => setAt(a, '/items/0/madeBy/0/tool', 'trivy')],
    ['another part', 'rows-differ', (a) => setAt(a, '/items/0/matches/0/part', 1)],
    ['no disagreement', 'rows-differ', (a) => setAt(a, '/items/2/silent', [])],
    [
      'a row of an image that nobody spoke of',
      'rows-differ',
      (a) => setAt(a, '/items/3/image', digestOf('x')),
    ],
    ['entries behind the end of the index', 'rows-differ', (a) => setAt(a, '/asOf/indexedThrough', 2)],
    [
      'rows in another order',
      'rows-differ',
      (a) => setAt(setAt(a, '/items/0', at(a, '/items/2')), '/items/2', at(a, '/items/0')),
    ],
    ['a row left out, with its entries', 'rows-differ', (a) => removeAt(a, '/items/0')],
    ['an answer to another question', 'entry-mismatch', (a) => setAt(a, '/question/parts/0/from', 'GHSA-x')],
    ['a part left out of the question', 'entry-mismatch', (a) => removeAt(a, '/question/parts/3')],
    ['no proof of an entry', 'entry-mismatch', (a) => removeAt(a, '/entries/1')],
  ]

  for (const [lie, reason, tell] of lies) {
    it(`refuses ${lie}: ${reason}`, async () => {
      const client = clientOf(ledger, changeJson('ledger/v1/search', tell))
      expect((await asyncRefusal(verifiedSearch(client, advisory(log4shell)))).reason).to.equal(reason)
    })
  }

  it('is refused where it would cost others their time: too many versions in all, or too many parts of one name', () => {
    const part = { keys: ['pkg:npm/a'], type: 'npm', names: 'installed' }
    const versions = Array.from({ length: 10_001 }, (_, i) => `1.0.${i}`)
    const events = [{ type: 'npm', events: versions.map((introduced) => ({ introduced })) }]
    const dear = [
      {
        parts: [
          { ...part, listed: versions },
          { ...part, keys: ['pkg:npm/b'], ranges: events },
        ],
      },
      { parts: Array.from({ length: 501 }, () => part) },
      {
        parts: Array.from({ length: 501 }, (_, i) => ({
          ...part,
          keys: [`pkg:maven/g${i}/a`],
          type: 'maven',
        })),
      },
    ]
    for (const question of dear) {
      const { reason, pointer } = faultOf(() => parseSearchQuestion(question))
      expect([reason, pointer]).to.deep.equal(['search-malformed', '/parts'])
    }
  })

  it('is refused with the place where it is malformed', () => {
    const bad: readonly (readonly [JsonValue, string])[] = [
      [{ parts: [] }, '/parts'],
      [{ parts: [{ keys: ['pkg:npm/Lodash@1'], type: 'npm', names: 'installed' }] }, '/parts/0/keys/0'],
      [{ parts: [{ keys: ['pkg:npm/a'], type: 'npm', names: 'any' }] }, '/parts/0/names'],
      [{ parts: [{ hash: 'sha256:00' }] }, ''],
      // Found nowhere, they would look clean.
      [{ parts: [{ hash: `sha256:${HASH}:1` }] }, ''],
      [{ parts: [{ cpe: 'a:Apache:Log4j' }] }, '/parts/0/cpe'],
      [{ parts: [{ cpe: 'a:apache:log4j:2.14.1' }] }, '/parts/0/cpe'],
      [{ parts: [{ cpe: 'a:b:c', surplus: 1 }] }, '/parts/0/surplus'],
      [{ parts: [{ cpe: 'a:b:c', version: '1', vers: 'vers:generic/<2' }] }, '/parts/0/vers'],
    ]
    for (const [question, pointer] of bad)
      expect(faultOf(() => parseSearchQuestion(question)).pointer ?? '').to.equal(pointer)
  })
})
