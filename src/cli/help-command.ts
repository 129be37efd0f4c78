/** `attestree help [COMMAND…|TOPIC]`: the help of a command, or a topic; both where a word is both. */
import { Command } from 'commander'
import type { CliContext } from './context.ts'
import { helpTopics } from './help-topics.ts'
import { UsageError } from './usage-error.ts'

export function helpCommand(context: CliContext): Command {
  return new Command('help')
    .description(`help on a command, or on ${Object.keys(helpTopics).join(', ')}`)
    .argument('[WHAT...]', 'a command, or a topic')
    .addHelpText('after', `\nTopics:\n${topicLines()}\n`)
    .action((words: readonly string[], _flags: unknown, command: Command) =>
      help(context, words, command.parent ?? command),
    )
}

function topicLines(): string {
  return Object.entries(helpTopics)
    .map(([name, { summary }]) => `  ${name.padEnd(11)} ${summary}`)
    .join('\n')
}

function help({ terminal }: CliContext, words: readonly string[], program: Command): void {
  const [first = ''] = words
  const topic = words.length === 1 && Object.hasOwn(helpTopics, first) ? helpTopics[first] : undefined
  const command = commandAt(program, words)
  if (topic === undefined && command === undefined) {
    throw new UsageError(
      `help: there is no command or topic ${words.join(' ').slice(0, 100)}`,
      `Topics are ${Object.keys(helpTopics).join(', ')}; commands: attestree --help`,
    )
  }
  if (topic !== undefined) terminal.print(topic.text(terminal.columns))
  // What `attestree exit-codes` does, the topic has said.
  if (command === undefined || (topic !== undefined && command.commands.length === 0)) return
  if (topic !== undefined) terminal.print('')
  terminal.print(helpOf(command))
}

function commandAt(program: Command, words: readonly string[]): Command | undefined {
  return words.reduce<Command | undefined>(
    (at, word) => at?.commands.find((one) => one.name() === word || one.aliases().includes(word)),
    program,
  )
}

/** With the texts around it, which `helpInformation` leaves out. */
function helpOf(command: Command): string {
  let text = ''
  const { writeOut } = command.configureOutput()
  command.configureOutput({ writeOut: (part) => void (text += part) }).outputHelp()
  command.configureOutput(writeOut === undefined ? {} : { writeOut })
  return text.trimEnd()
}
