/** The doors of the maps: output logs as logs, look-ups with proofs, and what is refused. */
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { treeSize } from '../../src/brand.ts'
import { formatBase64 } from '../../src/encoding/base64.ts'
import { parseJson } from '../../src/encoding/strict-json.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { componentPrefix, statusKey, unreadableKey } from '../../src/map/keys.ts'
import { outputLogKey, parsePublishedRoot } from '../../src/map/output-log.ts'
import { openCheckpoint } from '../../src/tlog/checkpoint.ts'
import { parseEntryBundle } from '../../src/tlog/entry-bundle.ts'
import { appendLeaves, edgeRoot, emptyEdge } from '../../src/tlog/right-edge.ts'
import { leafHash } from '../../src/tlog/tree-hash.ts'
import { checkKeys } from '../../src/verify/complete-keys.ts'
import { completeness } from '../../src/verify/completeness-wire.ts'
import { checkMapRoot } from '../../src/verify/map-root.ts'
import { STORY_SIZE, tellStory, trust } from '../helpers/story.ts'
import { digestOf } from '../helpers/test-ledger.ts'
import { serveDoor, type TestServer } from './door.ts'

describe('the doors of the maps', () => {
  let ledger: Ledger
  let server: TestServer
  before(async () => {
    ledger = (await tellStory()).ledger
    server = await serveDoor(ledger)
  })
  after(async () => {
    await server[Symbol.asyncDispose]()
    await ledger[Symbol.asyncDispose]()
  })

  const bytesOf = async (path: string): Promise<Uint8Array> =>
    new Uint8Array(await (await fetch(server.url + path)).arrayBuffer())
  const post = (path: string, body: unknown): Promise<Response> =>
    fetch(server.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })

  for (const map of ['components', 'status'] as const) {
    it(`serve the output log of ${map} like the log itself: anybody can replay what was published`, async () => {
      await ledger.proofs.lookUp(
        map,
        { prefixes: [], keys: [], postings: () => false },
        { minSize: STORY_SIZE },
      )
      const note = new TextDecoder().decode(await bytesOf(`/index/${map}/checkpoint`))
      const { size, root } = openCheckpoint(note, outputLogKey(trust.logKey, map))
      const leaves = parseEntryBundle(await bytesOf(`/index/${map}/tile/entries/000.p/${size}`), size)
      expect(edgeRoot(appendLeaves(emptyEdge, leaves.map(leafHash)))).to.deep.equal(root)
      const tile = await bytesOf(`/index/${map}/tile/0/000.p/${size}`)
      expect(tile).to.have.length(32 * size)
      const sizes = leaves.map((leaf) => {
        const { checkpoint } = parsePublishedRoot(new TextDecoder().decode(leaf))
        return Number(openCheckpoint(checkpoint, trust.logKey).size)
      })
      expect(sizes).to.deep.equal([...sizes].sort((a, b) => a - b))
      expect((await fetch(`${server.url}/index/${map}/tile/0/000.p/${size + 1}`)).status).to.equal(404)
    })
  }

  it('prove what is asked of a map, with the entries under each key', async () => {
    const prefix = componentPrefix('pkg:npm/lodash')
    const response = await post('/index/components/lookup', {
      prefixes: [formatBase64(prefix)],
      keys: [formatBase64(unreadableKey)],
      postings: true,
      minSize: Number(STORY_SIZE),
    })
    expect(response.status).to.equal(200)
    const { asOf, ...proofs } = JSON.parse(await response.text())
    const text = new TextEncoder().encode(JSON.stringify({ components: proofs, status: proofs }))
    const read = completeness(parseJson(text, { subject: 'look-up' }), {
      pointer: '',
      strict: true,
      reason: 'answer-malformed',
    })
    const log = { key: trust.logKey, checkpoint: openCheckpoint(asOf.checkpoint, trust.logKey) }
    if (read.components === undefined) throw new Error('no components')
    const root = checkMapRoot('components', read.components.map, log)
    const keys = checkKeys(root, read.components, treeSize(8))
    expect(keys.under(prefix).flatMap((key) => keys.postings(key))).to.have.members([1, 3, 4, 6])
    expect(keys.value(unreadableKey)).to.equal(undefined)
  })

  it('give the whole status map to who asks for the empty prefix', async () => {
    const response = await post('/index/status/lookup', { prefixes: [''], postings: true })
    const { prefixes } = JSON.parse(await response.text())
    // The trust root, the revoked image, the revoked attestation.
    expect(prefixes[0].keys).to.have.length(3)
    expect(statusKey(`image:${digestOf('web')}`)[0]).to.equal('i'.charCodeAt(0))
  })

  it('answer a key once, however often it is asked for: its list may be long', async () => {
    const asked = { keys: Array(500).fill('cg=='), prefixes: ['cg==', 'cg=='], postings: true }
    const { keys, prefixes } = JSON.parse(await (await post('/index/status/lookup', asked)).text())
    expect([keys.length, prefixes.length]).to.deep.equal([1, 1])
  })

  const refused: readonly [what: string, body: unknown, reason: string][] = [
    ['no JSON', '{"keys":', 'json-malformed'],
    ['a list', [], 'lookup-malformed'],
    ['an unknown member', { key: 'dQ==' }, 'unsupported'],
    ['keys that are no base64', { keys: ['%'] }, 'base64-malformed'],
    ['keys that are no texts', { keys: [1] }, 'lookup-malformed'],
    ['a size that is none', { minSize: -1 }, 'lookup-malformed'],
    ['postings that are no flag', { postings: 'yes' }, 'lookup-malformed'],
    ['too many keys', { keys: Array(20_001).fill('dQ==') }, 'lookup-too-large'],
  ]
  for (const [what, body, reason] of refused) {
    it(`refuse ${what} with ${reason}`, async () => {
      const response = await post('/index/status/lookup', body)
      expect(JSON.parse(await response.text()).code).to.equal(reason)
      const status = new Map([
        ['lookup-too-large', 413],
        ['unsupported', 422],
      ])
      expect(response.status).to.equal(status.get(reason) ?? 400)
      expect((await post('/index/status/lookup', { keys: ['cg=='] })).status).to.equal(200)
    })
  }
})
