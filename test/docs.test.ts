/**
 * The documents of the repository do not lie about it (style.md habit 13): paths they name exist, commands they name
 * exist, and decisions stay short enough to be read.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Command } from 'commander'
import { describe, it } from 'mocha'
import { createProgram } from '../src/cli/program.ts'
import { readSettings } from '../src/cli/settings.ts'
import { openTerminal } from '../src/cli/terminal.ts'
import { repositoryRoot } from './helpers/repository.ts'

const documents = ['README.md', 'src/README.md', 'src/DECISIONS.md']

/** What a reader of the documents makes or gets, in backticks like a path of ours. */
const madeByUsers = new Set([
  './attestree-data',
  '../shared/vectors',
  'dist/',
  'ledger.db',
  'index.db',
  'lock.db',
  'signer/',
  'signer/signer.db',
])

const read = (path: string): string => readFileSync(join(repositoryRoot, path), 'utf8')

const quoted = (text: string): string[] => [...text.matchAll(/`([^`\n]+)`/g)].map(([, inner = '']) => inner)

/** Words in backticks that can only mean a file or folder: a slash inside, or an ending that we use. */
function pathsIn(text: string): string[] {
  return quoted(text)
    .filter((word) => /^[\w.#@-][\w./@-]*$/.test(word) && !word.startsWith('@') && !word.startsWith('#'))
    .filter((word) => word.includes('/') || /\.(ts|cjs|mjs|json|md|sql|yaml|db)$/.test(word))
    .filter((word) => !madeByUsers.has(word) && !/^attestree\/(verify|server)$/.test(word))
}

/** A path may be written from the repository's root or, inside src/, from there. */
const exists = (path: string): boolean =>
  ['.', 'src'].some((from) => existsSync(join(repositoryRoot, from, path)))

function decisions(): { title: string; lines: number }[] {
  const [, ...parts] = read('src/DECISIONS.md').split('\n### ')
  return parts.map((part) => {
    const [title = '', ...lines] = part.trim().split('\n')
    return { title, lines: lines.filter((line) => line.trim() !== '').length }
  })
}

/** Lines of README.md's examples that start the command line. */
const examples = (): string[] =>
  [...read('README.md').matchAll(/^(?:npx )?attestree (.+)$/gm)].map(([, words = '']) => words)

/** What of an example the command line does not know: a command, a flag, or nothing. */
function unknownWord(program: Command, example: string): string | undefined {
  const words = example.split(' ')
  let command = program
  let next: Command | undefined
  while ((next = command.commands.find((child) => child.name() === words[0])) !== undefined) {
    command = next
    words.shift()
  }
  if (command.commands.length > 0) return words[0] ?? command.name()
  return words.find(
    (word) =>
      word.startsWith('-') && !command.options.some(({ long, short }) => word === long || word === short),
  )
}

describe('documents', () => {
  it('every example of README.md uses commands and flags that there are', () => {
    const context = {
      terminal: openTerminal(process),
      settings: readSettings({}),
      version: '',
      setExitCode: () => undefined,
    }
    const program = createProgram(context)
    expect(examples()).not.to.deep.equal([])
    expect(examples().filter((example) => unknownWord(program, example) !== undefined)).to.deep.equal([])
  })

  it('every public entry of the package has a source', () => {
    const { exports, bin } = JSON.parse(read('package.json')) as {
      exports: Record<string, { default?: string }>
      bin: Record<string, string>
    }
    const built = [...Object.values(exports).flatMap((entry) => entry.default ?? []), ...Object.values(bin)]
    const sources = built.map((path) => path.replace(/^(\.\/)?dist\//, 'src/').replace(/\.js$/, '.ts'))
    expect(sources.filter((path) => !exists(path))).to.deep.equal([])
  })

  for (const document of documents) {
    it(`every path that ${document} names exists`, () => {
      const named = pathsIn(read(document))
      expect(named).not.to.deep.equal([])
      expect(named.filter((path) => !exists(path))).to.deep.equal([])
    })

    it(`every npm command that ${document} names exists`, () => {
      const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
      const named = [...read(document).matchAll(/\bnpm (?:run ([\w:]+)|(test|start)\b)/g)].map(
        ([, run, short]) => run ?? short ?? '',
      )
      expect(named.filter((name) => !(name in scripts))).to.deep.equal([])
    })
  }

  it('every script of package.json that runs a file of ours names one that exists', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const files = Object.values(scripts).flatMap((script) => script.match(/\bscripts\/[\w.-]+/g) ?? [])
    expect(files.filter((path) => !exists(path))).to.deep.equal([])
  })

  it('a decision is dated and takes at most 12 lines; there are at most 10 principles', () => {
    const wrong = decisions().filter(({ title, lines }) => !/^\d{4}-\d\d-\d\d · /.test(title) || lines > 12)
    expect(wrong).to.deep.equal([])
    expect(read('src/DECISIONS.md').match(/^\d+\. /gm)).to.have.length.within(1, 10)
  })

  it('decisions stand in the order in which they were taken', () => {
    const dates = decisions().map(({ title }) => title.slice(0, 10))
    expect(dates).to.deep.equal(dates.toSorted())
  })
})
