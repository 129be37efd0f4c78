/**
 * The bad-input catalogue (robustness.md 4: D, I, C, S, P, K, Q), as far as it touches what exists, through the HTTP door
 * into a real ledger. Each is refused with its status and reason, nothing is recorded, and the next good request is served.
 * What HTTP alone decides (H, and the rest of K and Q) is in test/http/bad-inputs.test.ts.
 */
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { jsonOf, serveDoor, type TestServer } from '../http/door.ts'
import { payloads, tellStory, type Story } from '../helpers/story.ts'
import { digestOf, keys, signEnvelope } from '../helpers/test-ledger.ts'
import { signed, statement, submissions, type BadInput } from './bad-submissions.ts'

const images = (component: string, more = ''): string =>
  `images?component=${encodeURIComponent(component)}${more}`
const range = (text: string): string => images('pkg:npm/lodash', `&range=${encodeURIComponent(text)}`)

/** Paths below /ledger/v1/. */
const questions: readonly BadInput[] = [
  ['P1', 'pkg: alone', images('pkg:'), 400, 'purl-malformed'],
  ['P1', 'a purl without pkg:', images('npm/lodash'), 400, 'purl-malformed'],
  ['P1', 'a purl without a name', images('pkg:npm/'), 400, 'purl-malformed'],
  ['P3', 'a bad escape in a purl', images('pkg:npm/%zz'), 400, 'purl-malformed'],
  ['P4', 'a qualifier twice', images('pkg:npm/a?arch=x&arch=y'), 422, 'unsupported'],
  ['P5', 'a way up in a subpath', images('pkg:npm/a#../b'), 422, 'unsupported'],
  ['P6', 'a broken range', range('vers:npm/>=1|<'), 400, 'range-malformed'],
  [
    'P6',
    '500 constraints',
    range(`vers:npm/${Array.from({ length: 500 }, (_, n) => `>${n}.0.0`).join('|')}`),
    414,
    'url-too-long',
  ],
  ['P6', 'an unknown scheme', range('vers:nothing/>=1'), 400, 'range-malformed'],
  ['P9', '10 KB of purl', images(`pkg:npm/${'a'.repeat(10_000)}`), 414, 'url-too-long'],
  ['K1', 'an entry beyond the end', 'entries/1000', 404, 'not-recorded'],
  ['K1', 'an entry of 2^63', 'entries/9223372036854775808', 400, 'parameter-malformed'],
  ['Q5', 'a cursor of nothing', images('pkg:npm/lodash', '&cursor=AAAA'), 400, 'cursor-malformed'],
  ['Q7', 'a digest twice named', 'images/sha256:sha256:00', 400, 'digest-malformed'],
  ['O2', 'a target of another kind', 'revocations?target=package:x', 422, 'unsupported'],
  [
    'O2',
    'a key with 63 digits',
    `revocations?target=key:${digestOf('bad').slice(0, -1)}`,
    400,
    'digest-malformed',
  ],
]

describe('bad input into a real ledger', () => {
  let story: Story
  let server: TestServer
  before(async () => {
    story = await tellStory()
    server = await serveDoor(story.ledger)
  })
  after(async () => {
    await server[Symbol.asyncDispose]()
    await story.ledger[Symbol.asyncDispose]()
  })

  const get = (path: string) => fetch(`${server.url}/ledger/v1/${path}`)
  const post = (body: Uint8Array | string) =>
    fetch(`${server.url}/ledger/v1/attestations`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    })
  const size = async () => (await story.ledger.status()).asOf.treeSize

  function tableOf(rows: readonly BadInput[], send: (input: Uint8Array | string) => Promise<Response>): void {
    for (const [number, what, input, status, code] of rows) {
      it(`${number} ${what}: ${status} ${code}, nothing recorded, and the next request is served`, async () => {
        const before = await size()
        const response = await send(input)
        const problem = await jsonOf(response)
        expect([response.status, problem['code']], String(problem['detail'])).to.deep.equal([status, code])
        expect(String(problem['detail']).length, 'no input is thrown back').to.be.below(300)
        expect(await size()).to.equal(before)
        expect((await post(signEnvelope(payloads.shop, keys.ci))).status).to.equal(200)
        expect(server.reported).to.deep.equal([])
      })
    }
  }

  tableOf(submissions, post)
  tableOf(questions, (path) => get(String(path)))

  it('D18 the same envelope fifty times at once: one entry, told to all', async () => {
    const before = await size()
    const answers = await Promise.all(Array.from({ length: 50 }, () => post(signed(statement()))))
    const bodies = await Promise.all(answers.map(jsonOf))
    const entries = bodies.flatMap((body) =>
      (body['signatures'] as { entry: number }[]).map(({ entry }) => entry),
    )
    expect(new Set(entries)).to.have.keys([before])
    expect(answers.filter(({ status }) => status === 201)).to.have.length(1)
    expect(await size()).to.equal(before + 1)
  })

  it('P7, P8 what means something to SQL, to a glob or to a regular expression is a name like any other', async () => {
    for (const name of ["'; DROP TABLE entry; --", '%', '_', '*', '((a+)+)+$', 'lodas?', 'lodash\0']) {
      const response = await get(images(`pkg:npm/${encodeURIComponent(name)}`))
      const { items } = await jsonOf(response)
      expect([response.status, items], name).to.deep.equal([200, []])
    }
  })
})
