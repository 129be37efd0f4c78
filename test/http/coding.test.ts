import { describe, it } from 'mocha'
import { expect } from 'chai'
import { gunzipSync } from 'node:zlib'
import { createDoor, serveDoor } from './door.ts'
import { get } from './raw-exchange.ts'

/** Compressible, and different at each place. */
const bundle = new TextEncoder().encode(Array.from({ length: 300 }, (_, i) => `entry ${i}`).join())
const door = createDoor({ entryBundle: async () => bundle })

describe('the coding of entry bundles', () => {
  it('is gzip for who accepts it, and says so to caches', async () => {
    await using server = await serveDoor(door)
    for (const accepted of ['gzip', 'br, gzip;q=0.5, identity;q=0.1', '*']) {
      const { headers, body } = await get(server.url, '/tile/entries/000', `Accept-Encoding: ${accepted}`)
      expect([headers.get('content-encoding'), headers.get('vary')], accepted).to.deep.equal([
        'gzip',
        'Accept-Encoding',
      ])
      expect(Uint8Array.from(gunzipSync(Buffer.from(body, 'latin1')))).to.deep.equal(bundle)
      expect(body.length).to.be.below(bundle.length)
    }
  })

  it('is none for who does not accept it, also when nothing is said', async () => {
    await using server = await serveDoor(door)
    for (const fields of [
      [],
      ['Accept-Encoding: identity'],
      ['Accept-Encoding: gzip;q=0'],
      ['Accept-Encoding: br'],
    ]) {
      const { headers, body } = await get(server.url, '/tile/entries/000', ...fields)
      expect([headers.get('content-encoding'), headers.get('vary')]).to.deep.equal([null, 'Accept-Encoding'])
      expect(Uint8Array.from(Buffer.from(body, 'latin1'))).to.deep.equal(bundle)
    }
  })

  it('has an ETag of its own, so that a cache never sends the one coding for the other', async () => {
    await using server = await serveDoor(door)
    const plain = (await get(server.url, '/tile/entries/000')).headers.get('etag') ?? ''
    const packed =
      (await get(server.url, '/tile/entries/000', 'Accept-Encoding: gzip')).headers.get('etag') ?? ''
    expect(plain).to.match(/^"/)
    expect(packed).to.match(/^"/)
    expect(packed).to.not.equal(plain)
    const again = (etag: string) =>
      get(server.url, '/tile/entries/000', 'Accept-Encoding: gzip', `If-None-Match: ${etag}`)
    expect((await again(packed)).status).to.equal(304)
    expect((await again(plain)).status).to.equal(200)
  })

  it('is none for hashes, which do not shrink', async () => {
    await using server = await serveDoor(door)
    const { headers } = await get(server.url, '/tile/0/000', 'Accept-Encoding: gzip')
    expect([headers.get('content-encoding'), headers.get('vary')]).to.deep.equal([null, null])
  })
})
