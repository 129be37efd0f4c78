/** The command line: daily verbs first, then administration (interface.md 3.1). */
import { Command, CommanderError } from 'commander'
import type { CliContext } from './context.ts'
import { auditorCommand } from './auditor-command.ts'
import { completionCommand } from './completion-command.ts'
import { deployCommand } from './deploy-command.ts'
import { findCommand } from './find-command.ts'
import { getCommand } from './get-command.ts'
import { helpCommand } from './help-command.ts'
import { exitCodeLines } from './help-topics.ts'
import { importCommand } from './import-command.ts'
import { indexCommand } from './index-command.ts'
import { keyCommand } from './key-command.ts'
import { logCommand } from './log-command.ts'
import { revokeCommand } from './revoke-command.ts'
import { serverCommand } from './server-command.ts'
import { showCommand } from './show-command.ts'
import { statusCommand } from './status-command.ts'
import { submitCommand } from './submit-command.ts'
import { trustCommand } from './trust-command.ts'
import { verifyCommand } from './verify-command.ts'
import { versionCommand } from './version-command.ts'
import { watchCommand } from './watch-command.ts'

const EXAMPLES = `  attestree find pkg:npm/lodash --range '<4.17.21'      which images contain it, with proof
  attestree verify registry.example/shop@sha256:…       is this image vouched for, and is nothing revoked?
  attestree submit registry.example/shop@sha256:… --sbom sbom.json --key builder.key`

/** What `attestree` alone prints: examples first, then the verbs of every day. */
export const BRIEF = `${EXAMPLES}

Every day   submit  verify  find  show  get  revoke  deploy  watch  log  status  import
Once        trust  key  server  index  completion
Help        attestree --help, attestree COMMAND --help, attestree help exit-codes|formats|trust`

export function createProgram(context: CliContext): Command {
  const program = new Command('attestree')
    .description('Ask which of your images are affected. Get an answer you can prove.')
    .version(context.version, '--version', 'print the version')
    .option('--debug', 'print a stack for unexpected errors')
    .addHelpText('before', `Examples:\n${EXAMPLES}\n`)
    .showHelpAfterError(false)
    .helpCommand(false)
    .exitOverride()
  const commands = [
    submitCommand,
    importCommand,
    verifyCommand,
    findCommand,
    showCommand,
    getCommand,
    revokeCommand,
    deployCommand,
    watchCommand,
    logCommand,
    statusCommand,
    auditorCommand,
    trustCommand,
    keyCommand,
    serverCommand,
    indexCommand,
    completionCommand,
    versionCommand,
    helpCommand,
  ]
  for (const make of commands) program.addCommand(make(context))
  program.addCommand(exitCodesCommand(context))
  for (const command of allCommands(program)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => context.terminal.print(text.replace(/\n$/, '')),
      // Commander's own line is left out: the error is reported once, by main.ts.
      writeErr: () => undefined,
    })
  }
  return program
}

function exitCodesCommand(context: CliContext): Command {
  const table = exitCodeLines().join('\n')
  return new Command('exit-codes')
    .description('what each exit code means')
    .addHelpText('after', `\n${table}`)
    .action(() => context.terminal.print(table))
}

function allCommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(allCommands)]
}

/** Help and version were asked for: they were printed, and that is all. */
export function isHelp(cause: unknown): boolean {
  return cause instanceof CommanderError && cause.exitCode === 0
}
