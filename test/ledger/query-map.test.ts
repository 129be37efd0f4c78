import { expect } from 'chai'
import { describe, it } from 'mocha'
import { treeSize } from '../../src/brand.ts'
import { MAX_LOOKUP_POSTINGS } from '../../src/ledger/limits.ts'
import { mapProofs } from '../../src/ledger/query-map.ts'
import { formatCountedRoot } from '../../src/map/counted-root.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { asyncRefusal } from '../helpers/mangle.ts'

describe('a look-up in a map', () => {
  it('reads no list where all that are wanted are longer together than anybody may ask for', async () => {
    const listOf = (name: number, size: number) => ({
      key: Uint8Array.of(name),
      value: formatCountedRoot({ size: treeSize(size), root: new Uint8Array(32) }),
      proof: new Uint8Array(0),
    })
    const root = { size: treeSize(1), checkpoint: '', entry: new Uint8Array(0), inclusion: [] }
    const keys = [listOf(1, MAX_LOOKUP_POSTINGS), listOf(2, 1)]
    const answer = { root, prefixes: [], keys }
    const log = { store: openMemoryStorage().log, size: treeSize(1) }
    const [read, pause] = [() => Promise.reject(new Error('read')), async () => undefined]
    const refused = mapProofs(answer, { postings: () => true }, { read, pause }, log)
    expect((await asyncRefusal(refused)).reason).to.equal('lookup-too-large')
  })
})
