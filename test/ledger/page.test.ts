/** Pages stay short, whatever signers write. */
import { describe, it } from 'mocha'
import { expect } from 'chai'
import { fillPage, MAX_PAGE_BYTES, roomOf } from '../../src/ledger/page.ts'

describe('a page', () => {
  const places = Array.from({ length: 20 }, (_, at) => at)

  it('holds as many rows as were asked for', async () => {
    const make = async (place: number) => ({ row: place, entries: [place] })
    expect(await fillPage(places, roomOf({ limit: 5 }), make)).to.deep.equal({
      items: [0, 1, 2, 3, 4],
      last: 4,
      hasMore: true,
    })
    expect(await fillPage(places, roomOf({ limit: 20 }), make)).to.deep.equal({
      items: places,
      last: 19,
      hasMore: false,
    })
    expect(await fillPage([], roomOf({ limit: 5 }), make)).to.deep.equal({
      items: [],
      last: undefined,
      hasMore: false,
    })
  })

  it('ends early where its rows, or the entries that prove them, are long; one row always fits', async () => {
    const long = 'x'.repeat(MAX_PAGE_BYTES / 4)
    const { items } = await fillPage(places, roomOf({ limit: 20 }), async () => ({ row: long, entries: [] }))
    expect(items).to.have.length(4)
    const many = Array.from({ length: 10_000 }, (_, at) => at)
    const proven = await fillPage(places, roomOf({ limit: 20 }), async (place) => ({
      row: place,
      entries: many.map((at) => at + place * many.length),
    }))
    expect(proven).to.include({ last: 1, hasMore: true })
    const huge = async () => ({ row: long.repeat(5), entries: [] })
    expect(await fillPage(places, roomOf({ limit: 20 }), huge)).to.include({ last: 0, hasMore: true })
  })
})
