/** How a server ends that can not go on (exit 70), and one that is told twice to stop (exit 130). */
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { Client } from '../../src/client/client.ts'
import type { FirstContact } from '../../src/client/first-contact.ts'
import { standBy } from '../helpers/kill-server.ts'
import { createRegisteredLedger, whileServed } from '../helpers/registered-ledger.ts'
import { keys, sbomPayload, signEnvelope } from '../helpers/test-ledger.ts'

const body = signEnvelope(sbomPayload('shop', ['lodash@4.17.20']), keys.ci)

describe('the end of a server', function () {
  this.timeout(60_000)
  let folder = ''
  let trust: FirstContact
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attestree-ends-'))
    trust = await createRegisteredLedger(folder)
  })
  after(() => rm(folder, { recursive: true }))

  for (const at of ['in-append', 'after-append', 'in-sign', 'after-sign', 'in-publish', 'after-publish']) {
    it(`a broken disk ${at.replace('-', ' the step of ')}: exit 70, nothing acknowledged, and it recovers`, async () => {
      const server = await standBy(folder).go({ at, count: 1, error: true })
      const url = await server.url
      const submission = signEnvelope(sbomPayload(at, ['a@1.0.0']), keys.ci)
      const client = new Client({ url: url ?? '', ...trust })
      const outcome = await client.submit(submission).then(
        () => 'acknowledged',
        () => 'refused',
      )
      const { code, stderr } = await server.ended
      expect(outcome).to.equal('refused')
      expect(code, stderr).to.equal(70)
      await whileServed(folder, [], async (again) => {
        const { signatures } = await new Client({ url: again, ...trust }).submit(submission)
        expect(signatures).to.have.length(1)
      })
    })
  }

  it('told to stop while a request is under way it waits for it; told again it ends at once with 130', async () => {
    const server = await standBy(folder).go()
    const { port } = new URL((await server.url) ?? '')
    const socket = connect(Number(port), '127.0.0.1')
    socket.on('error', () => undefined)
    const head = `POST /ledger/v1/attestations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`
    socket.write(head)
    // The answer "100 Continue" says that the request has begun.
    await once(socket, 'data')
    server.signal('SIGINT')
    await server.said('Stopping')
    server.signal('SIGINT')
    expect((await server.ended).code).to.equal(130)
    socket.destroy()
  })
})
