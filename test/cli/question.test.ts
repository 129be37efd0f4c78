import { expect } from 'chai'
import { describe, it } from 'mocha'
import { predicateOf, questionOf, type StatedFlags } from '../../src/cli/question.ts'
import { UsageError } from '../../src/cli/usage-error.ts'

const digest = `sha256:${'ab'.repeat(32)}`

describe('the question on the command line', () => {
  it('is a package URL, or one of the flags in its place', () => {
    expect(questionOf('pkg:npm/a', { range: '<2' })).to.deep.equal({ component: 'pkg:npm/a', range: '<2' })
    expect(questionOf(undefined, { licence: 'MIT' })).to.deep.equal({ licence: 'MIT' })
    expect(questionOf(undefined, { signer: `key:${digest}` })).to.deep.equal({ signer: digest })
    for (const base of [digest, `registry.example/base@${digest}`])
      expect(questionOf(undefined, { base })).to.deep.equal({ base: digest })
  })

  it('is refused if it is none or two, with what to write instead', () => {
    const wrong: readonly (readonly [string | undefined, StatedFlags])[] = [
      [undefined, {}],
      ['pkg:npm/a', { commit: 'a' }],
      [undefined, { commit: 'a', hash: 'b' }],
      [undefined, { licence: 'MIT', range: '<1' }],
    ]
    for (const [component, flags] of wrong)
      expect(() => questionOf(component, flags), JSON.stringify(flags)).to.throw(UsageError)
  })

  it('is a sentence in which nothing steers the terminal', () => {
    expect(predicateOf({ component: 'pkg:npm/a', range: 'vers:npm/<2' })).to.equal(
      'contain pkg:npm/a in vers:npm/<2',
    )
    expect(predicateOf({ builder: 'x\u001b[2J' })).to.equal('were built by x\\u{1b}[2J')
  })
})
