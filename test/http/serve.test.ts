import { describe, it } from 'mocha'
import { expect } from 'chai'
import { once } from 'node:events'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { Fault } from '../../src/errors.ts'
import { createApp } from '../../src/http/app.ts'
import { BODY_LIMITS } from '../../src/http/request-body.ts'
import { SERVER_LIMITS, startServer } from '../../src/http/serve.ts'
import { createDoor, jsonOf, serveDoor } from './door.ts'
import { exchange, exchangeUntilClosed, head } from './raw-exchange.ts'

const report = () => undefined

/** A ledger whose status waits until it is let go. */
function waitingDoor() {
  const door = createDoor()
  let letGo = () => {}
  const gate = new Promise<void>((resolve) => (letGo = resolve))
  let enter = () => {}
  const entered = new Promise<void>((resolve) => (enter = resolve))
  const status = async () => {
    enter()
    await gate
    return door.status()
  }
  return { door: { ...door, status }, entered, letGo: () => letGo() }
}

describe('a running server', () => {
  const hosts = [
    ['127.0.0.1', /^http:\/\/127\.0\.0\.1:\d+$/],
    ['::1', /^http:\/\/\[::1\]:\d+$/],
  ] as const
  for (const [host, form] of hosts) {
    it(`says under which address it listens: ${host}`, async function () {
      const isHere = Object.values(networkInterfaces()).some((all) =>
        all?.some(({ address }) => address === host),
      )
      if (!isHere) {
        console.log(`skipped: this machine has no ${host}`)
        this.skip()
      }
      const server = await startServer(createApp(createDoor(), { report }), { host, port: 0 })
      expect(server.url).to.match(form)
      expect((await fetch(`${server.url}/checkpoint`)).status).to.equal(200)
      await server.close()
    })
  }

  it('refuses a port that is taken and a host that is not here, with what to do', async () => {
    await using first = await serveDoor(createDoor())
    const app = createApp(createDoor(), { report })
    const reasonOf = async (host: string, port: number) => {
      try {
        await (await startServer(app, { host, port })).close()
        return 'started'
      } catch (error) {
        return error instanceof Fault ? error.reason : String(error)
      }
    }
    expect(await reasonOf('127.0.0.1', Number(new URL(first.url).port))).to.equal('address-in-use')
    expect(await reasonOf('192.0.2.1', 0)).to.equal('parameter-malformed')
  })

  it('lets running requests end before it closes, and takes no others', async () => {
    const { door, entered, letGo } = waitingDoor()
    const server = await startServer(createApp(door, { report }), { host: '127.0.0.1', port: 0 })
    const running = fetch(`${server.url}/ledger/v1/status`)
    await entered
    const closing = server.close()
    const refused = await fetch(`${server.url}/checkpoint`).then(
      () => 'served',
      () => 'refused',
    )
    letGo()
    const response = await running
    await closing
    expect([refused, response.status, response.headers.get('connection')]).to.deep.equal([
      'refused',
      200,
      'close',
    ])
    expect(await jsonOf(response)).to.include({ origin: 'localhost' })
    expect(server.close(), 'closing twice is closing once').to.equal(closing)
  })

  it('cuts what does not end in time', async () => {
    const { door, entered, letGo } = waitingDoor()
    const options = { host: '127.0.0.1', port: 0, limits: { drainTimeout: 20 } }
    const server = await startServer(createApp(door, { report }), options)
    const running = fetch(`${server.url}/ledger/v1/status`).then(
      () => 'served',
      () => 'cut',
    )
    await entered
    await server.close()
    expect(await running).to.equal('cut')
    letGo()
  })

  it('answers a head that comes too slowly with 408, and serves others meanwhile', async () => {
    const limits = { headersTimeout: 60, connectionsCheckingInterval: 20 }
    await using server = await serveDoor(createDoor(), { limits })
    const slow = exchangeUntilClosed(server.url, 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ')
    expect((await fetch(`${server.url}/checkpoint`)).status).to.equal(200)
    const answer = await slow
    expect([answer.status, JSON.parse(answer.body).code]).to.deep.equal([408, 'request-timeout'])
  })

  it('answers a body that takes too long with 408', async () => {
    const limits = { headersTimeout: 40, requestTimeout: 60, connectionsCheckingInterval: 20 }
    await using server = await serveDoor(createDoor(), { limits })
    const fields = ['Content-Type: application/json', 'Content-Length: 9']
    const answer = await exchange(server.url, head('POST', '/ledger/v1/attestations', ...fields), '{')
    expect([answer.status, JSON.parse(answer.body).code]).to.deep.equal([408, 'request-timeout'])
    expect(server.reported).to.deep.equal([])
  })

  it('lets go of a connection that asks nothing more', async () => {
    await using server = await serveDoor(createDoor(), { limits: { keepAliveTimeout: 20 } })
    const answer = await exchangeUntilClosed(server.url, head('GET', '/checkpoint'))
    expect(answer.status).to.equal(200)
  })

  it('never sends a second answer into the middle of a first', async () => {
    await using server = await serveDoor(createDoor())
    const { hostname, port } = new URL(server.url)
    const socket = connect({ host: hostname, port: Number(port) })
    let text = ''
    socket.on('data', (chunk) => (text += String(chunk)))
    // A good request, then garbage behind it on the same connection.
    socket.write(`${head('GET', '/checkpoint')}\x00garbage\r\n\r\n`)
    await once(socket, 'close')
    const answers = text.split(/(?=HTTP\/1\.1 \d)/)
    expect(answers.map((answer) => answer.slice(9, 12))).to.satisfy((statuses: string[]) =>
      statuses.every((status) => status === '200' || status === '400'),
    )
    for (const answer of answers) {
      const length = Number(/content-length: (\d+)/i.exec(answer)?.[1])
      expect(answer.split('\r\n\r\n').slice(1).join('\r\n\r\n').length).to.equal(length)
    }
  })

  it('has time for the largest body on a slow line, and none for idlers', () => {
    const megabitPerSecond = 1_000_000 / 8
    const seconds = BODY_LIMITS.maxBytes / (2.5 * megabitPerSecond)
    expect(SERVER_LIMITS.requestTimeout / 1000).to.be.at.least(seconds)
    expect(BODY_LIMITS.paceMs).to.be.at.most(30_000)
    expect(SERVER_LIMITS.headersTimeout).to.be.at.most(10_000)
    expect(SERVER_LIMITS.drainTimeout).to.be.below(10_000)
  })
})
