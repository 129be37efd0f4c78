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

  it('in bash: commands, then those inside of them, flags, and the few values a flag may have', () => {
    const script = completionScript('bash', newProgram().program)
    const lines = [
      ['se'],
      ['server', 'st'],
      ['server', 'start', '--po'],
      ['watch', '-o', ''],
      ['help', 'for'],
    ]
    const calls = lines.map((words) => `try attestree ${words.map((word) => `'${word}'`).join(' ')}`)
    const test = `${script}
try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _attestree; echo "\${COMPREPLY[*]}"; }
${calls.join('\n')}`
    expect(execFileSync('bash', ['-c', test], { encoding: 'utf8' }).trim().split('\n')).to.deep.equal([
      'server',
      'start',
      '--port',
      'table ndjson',
      'formats',
    ])
  })
})
