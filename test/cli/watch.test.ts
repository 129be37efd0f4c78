import { expect } from 'chai'
import { describe, it } from 'mocha'
import { logIndex } from '../../src/brand.ts'
import { printEnd } from '../../src/cli/watch-command.ts'

function endOf(isWhole: boolean): { readonly printed: readonly string[]; readonly noted: readonly string[] } {
  const [printed, noted]: [string[], string[]] = [[], []]
  const terminal = {
    print: (line = ''): void => void printed.push(line),
    note: (line = ''): void => void noted.push(line),
  }
  printEnd(terminal, { output: 'ndjson', once: true }, { after: logIndex(6), count: 2, isWhole })
  return { printed, noted }
}

describe('attestree watch: the end of a stream', () => {
  it('stands only where the stream is whole: an interrupted one has none, and says how to go on', () => {
    const [whole, interrupted] = [endOf(true), endOf(false)]
    expect(whole.printed.map((line) => JSON.parse(line) as unknown)).to.deep.equal([
      { apiVersion: 'attestree.dev/v1', kind: 'End', count: 2, complete: true, after: 6 },
    ])
    expect(interrupted.printed).to.deep.equal([])
    expect(interrupted.noted).to.deep.equal(whole.noted)
    expect(interrupted.noted.join()).to.include('attestree watch --after 6')
  })
})
