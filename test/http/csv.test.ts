import { expect } from 'chai'
import { describe, it } from 'mocha'
import { createCsv } from '../../src/http/csv.ts'
import type { RowPage } from '../../src/http/row-format.ts'

const page = {
  question: {},
  items: [],
  coverage: { images: 1 },
  entries: {},
  asOf: { origin: 'ledger.test', treeSize: 3, indexedThrough: 3 },
} as unknown as RowPage

describe('rows as CSV', () => {
  it('say how many claims of unregistered signers they leave out', () => {
    const claims = { items: [{}, {}], more: 5 } as unknown as NonNullable<RowPage['unregistered']>
    const csv = createCsv()
    csv.page({ ...page, unregistered: claims })
    csv.page(page)
    expect(csv.end(page, 0)).to.equal(
      '#END,0,origin=ledger.test,treeSize=3,indexedThrough=3,images=1,unregistered=7\r\n',
    )
  })
})
