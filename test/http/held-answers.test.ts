import { EventEmitter } from 'node:events'
import { describe, it } from 'mocha'
import { expect } from 'chai'
import { Fault } from '../../src/errors.ts'
import { holdAnswer, MAX_HELD_BYTES } from '../../src/http/held-answers.ts'
import { createDoor, ID, serveDoor } from './door.ts'

describe('large answers', () => {
  it('hold no more than is allowed while nobody reads them, and come again when others are done', () => {
    const [slow, other] = [new EventEmitter(), new EventEmitter()]
    const release = holdAnswer(slow, MAX_HELD_BYTES / 2)
    holdAnswer(slow, MAX_HELD_BYTES / 2)
    expect(() => holdAnswer(other, 100_000))
      .to.throw(Fault)
      .with.property('reason', 'busy')
    holdAnswer(other, 1_000)
    release()
    release()
    holdAnswer(other, MAX_HELD_BYTES / 2)
    expect(() => holdAnswer(other, 100_000)).to.throw(Fault)
    slow.emit('close')
    holdAnswer(other, MAX_HELD_BYTES / 2)
    expect(() => holdAnswer(other, 100_000)).to.throw(Fault)
    other.emit('close')
    expect([slow, other].map((one) => one.listenerCount('close'))).to.deep.equal([0, 0])
  })

  it('are not held for who has left while they were made', () => {
    const gone = Object.assign(new EventEmitter(), { destroyed: true })
    for (let at = 0; at < 3; at++) holdAnswer(gone, MAX_HELD_BYTES)
  })

  it('are refused with 503 over HTTP until there is room', async () => {
    await using server = await serveDoor(createDoor({ pae: async () => new Uint8Array(100_000) }))
    const path = `${server.url}/ledger/v1/attestations/${ID}/pae`
    const elsewhere = new EventEmitter()
    holdAnswer(elsewhere, MAX_HELD_BYTES)
    const refused = await fetch(path)
    expect([refused.status, refused.headers.get('retry-after')]).to.deep.equal([503, '2'])
    expect(refused.headers.get('cache-control')).to.equal('no-store')
    await refused.text()
    elsewhere.emit('close')
    for (let at = 0; at < 3; at++)
      expect((await (await fetch(path)).arrayBuffer()).byteLength).to.equal(100_000)
  })
})
