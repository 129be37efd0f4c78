import { expect } from 'chai'
import { describe, it } from 'mocha'
import { treeSize } from '../../src/brand.ts'
import {
  formatPublishedRoot,
  outputLogKey,
  outputOrigin,
  parsePublishedRoot,
} from '../../src/map/output-log.ts'
import { signCheckpoint } from '../../src/tlog/checkpoint.ts'
import { verifierKeyOf } from '../../src/tlog/signed-note.ts'
import { emptyRoot } from '../../src/tlog/tree-hash.ts'
import { refuseAll } from '../helpers/mangle.ts'
import { keys } from '../helpers/test-ledger.ts'

const note = signCheckpoint({ origin: 'log.test', size: treeSize(0), root: emptyRoot }, keys.log)
const published = { root: new Uint8Array(32).fill(0xab), checkpoint: note }

describe('output log entries', () => {
  it('are the root in hex, a line feed, and the checkpoint as it was signed', () => {
    const entry = formatPublishedRoot(published)
    expect(entry).to.equal(`${'ab'.repeat(32)}\nlog.test\n0\n${note.split('\n').slice(2).join('\n')}`)
    expect(parsePublishedRoot(entry)).to.deep.equal(published)
  })

  it('are refused in any other form', () => {
    const entry = formatPublishedRoot(published)
    const others = [
      '',
      note,
      entry.toUpperCase(),
      entry.slice(1),
      ` ${entry}`,
      entry.replace('\n', '\n\n'),
      entry.replace('\n', '\r\n'),
      entry.slice(0, -1),
      `${entry}\n`,
      entry.slice(0, 65),
    ]
    refuseAll(others, parsePublishedRoot)
  })

  it('stand in logs named after the input log and the map, with its key under that name', () => {
    const inputLog = verifierKeyOf('log.test', keys.log.publicKey)
    expect(outputOrigin('log.test', 'status')).to.equal('log.test/index/status/v1')
    const named = verifierKeyOf('log.test/index/components/v1', keys.log.publicKey)
    expect(outputLogKey(inputLog, 'components')).to.deep.equal(named)
  })
})
