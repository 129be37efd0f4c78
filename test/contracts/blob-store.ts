/** The contract of `BlobStore` (ports.ts). */
import { expect } from 'chai'
import { describe } from 'mocha'
import { sha256Id } from '../../src/crypto/sha256.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { blobOf, noise } from './log-samples.ts'
import { expectBug, testsOn, type OpenStorage } from './storage-under-test.ts'

/** Nothing, too little to compress, what compresses well and not at all, below and above what is coded elsewhere. */
const samples = [
  new Uint8Array(),
  Uint8Array.of(0),
  utf8('{"a":1}'),
  utf8('{"component":"lodash"}'.repeat(1000)),
  utf8('{"component":"lodash"}'.repeat(20_000)),
  noise(1000),
  noise(200_000),
]

export function describeBlobStore(name: string, open: OpenStorage): void {
  describe(`blob store: ${name}`, () => {
    const test = testsOn(open)

    test('returns the bytes of every kind of blob', async ({ blobs }) => {
      await blobs.put(samples.map(blobOf))
      for (const bytes of samples) expect(await blobs.get(sha256Id(bytes))).to.deep.equal(bytes)
    })

    test('keeps blobs when it is opened again', async ({ blobs }, reopen) => {
      await blobs.put(samples.map(blobOf))
      const again = await reopen()
      for (const bytes of samples) expect(await again.blobs.get(sha256Id(bytes))).to.deep.equal(bytes)
    })

    test('returns nothing for a name that is not stored', async ({ blobs }) => {
      await blobs.put([])
      expect(await blobs.get(sha256Id(utf8('never put')))).to.equal(undefined)
    })

    test('takes the same blob twice as once, alone and in one call', async ({ blobs }) => {
      const blob = blobOf(utf8('twice'))
      await blobs.put([blob, blob])
      await blobs.put([blob])
      await Promise.all([blobs.put([blob]), blobs.put([blob])])
      expect(await blobs.get(blob.digest)).to.deep.equal(blob.bytes)
    })

    test('stores nothing of a call in which bytes do not hash to their name', async ({ blobs }) => {
      const good = blobOf(utf8('good'))
      const bad = { digest: sha256Id(utf8('a name')), bytes: utf8('other bytes') }
      await expectBug(blobs.put([good, bad]), /another hash/)
      expect(await blobs.get(good.digest)).to.equal(undefined)
      expect(await blobs.get(bad.digest)).to.equal(undefined)
    })

    test('keeps its own copies: neither what it was given nor what it returned can change it', async ({
      blobs,
    }) => {
      const given = blobOf(utf8('mine'))
      await blobs.put([given])
      given.bytes.fill(0)
      const returned = await blobs.get(given.digest)
      returned?.fill(0)
      expect(await blobs.get(given.digest)).to.deep.equal(utf8('mine'))
    })
  })
}
