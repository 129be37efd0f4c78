import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { formatTable, wrap } from '../../src/cli/table.ts'
import { formatJson, openTerminal, visible } from '../../src/cli/terminal.ts'

const steering =
  /(?!\n)[\p{Cc}\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/u
const text = fc.string({ unit: 'binary' })

describe('tables and paragraphs', () => {
  it('a table cuts nothing, and its columns begin below each other', () => {
    const lines = formatTable(
      ['A', 'LONGER'],
      [
        ['one', 'x'],
        ['a longer cell', 'y\u001b[31m'],
      ],
    )
    expect(lines).to.deep.equal(['A              LONGER', 'one            x', 'a longer cell  y\\u{1b}[31m'])
  })

  it('a paragraph keeps every word whole and in order, and its lines within the width where words allow', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z:#]{1,30}$/), { minLength: 1 }),
        fc.integer({ min: 10, max: 60 }),
        (words, columns) => {
          const lines = wrap('? ', words.join(' '), columns)
          expect(lines.map((line) => line.slice(2)).join(' ')).to.equal(words.join(' '))
          for (const [at, line] of lines.entries()) {
            expect(line.slice(0, 2)).to.equal(at === 0 ? '? ' : '  ')
            expect(line.length <= columns || !line.slice(2).includes(' ')).to.equal(true)
          }
        },
      ),
    )
  })

  it('without a width a paragraph is one line', () => {
    expect(wrap('✓ ', 'x '.repeat(500).trim(), undefined)).to.have.length(1)
  })
})

describe('text of strangers', () => {
  it('made visible it steers nothing and stays on its line, and plain text is left as it is', () => {
    fc.assert(
      fc.property(text, (one) => {
        expect(visible(one)).not.to.match(steering).and.not.to.match(/\n/)
      }),
    )
    // U+E0000 is in no category of its own (nothing is assigned there), and yet no terminal draws it.
    expect(visible('\u{e0000}')).to.equal('\\u{e0000}')
    expect(visible('naïve – 日本語 ✓ pkg:npm/%40a/b@1.0')).to.equal('naïve – 日本語 ✓ pkg:npm/%40a/b@1.0')
  })

  it('as JSON it steers nothing and is the same value', () => {
    fc.assert(
      fc.property(fc.dictionary(text, text), (value) => {
        const json = formatJson(value)
        expect(json).not.to.match(steering)
        expect(JSON.parse(json)).to.deep.equal(JSON.parse(JSON.stringify(value)))
      }),
    )
  })
})

describe('the terminal', () => {
  const open = (stream: { readonly isTTY?: boolean; readonly columns?: number }, env: NodeJS.ProcessEnv) =>
    openTerminal({
      stdout: Object.assign(Object.create(process.stdout), { columns: undefined, isTTY: false }, stream),
      stderr: process.stderr,
      env,
    })
  const red = (terminal: ReturnType<typeof open>): string => terminal.color.red('x')

  it('has colours only where a person looks and did not say no', () => {
    expect(red(open({ isTTY: true }, {}))).to.equal('\u001b[31mx\u001b[39m')
    expect(red(open({ isTTY: true }, { NO_COLOR: '1' }))).to.equal('x')
    expect(red(open({ isTTY: true }, { TERM: 'dumb' }))).to.equal('x')
    expect(red(open({}, {}))).to.equal('x')
    expect(red(open({}, { FORCE_COLOR: '1' }))).to.equal('\u001b[31mx\u001b[39m')
  })

  it('has a width where the terminal or COLUMNS says one; a pipe has none', () => {
    expect(open({ isTTY: true, columns: 90 }, { COLUMNS: '70' }).columns).to.equal(90)
    expect(open({}, { COLUMNS: '70' }).columns).to.equal(70)
    for (const nonsense of ['0', '-5', 'wide', '7e1'])
      expect(open({}, { COLUMNS: nonsense }).columns).to.equal(undefined)
    expect(open({}, {}).columns).to.equal(undefined)
  })
})
