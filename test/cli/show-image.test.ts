import { expect } from 'chai'
import { describe, it } from 'mocha'
import pc from 'picocolors'
import { imageDigest, treeSize } from '../../src/brand.ts'
import { printImage } from '../../src/cli/show-command.ts'
import type { Terminal } from '../../src/cli/terminal.ts'
import { tellStory } from '../helpers/story.ts'
import { digestOf } from '../helpers/test-ledger.ts'

function recorder(): { readonly terminal: Terminal; readonly lines: string[] } {
  const lines: string[] = []
  const print = (line = ''): void => void lines.push(line)
  const terminal = {
    print,
    note: print,
    write: () => undefined,
    color: pc.createColors(false),
    columns: undefined,
  }
  return { terminal, lines }
}

describe('attestree: what is shown of an image', () => {
  it('says how many entries the server has not looked at, where revocations could be', async () => {
    const { ledger } = await tellStory()
    const answer = await ledger.image(imageDigest(digestOf('shop')))
    const shown = (indexedThrough: number): string => {
      const { terminal, lines } = recorder()
      const asOf = { ...answer.asOf, indexedThrough: treeSize(indexedThrough) }
      printImage(terminal, { ...answer, asOf }, 'made here')
      return lines.join('\n')
    }
    expect(shown(8)).not.to.include('has not looked at')
    expect(shown(5)).to.include('has not looked at the newest 3 entries yet')
  })
})
