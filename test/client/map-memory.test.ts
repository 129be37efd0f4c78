/** What a client has seen of the output logs is held against all that it is shown of them later, wherever it is shown. */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { treeSize } from '../../src/brand.ts'
import { auditIndex } from '../../src/client/audit-index.ts'
import { Client } from '../../src/client/client.ts'
import { memoryPins } from '../../src/client/pins.ts'
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import { trustRootsKey } from '../../src/map/keys.ts'
import { at, parseText, setAt } from '../helpers/json-edit.ts'
import { changeJson, ledgerFetch, URL_OF_LEDGER, type Change } from '../helpers/ledger-fetch.ts'
import { clientOfOperator } from '../helpers/lying-operator.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import { operatorOf, SIZE, trust, world } from '../helpers/operator-story.ts'
import { QUESTION, tellStory, trust as trustOfStory } from '../helpers/story.ts'
import { keys, sbomPayload, signEnvelope } from '../helpers/test-ledger.ts'

const maps = ['components', 'status'] as const

describe('a client that has seen the output logs', () => {
  for (const map of maps)
    it(`refuses an older checkpoint of the ${map} map’s, and another history of it`, async () => {
      const pins = memoryPins()
      const shown = (...sizes: readonly number[]): Client =>
        clientOfOperator(operatorOf({ [map]: sizes.map((size) => [size, world]) }), { ...trust, pins })
      await shown(2, 4, SIZE).maps.checkpoint(map)
      const asking = [
        (client: Client) => client.maps.checkpoint(map),
        (client: Client) => client.maps.lookUp(map, [trustRootsKey]),
        (client: Client) => auditIndex(client),
      ]
      for (const ask of asking) {
        expect((await asyncRefusal(ask(shown(2, 4)))).reason).to.equal('log-rolled-back')
        expect((await asyncRefusal(ask(shown(2, 5, SIZE)))).reason).to.equal('log-forked')
        await ask(shown(2, 4, SIZE))
      }
    })

  it('refuses an answer that rests on an older root than it has seen, of either map', async () => {
    const { ledger } = await tellStory()
    const earlier: JsonValue[] = []
    const keep: Change = (path, body) => {
      if (path.startsWith('ledger/v1/images?')) earlier.push(parseText(body))
      return body
    }
    const pins = memoryPins()
    const client = (change?: Change): Client =>
      new Client({ url: URL_OF_LEDGER, ...trustOfStory, pins, fetch: ledgerFetch(ledger, change) })
    const question = { ...QUESTION, proof: 'complete' } as const
    await client(keep).images(question)
    await ledger.submit(signEnvelope(sbomPayload('new', ['lodash@4.17.1']), keys.ci))
    await client().images({ ...question, minSize: treeSize(9) })
    for (const map of maps) {
      const older = changeJson('ledger/v1/images?', (answer) =>
        setAt(answer, `/complete/${map}`, at(earlier[0] ?? null, `/complete/${map}`)),
      )
      expect((await asyncRefusal(client(older).images(question))).reason, map).to.equal('log-rolled-back')
    }
    await ledger[Symbol.asyncDispose]()
  })
})
