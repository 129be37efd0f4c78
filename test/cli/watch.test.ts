import { expect } from 'chai'
import { describe, it } from 'mocha'
import { logIndex } from '../../src/brand.ts'
import { linesOf, printEnd } from '../../src/cli/watch-command.ts'
import { clientOf, tellStory } from '../helpers/story.ts'

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

describe('attestree watch: an entry', () => {
  it('of a revoked statement or of a stranger says so, as the server’s word; in NDJSON for every entry', async () => {
    const { ledger } = await tellStory()
    const answer = await clientOf(ledger).events()
    const lines = linesOf(answer, { output: 'table' })
    const doubted = lines.flatMap((line, at) => (line.includes('! revoked (the server’s word)') ? [at] : []))
    expect(doubted).to.deep.equal([4, 6])

    const served = linesOf(answer, { output: 'ndjson' }).map((line) => JSON.parse(line).served as unknown)
    expect(served.slice(3, 6)).to.deep.equal([
      { signer: 'ci', verdict: 'valid' },
      { signer: 'ci', verdict: 'revoked' },
      { signer: 'admin', verdict: 'valid' },
    ])
    const strangers = answer.items.map((item) => ({
      ...item,
      signer: null,
      verdict: 'untrusted-signer' as const,
    }))
    expect(linesOf({ ...answer, items: strangers }, { output: 'table' })[1]).to.include('! not registered')
  })
})
