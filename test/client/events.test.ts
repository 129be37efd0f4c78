/** Following a log: nothing left out, nothing twice, and a server that skips an entry is found out. */
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { logIndex } from '../../src/brand.ts'
import { followLog } from '../../src/client/follow.ts'
import { Unreachable } from '../../src/client/unreachable.ts'
import { Fault } from '../../src/errors.ts'
import { changeJson } from '../helpers/ledger-fetch.ts'
import { clientOf, STORY_SIZE, tellStory, type Story } from '../helpers/story.ts'
import { keys, sbomPayload, signEnvelope } from '../helpers/test-ledger.ts'

interface Events {
  items: { entry: number }[]
  entries: Record<string, unknown>
  next?: number
}

describe('client/events', () => {
  let story: Story

  before(async () => {
    story = await tellStory()
  })

  after(() => story.ledger[Symbol.asyncDispose]())

  const wait = async (): Promise<void> => undefined

  it('gives every entry once, in order, and what is recorded meanwhile', async () => {
    const seen: number[] = []
    const following = followLog(clientOf(story.ledger), { after: logIndex(1), wait })
    for await (const { items } of following) {
      seen.push(...items.map((one) => one.entry))
      if (seen.at(-1) === STORY_SIZE - 1)
        await story.ledger.submit(signEnvelope(sbomPayload('late', ['a@1.0.0']), keys.ci))
      if (seen.at(-1) === STORY_SIZE) break
    }
    expect(seen).to.deep.equal([2, 3, 4, 5, 6, 7, 8])
  })

  it('once: ends with what there is; of nothing new, nothing', async () => {
    const client = clientOf(story.ledger)
    const last = logIndex((await client.checkpoint()).checkpoint.size - 1)
    const counts = await Promise.all(
      [undefined, last].map(async (after) => {
        let count = 0
        const options = { once: true, wait, ...(after === undefined ? {} : { after }) }
        for await (const { items } of followLog(client, options)) count += items.length
        return count
      }),
    )
    expect(counts).to.deep.equal([last + 1, 0])
  })

  it('finds a server that leaves an entry out, repeats one, or names another place to go on', async () => {
    const lies: readonly ((events: Events) => unknown)[] = [
      (events) => ({ ...events, items: events.items.filter((one) => one.entry !== 3) }),
      (events) => ({
        ...events,
        items: events.items.map((one) => (one.entry === 3 ? { ...one, entry: 2 } : one)),
      }),
      (events) => ({ ...events, next: (events.next ?? 0) + 1 }),
      ({ entries: { 3: _hidden, ...entries }, ...events }) => ({ ...events, entries }),
    ]
    for (const lie of lies) {
      const change = changeJson('ledger/v1/events', (answer) => lie(answer as never) as never)
      const refused = await clientOf(story.ledger, change)
        .events({ after: logIndex(0) })
        .catch((cause: unknown) => cause)
      expect(refused instanceof Fault && refused.reason, String(lie)).to.equal('entry-mismatch')
    }
  })

  it('asks again while the server is away, and says so; with once it gives up', async () => {
    const client = clientOf(story.ledger)
    const real = client.events.bind(client)
    let [away, troubles] = [2, 0]
    client.events = async (...args) => {
      if (away-- > 0) throw new Unreachable('no-answer', 'https://ledger.test', 'nobody there')
      return real(...args)
    }
    for await (const { items } of followLog(client, { wait, onTrouble: () => void troubles++ })) {
      expect(items[0]?.entry).to.equal(0)
      break
    }
    expect(troubles).to.equal(2)
    away = 1
    const first = followLog(client, { wait, once: true }).next()
    expect(await first.catch((cause: unknown) => cause)).to.be.instanceOf(Unreachable)
  })
})
