/** VEX statements beside the rows of a search: who may make them, what they lift, and what a server could make of them. */
import { expect } from 'chai'
import { before, describe, it } from 'mocha'
import { parseTarget } from '../../src/attestation/revocation.ts'
import { formatStatement } from '../../src/attestation/statement.ts'
import { trustRootStatement, type TrustRoot } from '../../src/attestation/trust-root.ts'
import { treeSize } from '../../src/brand.ts'
import { Client } from '../../src/client/client.ts'
import { verifiedSearch } from '../../src/client/verified-search.ts'
import type { SigningKey } from '../../src/crypto/signing-key.ts'
import type { JsonObject, JsonValue } from '../../src/encoding/strict-json.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import type { SearchAnswer, SearchRow } from '../../src/verify/search.ts'
import { parseSearchQuestion } from '../../src/verify/search-wire.ts'
import { at, removeAt, setAt } from '../helpers/json-edit.ts'
import { changeJson, ledgerFetch, URL_OF_LEDGER, type Change } from '../helpers/ledger-fetch.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import { trust } from '../helpers/story.ts'
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

const OPENVEX = 'https://openvex.dev/ns/v0.2.0'
const LODASH = 'pkg:npm/lodash@4.17.20'
const LEFT_PAD = 'pkg:npm/left-pad@1.3.0'
const GHSA = 'GHSA-aaaa-bbbb-cccc'
const CVE = 'CVE-2026-1'

const security = testKey('security')
const team = testKey('team')
const gone = testKey('gone')

/** `ci` and `security` speak of everything, `team` of one repository; the key of `gone` is revoked later. */
const first = trustRoot({ ci: [keys.ci] })
const every = trustRoot({ ci: [keys.ci], security: [security], team: [team], gone: [gone] })
const root: TrustRoot = {
  ...every,
  version: 2,
  previous: idOfPayload(trustRootStatement(first)),
  grants: every.grants.map((grant) =>
    grant.to === 'team' ? { ...grant, images: ['registry.test/ours'] } : grant,
  ),
}

interface Said {
  readonly status?: string
  readonly vulnerability?: JsonValue
  readonly products?: readonly JsonValue[]
  readonly timestamp?: string
}

function vexOf(image: string, said: readonly Said[], name = `registry.test/${image}`): Uint8Array {
  const statements = said.map(({ status = 'not_affected', vulnerability = { name: CVE }, ...rest }) => ({
    vulnerability,
    status,
    justification: status === 'not_affected' ? 'vulnerable_code_not_present' : '',
    ...rest,
  }))
  return signedAbout(image, OPENVEX, { '@context': OPENVEX, author: 'test', statements }, name)
}

function signedAbout(
  image: string,
  predicateType: string,
  predicate: JsonObject,
  name = `registry.test/${image}`,
) {
  const subjects = [{ name, digest: { sha256: digestOf(image).slice('sha256:'.length) } }]
  return formatStatement({ subjects, predicateType, predicate })
}

const cycloneDxVex = {
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  components: [{ type: 'library', 'bom-ref': 'a', name: 'lodash', purl: LODASH }],
  vulnerabilities: [
    { id: CVE, analysis: { state: 'resolved' }, affects: [{ ref: 'a' }] },
    { id: GHSA, analysis: { state: 'false_positive' }, affects: [{ ref: LEFT_PAD }] },
    { id: 'CVE-2026-2', affects: [{ ref: 'a' }] },
  ],
}

function vexAbout(version: string, state: string): JsonObject {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'container', 'bom-ref': 'image', name: 'image', version } },
    vulnerabilities: [{ id: CVE, analysis: { state }, affects: [{ ref: 'image' }] }],
  }
}

const hashOf = (image: string): JsonObject => ({ 'sha-256': digestOf(image).slice('sha256:'.length) })

const question = parseSearchQuestion({
  parts: [
    {
      from: GHSA,
      ids: [CVE],
      keys: ['pkg:npm/lodash'],
      type: 'npm',
      names: 'installed',
      listed: ['4.17.20'],
    },
    {
      from: GHSA,
      ids: [CVE],
      keys: ['pkg:npm/left-pad'],
      type: 'npm',
      names: 'installed',
      listed: ['1.3.0'],
    },
  ],
})

/** What was submitted of the image of that name, by whom; then what its row shows, and whether it is lifted. */
interface Case {
  readonly title: string
  readonly image: string
  readonly signed: readonly (readonly [Uint8Array, SigningKey])[]
  readonly vex: readonly string[]
  readonly lifted: boolean
}

const cases: readonly Case[] = [
  {
    title: 'about the image of the attestation lift all matches in it',
    image: 'whole',
    signed: [[vexOf('whole', [{}]), security]],
    vex: ['security not_affected CVE-2026-1 left-pad lodash'],
    lifted: true,
  },
  {
    title: 'name the image by its digest, and the vulnerability by any of its names in any case',
    image: 'digest',
    signed: [
      [
        vexOf('digest', [{ vulnerability: GHSA.toLowerCase(), products: [{ hashes: hashOf('digest') }] }]),
        keys.ci,
      ],
    ],
    vex: [`ci not_affected ${GHSA.toLowerCase()} left-pad lodash`],
    lifted: true,
  },
  {
    title: 'name it in a package URL, and what inside they mean: other matches stay',
    image: 'inside',
    signed: [
      [
        vexOf('inside', [
          {
            products: [
              {
                '@id': `pkg:oci/inside@${digestOf('inside')}?tag=1`,
                subcomponents: [{ '@id': 'pkg:npm/lodash' }],
              },
            ],
          },
        ]),
        security,
      ],
    ],
    vex: ['security not_affected CVE-2026-1 lodash'],
    lifted: false,
  },
  {
    title: 'about components lift those, in that version alone',
    image: 'component',
    signed: [
      [
        vexOf('component', [
          { products: [{ '@id': LODASH }] },
          { products: [{ '@id': 'pkg:npm/left-pad@1.2.0' }] },
        ]),
        security,
      ],
    ],
    vex: ['security not_affected CVE-2026-1 lodash'],
    lifted: false,
  },
  {
    title: 'about another image, or another vulnerability, say nothing',
    image: 'other',
    signed: [
      [
        vexOf('other', [
          { products: [{ hashes: hashOf('whole') }] },
          { vulnerability: { name: 'CVE-2026-2' } },
        ]),
        security,
      ],
    ],
    vex: [],
    lifted: false,
  },
  {
    title: 'are taken back by a newer one of the same signer',
    image: 'newer',
    signed: [
      [vexOf('newer', [{}]), security],
      [vexOf('newer', [{ status: 'under_investigation' }]), security],
    ],
    vex: ['security under_investigation CVE-2026-1 left-pad lodash'],
    lifted: false,
  },
  {
    title: 'within one document are ordered by the times that they give',
    image: 'timed',
    signed: [
      [
        vexOf('timed', [
          { status: 'fixed', timestamp: '2026-02-01T00:00:00Z' },
          { status: 'affected', timestamp: '2026-01-01T00:00:00+01:00' },
        ]),
        security,
      ],
    ],
    vex: ['security fixed CVE-2026-1 left-pad lodash'],
    lifted: true,
  },
  {
    title: 'of signers who disagree lift nothing',
    image: 'disputed',
    signed: [
      [vexOf('disputed', [{ status: 'affected' }]), keys.ci],
      [vexOf('disputed', [{}]), security],
    ],
    vex: ['ci affected CVE-2026-1 left-pad lodash', 'security not_affected CVE-2026-1 left-pad lodash'],
    lifted: false,
  },
  {
    title: 'of CycloneDX name components by their references, and what has no analysis says nothing',
    image: 'cyclonedx',
    signed: [[signedAbout('cyclonedx', 'https://cyclonedx.org/bom', cycloneDxVex), security]],
    vex: ['security fixed CVE-2026-1 lodash', `security not_affected ${GHSA} left-pad`],
    lifted: true,
  },
  {
    title: 'of CycloneDX about what the document is about mean the image, if that does not name another',
    image: 'about',
    signed: [
      [signedAbout('about', 'https://cyclonedx.org/bom', vexAbout('x', 'resolved')), security],
      [
        signedAbout('about', 'https://cyclonedx.org/bom', vexAbout(digestOf('whole'), 'exploitable')),
        keys.ci,
      ],
    ],
    vex: ['security fixed CVE-2026-1 left-pad lodash'],
    lifted: true,
  },
  {
    title: 'that are revoked, or by a key that is, say nothing',
    image: 'revoked',
    signed: [
      [vexOf('revoked', [{}, {}]), security],
      [vexOf('revoked', [{}]), gone],
    ],
    vex: [],
    lifted: false,
  },
  {
    title: 'of a signer who is confined to its images lift there',
    image: 'ours',
    signed: [[vexOf('ours', [{}]), team]],
    vex: ['team not_affected CVE-2026-1 left-pad lodash'],
    lifted: true,
  },
  {
    title: 'and nowhere else, whatever name it gives the image',
    image: 'theirs',
    signed: [[vexOf('theirs', [{}], 'registry.test/ours'), team]],
    vex: [],
    lifted: false,
  },
  {
    title: 'that cannot be read are recorded and say nothing',
    image: 'malformed',
    signed: [[vexOf('malformed', [{}, { status: 'harmless' }]), security]],
    vex: [],
    lifted: false,
  },
]

describe('VEX in a search', () => {
  let ledger: Ledger
  let answer: SearchAnswer
  let size: number

  const clientOf = (change?: Change): Client =>
    new Client({ ...trust, url: URL_OF_LEDGER, fetch: ledgerFetch(ledger, change) })
  const rowOf = (image: string): SearchRow => {
    const found = answer.items.find((row) => row.image === digestOf(image))
    if (found === undefined) throw new Error(`no row of ${image}`)
    return found
  }

  before(async () => {
    ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
    await ledger.submit(signEnvelope(trustRootStatement(root), keys.admin))
    for (const { image } of cases)
      await ledger.submit(signEnvelope(sbomPayload(image, ['lodash@4.17.20', 'left-pad@1.3.0']), keys.ci))
    size = 2 + cases.length
    for (const { signed } of cases)
      for (const [payload, key] of signed) await ledger.submit(signEnvelope(payload, key))
    for (const target of [
      `attestation:${idOfPayload(vexOf('revoked', [{}, {}]))}`,
      `key:${gone.publicKey.id}`,
    ]) {
      const revocation = { target: parseTarget(target), mode: 'all', reason: 'false-statement' } as const
      await ledger.submit(
        signEnvelope(
          revocationPayload(
            target.startsWith('key') ? { ...revocation, reason: 'key-compromise' } : revocation,
          ),
          keys.admin,
        ),
      )
    }
    answer = (await verifiedSearch(clientOf(), question)).answer
  })

  for (const { title, image, vex, lifted } of cases) {
    it(`statements ${title}`, () => {
      const row = rowOf(image)
      const said = (row.vex ?? []).map(({ signer, status, vulnerability, components }) =>
        [
          signer,
          status,
          vulnerability,
          ...components.map((one) => one.replace(/^pkg:npm\/(.*)@.*$/, '$1')),
        ].join(' '),
      )
      expect(said).to.deep.equal(vex)
      expect(row.lifted ?? false).to.equal(lifted)
      expect(row.status).to.equal('affected')
    })
  }

  it('marks the matches that are lifted, and leaves the counts to the SBOMs', () => {
    expect(rowOf('inside').matches.map((one) => [one.part, one.lifted ?? false])).to.deep.equal([
      [1, false],
      [0, true],
    ])
    const { affected, lifted } = answer.coverage
    expect([affected, lifted]).to.deep.equal([cases.length, cases.filter((one) => one.lifted).length])
    expect(answer.notEstablished).to.include('vex')
  })

  it('shows the entry, the signer and why', () => {
    const [first] = rowOf('whole').vex ?? []
    expect(first).to.deep.equal({
      entry: size,
      signer: 'security',
      vulnerability: CVE,
      status: 'not_affected',
      justification: 'vulnerable_code_not_present',
      components: [LEFT_PAD, LODASH],
    })
  })

  it('says nothing of packages that were not asked for by a vulnerability', async () => {
    const parts = question.parts.map(({ from: _from, ids: _ids, ...part }) => part)
    const { items } = (await verifiedSearch(clientOf(), { ...question, parts })).answer
    expect(items.some((row) => row.vex !== undefined || row.lifted === true)).to.equal(false)
  })

  it('as of an earlier size knows no statement of later', async () => {
    const { items, coverage } = (await verifiedSearch(clientOf(), question, { at: treeSize(size) })).answer
    expect([items.length, coverage.lifted]).to.deep.equal([cases.length, 0])
    expect(items.some((row) => row.vex !== undefined)).to.equal(false)
  })

  const lies: readonly (readonly [string, (answer: JsonValue) => JsonValue])[] = [
    ['a statement that nobody signed', (a) => setAt(a, '/items/4/vex', at(a, '/items/0/vex'))],
    ['a match lifted by nobody', (a) => setAt(a, '/items/4/matches/0/lifted', true)],
    ['a row lifted by nobody', (a) => setAt(a, '/items/4/lifted', true)],
    ['another status', (a) => setAt(a, '/items/5/vex/0/status', 'not_affected')],
    ['another signer', (a) => setAt(a, '/items/0/vex/0/signer', 'ci')],
    ['other components', (a) => setAt(a, '/items/2/vex/0/components', [LODASH, LEFT_PAD])],
    ['a statement left out, with its entry in the answer', (a) => removeAt(a, '/items/0/vex')],
    ['one of two who disagree left out of the row', (a) => removeAt(a, '/items/7/vex/0')],
  ]

  for (const [lie, tell] of lies) {
    it(`refuses ${lie}`, async () => {
      const client = clientOf(changeJson('ledger/v1/search', tell))
      expect((await asyncRefusal(verifiedSearch(client, question))).reason).to.equal('rows-differ')
    })
  }
})
