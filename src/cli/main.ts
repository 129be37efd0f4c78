#!/usr/bin/env node
/** `attestree`: reads the settings, runs one command, and ends with the exit code that says how it went. */
import { readFileSync } from 'node:fs'
import { CommanderError, type Command } from 'commander'
import type { CliContext } from './context.ts'
import { BRIEF, createProgram, isHelp } from './program.ts'
import { reportError } from './report-error.ts'
import { readSettings } from './settings.ts'
import { openTerminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'

const context: CliContext = {
  terminal: openTerminal(process),
  settings: readSettings(process.env),
  version: readVersion(),
  setExitCode: (code) => {
    process.exitCode = code
  },
}

/** The package is two folders up from src/cli and from dist/cli, where the bundle stands. */
function readVersion(): string {
  const parsed: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  if (
    typeof parsed === 'object' &&
    parsed !== null &&
    'version' in parsed &&
    typeof parsed.version === 'string'
  )
    return parsed.version
  throw new Error('package.json: no version')
}

// A reader that went away (`attestree find … | head`) is no error of ours.
process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
  if (cause.code === 'EPIPE') process.exit(0)
  throw cause
})

const program = createProgram(context)
try {
  if (process.argv.length <= 2) context.terminal.print(BRIEF)
  else await program.parseAsync(process.argv)
} catch (cause) {
  if (!isHelp(cause))
    process.exitCode = reportError(context.terminal, asUsage(cause), process.argv.includes('--debug'))
}

function asUsage(cause: unknown): unknown {
  if (!(cause instanceof CommanderError)) return cause
  const called = process.argv.slice(2).filter((word) => /^[a-z-]+$/.test(word) && !word.startsWith('-'))
  if (cause.code === 'commander.help')
    return new UsageError('expected what to do', `attestree ${called.join(' ')} --help`)
  const [message = '', meant] = cause.message.replace(/^error: /, '').split('\n')
  return new UsageError(
    message,
    meant?.replace(/^\(|\)$/g, '') ?? `See what there is: ${helpOf(process.argv.slice(2))}`,
  )
}

/** `attestree find --help`: of the command that was called. */
function helpOf(words: readonly string[]): string {
  const names: string[] = []
  let command: Command = program
  for (const word of words) {
    const called = command.commands.find((one) => one.name() === word)
    if (called === undefined) break
    command = called
    names.push(word)
  }
  return ['attestree', ...names, '--help'].join(' ')
}
