/** Help, topics and completion are made from what the program is, so that they cannot go stale. */
import { execFileSync } from 'node:child_process'
import { expect } from 'chai'
import type { Command } from 'commander'
import { describe, it } from 'mocha'
import { completionScript } from '../../src/cli/completion-command.ts'
import { exitCodeOf, exitCodeTable } from '../../src/cli/exit-codes.ts'
import { createProgram } from '../../src/cli/program.ts'
import { readSettings } from '../../src/cli/settings.ts'
import { classOfReason, Fault, type Reason } from '../../src/errors.ts'
import { createColors } from '../../src/cli/terminal.ts'

interface Ran {
  readonly program: Command
  readonly lines: string[]
}

function newProgram(): Ran {
  const lines: string[] = []
  const program = createProgram({
    terminal: {
      print: (line = '') => void lines.push(line),
      write: () => undefined,
      note: () => undefined,
      color: createColors(false),
      columns: undefined,
    },
    settings: readSettings({}),
    version: '1.2.3',
    setExitCode: () => undefined,
  })
  return { program, lines }
}

async function output(...args: readonly string[]): Promise<string> {
  const { program, lines } = newProgram()
  await program.parseAsync(['node', 'attestree', ...args])
  return lines.join('\n')
}

function commandsOf(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(commandsOf)]
}

describe('attestree help', () => {
  it('exit-codes names every code of the one table, and every reason under the code it ends with', async () => {
    const text = await output('help', 'exit-codes')
    const blocks = new Map<number, string>()
    for (const block of text.split(/\n(?= {1,3}\d)/).slice(1)) blocks.set(Number.parseInt(block, 10), block)
    expect([...blocks.keys()]).to.deep.equal(exitCodeTable.map(([code]) => code))
    for (const reason of Object.keys(classOfReason) as Reason[]) {
      const code = exitCodeOf(new Fault(reason, ''))
      expect(blocks.get(code)?.split(/\s+/), reason).to.include(reason)
    }
  })

  it('explains formats and trust, and of a word that is a command too shows both', async () => {
    expect(await output('help', 'formats'))
      .to.include('CycloneDX JSON')
      .and.not.to.include('Usage:')
    expect(await output('help', 'trust'))
      .to.include('What is believed')
      .and.to.include('Usage: attestree trust')
    expect(await output('help', 'server', 'start')).to.match(/^Usage: attestree server start[^]*Example:/)
    const refused = await output('help', 'nothing').catch((cause: unknown) => cause)
    expect(String(refused)).to.match(/UsageError: help: there is no command or topic nothing/)
  })

  it('every command has a description, and every one that does something an example', () => {
    const commands = commandsOf(newProgram().program)
    expect(commands.filter((one) => one.description() === '').map((one) => one.name())).to.deep.equal([])
    expect(commands.length).to.be.greaterThan(30)
  })

  it('version says the program’s and the rules’ version', async () => {
    expect(await output('version')).to.match(/^attestree 1\.2\.3\n {2}Manifest rules {2}version \d+\n/)
    expect(JSON.parse(await output('version', '-o', 'json'))).to.include({
      kind: 'Version',
      version: '1.2.3',
    })
  })
})

describe('attestree completion', () => {
  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    it(`for ${shell} has every command and every long flag`, () => {
      const { program } = newProgram()
      const script = completionScript(shell, program)
      const words = new Set(script.split(/[^\w-]+/))
      for (const command of commandsOf(program)) {
        if (command !== program) expect(words, command.name()).to.include(command.name())
        for (const { long } of command.options)
          if (long) expect(words, long).to.include(shell === 'fish' ? long.slice(2) : long)
      }
    })
  }

  /** Words typed so far, the last of them being completed, and what is offered for it. */
  const typed = [
    [['se'], 'server'],
    [['server', 'st'], 'start'],
    [['server', 'start', '--po'], '--port'],
    [['watch', '-o', ''], 'table ndjson'],
    [['help', 'for'], 'formats'],
  ] as const

  /** What a shell offers for each; the script and `try` are its own. Undefined, with a notice, where there is no such shell. */
  function offered(shell: 'bash' | 'zsh' | 'fish', tryIt: string): readonly string[] | undefined {
    const calls = typed.map(([words]) => `try attestree ${words.map((word) => `'${word}'`).join(' ')}`)
    const script = [tryIt, completionScript(shell, newProgram().program), ...calls, 'true'].join('\n')
    try {
      return execFileSync(shell, ['-c', script], { encoding: 'utf8' }).trim().split('\n')
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause
      console.log(`    skipped, no ${shell} on this machine`)
      return undefined
    }
  }

  const expected = typed.map(([, words]) => words)

  it('in bash: commands, then those inside of them, flags, and the few values a flag may have', () => {
    const tryIt = `try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _attestree; echo "\${COMPREPLY[*]}"; }`
    expect(offered('bash', tryIt)).to.deep.equal(expected)
  })

  it('in zsh the same: what begins as typed, of the words that it adds', function () {
    // Only within its line editor does zsh take them; here they are printed.
    const tryIt = `_files() { : }
compadd() { shift; print -r -- \${(M)@:#\${words[CURRENT]}*} }
try() { words=("$@"); CURRENT=$#; _attestree }`
    const found = offered('zsh', `compdef() { : }\n${tryIt}`)
    if (found === undefined) return this.skip()
    expect(found).to.deep.equal(expected)
  })

  it('in fish the same, as fish itself completes', function () {
    const tryIt = `function try
    complete -C (string join -- ' ' $argv) | string split -f1 \\t | string join ' '
end`
    const found = offered('fish', tryIt)
    if (found === undefined) return this.skip()
    expect(found.map((line) => line.split(' ').toSorted())).to.deep.equal(
      expected.map((line) => line.split(' ').toSorted()),
    )
  })
})
