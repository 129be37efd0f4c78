/** An answer as of another moment than was asked for is no answer, whatever the question. */
import { expect } from 'chai'
import { before, describe, it } from 'mocha'
import { imageDigest, treeSize } from '../../src/brand.ts'
import type { Client } from '../../src/client/client.ts'
import type { Moment } from '../../src/client/moment.ts'
import { purlPart } from '../../src/client/search-part.ts'
import { verifiedImages } from '../../src/client/verified-images.ts'
import { verifiedStatus } from '../../src/client/verified-status.ts'
import { verifiedSearch } from '../../src/client/verified-search.ts'
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { setAt } from '../helpers/json-edit.ts'
import { changeJson } from '../helpers/ledger-fetch.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import { clientOf, COMMIT, QUESTION, STORY_SIZE, tellStory } from '../helpers/story.ts'
import { digestOf, keys } from '../helpers/test-ledger.ts'

const KEY = `key:${keys.ci.publicKey.id}`
const shop = imageDigest(digestOf('shop'))

const questions: Readonly<Record<string, (client: Client, moment: Moment) => Promise<unknown>>> = {
  images: (client, moment) => client.images({ ...QUESTION, ...moment }),
  found: (client, moment) => client.found({ commit: COMMIT, ...moment }),
  search: (client, moment) => client.search({ parts: [purlPart('pkg:npm/lodash')], scope: {} }, moment),
  deployments: (client, moment) => client.deployments({ ...moment }),
  packages: (client, moment) => client.packages({ component: 'pkg:npm/lodash', ...moment }),
  unknownImages: (client, moment) => client.unknownImages({ ...moment }),
  image: (client, moment) => client.image(shop, moment),
  revocations: (client, moment) => client.revocations(`image:${shop}`, moment),
}

describe('a moment that was asked for', () => {
  let ledger: Ledger

  before(async () => (ledger = (await tellStory()).ledger))

  for (const [name, ask] of Object.entries(questions)) {
    it(`is kept: ${name}`, async () => {
      const moments: readonly (readonly [Moment, number])[] = [
        [{ at: treeSize(3) }, 4],
        [{ minSize: STORY_SIZE }, STORY_SIZE - 1],
      ]
      for (const [moment, through] of moments) {
        await ask(clientOf(ledger), moment)
        const lie = changeJson('ledger/v1/', (answer) => setAt(answer, '/asOf/indexedThrough', through))
        expect((await asyncRefusal(ask(clientOf(ledger, lie), moment))).reason).to.equal('entry-mismatch')
      }
    })
  }

  it('is asked for by nobody else: a complete answer of long ago is refused as one of now', async () => {
    const [proof, earlier] = [{ proof: 'complete' } as const, { at: treeSize(1) }]
    const question = { parts: [purlPart('pkg:npm/lodash')], scope: {} }
    const images = asJson(await ledger.proofs.images(QUESTION, earlier))
    const search = asJson(await ledger.proofs.search({ question }, earlier))
    const rounds: readonly [string, JsonValue, (client: Client, moment: Moment) => Promise<unknown>][] = [
      ['ledger/v1/images', images, (client, at) => verifiedImages(client, { ...QUESTION, ...proof, ...at })],
      ['ledger/v1/search', search, (client, at) => verifiedSearch(client, question, { ...proof, ...at })],
    ]
    for (const [path, answer, ask] of rounds) {
      const client = () =>
        clientOf(
          ledger,
          changeJson(path, () => answer),
        )
      await ask(client(), earlier)
      expect((await asyncRefusal(ask(client(), {}))).reason, path).to.equal('answer-incomplete')
    }
    const status = asJson(await ledger.proofs.revocations(KEY, earlier))
    const lying = clientOf(
      ledger,
      changeJson('ledger/v1/revocations', () => status),
    )
    expect((await asyncRefusal(verifiedStatus(lying, KEY))).reason).to.equal('answer-incomplete')
  })
})

function asJson(answer: object): JsonValue {
  return JSON.parse(JSON.stringify(answer)) as JsonValue
}
