/** SIGTERM to the program as people run it: what it has begun it answers, and what it answered is there afterwards. */
import { expect } from 'chai'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { signStatement } from '../../src/attestation/sign-statement.ts'
import { trustRootStatement } from '../../src/attestation/trust-root.ts'
import { Client } from '../../src/client/client.ts'
import { currentTrustRoot } from '../../src/client/current-trust-root.ts'
import { firstContact } from '../../src/client/first-contact.ts'
import { withSigner } from '../../src/cli/trust-add-signer.ts'
import { parseKeyFile } from '../../src/crypto/key-file.ts'
import { runProgram, startServerProcess } from '../helpers/server-process.ts'
import { keys } from '../helpers/test-ledger.ts'

describe('SIGTERM', function () {
  this.timeout(30_000)
  let folder = ''
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attestree-drain-'))
  })
  after(() => rm(folder, { recursive: true }))

  it('lets a submission end that has begun, takes no new one, and exits 0 with the entry in the log', async () => {
    expect((await runProgram(['server', 'init'], folder)).code).to.equal(0)
    const server = await startServerProcess([], folder)
    const trust = await firstContact(server.url)
    const { root, id } = await currentTrustRoot(new Client({ url: server.url, ...trust }))
    const next = { ...withSigner(root, 'ci', keys.ci.publicKey, ['https://*']), version: 2, previous: id }
    const body = signStatement(trustRootStatement(next), await administratorKey(folder))
    const submission = await begin(server.url, body)
    const stopped = server.stop()
    while (await isServing(server.url));
    expect(await submission.finish()).to.match(/^HTTP\/1\.1 201 /)
    expect(await stopped).to.equal(0)
    await using again = await restarted(folder)
    const { trustRoot } = await new Client({ url: again.url, ...trust }).status()
    expect(trustRoot.version).to.equal(2)
  })
})

async function restarted(folder: string): Promise<{ readonly url: string } & AsyncDisposable> {
  const { url, stop } = await startServerProcess([], folder)
  return { url, [Symbol.asyncDispose]: async () => void (await stop()) }
}

async function administratorKey(at: string) {
  const config = join(at, 'config', 'attestree')
  const [log = ''] = await readdir(config)
  return parseKeyFile(await readFile(join(config, log, 'admin.key'), 'utf8'), '')
}

/** Half of a submission; resolves once the server waits for the rest. */
async function begin(url: string, body: Uint8Array): Promise<{ finish(): Promise<string> }> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  const fields = ['Host: localhost', 'Content-Type: application/json', 'Expect: 100-continue']
  const head = ['POST /ledger/v1/attestations HTTP/1.1', ...fields, `Content-Length: ${body.length}`, '', '']
  socket.write(head.join('\r\n'))
  const [continued] = await once(socket, 'data')
  expect(String(continued)).to.match(/^HTTP\/1\.1 100 /)
  socket.write(body.subarray(0, 100))
  return {
    async finish() {
      let text = ''
      socket.on('data', (chunk) => (text += String(chunk)))
      socket.write(body.subarray(100))
      await once(socket, 'close')
      return text
    },
  }
}

function isServing(url: string): Promise<boolean> {
  return fetch(`${url}/livez`, { headers: { connection: 'close' } }).then(
    async (response) => (await response.text()) !== '',
    () => false,
  )
}
