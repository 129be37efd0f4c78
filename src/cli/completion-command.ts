/** `attestree completion bash|zsh|fish`: a script for the shell, made from the commands as they are. No network in it. */
import { Argument, Command } from 'commander'
import type { CliContext } from './context.ts'
import { helpTopics } from './help-topics.ts'

/** A command as a shell needs it. */
interface Node {
  /** `server start`; empty for the program itself. */
  readonly path: string
  readonly commands: readonly { readonly name: string; readonly description: string }[]
  readonly options: readonly {
    /** `-o`, `--output`. */
    readonly flags: readonly string[]
    readonly description: string
    readonly takesValue: boolean
    /** Empty if it may be anything. */
    readonly choices: readonly string[]
  }[]
  /** What its first argument may be; empty if it may be anything. */
  readonly choices: readonly string[]
}

const makers = { bash: bashScript, zsh: zshScript, fish: fishScript } as const

type Shell = keyof typeof makers

export function completionCommand(context: CliContext): Command {
  return new Command('completion')
    .description('print what makes a shell complete commands and flags')
    .addArgument(new Argument('SHELL', 'which shell').choices(Object.keys(makers)))
    .addHelpText(
      'after',
      '\nExamples:\n  attestree completion bash > ~/.local/share/bash-completion/completions/attestree\n  attestree completion zsh > "${fpath[1]}/_attestree"\n  attestree completion fish > ~/.config/fish/completions/attestree.fish\n',
    )
    .action((shell: Shell, _flags: unknown, command: Command) =>
      context.terminal.print(completionScript(shell, command.parent ?? command)),
    )
}

export function completionScript(shell: Shell, program: Command): string {
  return makers[shell](nodesOf(program, '')).trimEnd()
}

function nodesOf(command: Command, path: string): readonly Node[] {
  const help = command.createHelp()
  const commands = help.visibleCommands(command)
  const node: Node = {
    path,
    commands: commands.map((one) => ({ name: one.name(), description: one.summary() || one.description() })),
    options: help.visibleOptions(command).map((option) => ({
      flags: [option.short, option.long].filter((flag) => flag !== undefined && flag !== null),
      description: option.description,
      takesValue: option.required || option.optional,
      choices: option.argChoices ?? [],
    })),
    choices: path === 'help' ? wordsOfHelp(command) : (help.visibleArguments(command)[0]?.argChoices ?? []),
  }
  const children = commands.filter((one) => command.commands.includes(one))
  return [node, ...children.flatMap((one) => nodesOf(one, `${path} ${one.name()}`.trim()))]
}

function wordsOfHelp(help: Command): readonly string[] {
  const commands = help.parent?.commands.map((one) => one.name()) ?? []
  return [...new Set([...Object.keys(helpTopics), ...commands])]
}

function wordsOf({ commands, options, choices }: Node): string {
  return [...commands.map((one) => one.name), ...choices, ...options.flatMap((one) => one.flags)].join(' ')
}

/** Flags whose value is one of a few: after one of them, only those are offered. */
function choiceCases(nodes: readonly Node[], offer: (words: string) => string): string {
  const cases = nodes.flatMap((node) =>
    node.options
      .filter((option) => option.takesValue && option.choices.length > 0)
      .flatMap((option) =>
        option.flags.map((flag) => `    "${node.path}:${flag}") ${offer(option.choices.join(' '))} ;;`),
      ),
  )
  return cases.join('\n')
}

/** Finds the longest path of commands among the words; a word that names none is an argument or a value. */
function pathLoop(nodes: readonly Node[], words: string): string {
  const paths = nodes.flatMap((node) => (node.path === '' ? [] : [`"${node.path}"`])).join('|')
  return `  local route="" word
  for word in ${words}; do
    case "\${route:+$route }$word" in
      ${paths}) route="\${route:+$route }$word" ;;
    esac
  done`
}

function bashScript(nodes: readonly Node[]): string {
  const cases = nodes.map((node) => `    "${node.path}") words="${wordsOf(node)}" ;;`).join('\n')
  return `# bash completion for attestree: made by attestree completion bash
_attestree() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words=""
${pathLoop(nodes, '"${COMP_WORDS[@]:1:COMP_CWORD-1}"')}
  case "$route:$previous" in
${choiceCases(nodes, (words) => `COMPREPLY=($(compgen -W "${words}" -- "$current")); return`)}
  esac
  case "$route" in
${cases}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _attestree attestree
`
}

function zshScript(nodes: readonly Node[]): string {
  const cases = nodes.map((node) => `    "${node.path}") compadd -- ${wordsOf(node)} ;;`).join('\n')
  return `#compdef attestree
# zsh completion for attestree: made by attestree completion zsh
_attestree() {
  local previous="\${words[CURRENT-1]}"
${pathLoop(nodes, '"${(@)words[2,CURRENT-1]}"')}
  case "$route:$previous" in
${choiceCases(nodes, (words) => `compadd -- ${words}; return`)}
  esac
  case "$route" in
${cases}
  esac
  _files
}
if [ "$funcstack[1]" = "_attestree" ]; then _attestree "$@"; else compdef _attestree attestree; fi
`
}

function fishScript(nodes: readonly Node[]): string {
  const paths = nodes.flatMap((node) => (node.path === '' ? [] : [`'${node.path}'`])).join(' ')
  return `# fish completion for attestree: made by attestree completion fish
function __attestree_at
    set -l path
    for word in (commandline -opc)[2..-1]
        set -l longer (string join -- ' ' $path $word)
        contains -- $longer ${paths}; and set path (string split ' ' $longer)
    end
    test "$path" = "$argv[1]"
end
${nodes.flatMap(fishLines).join('\n')}
`
}

function fishLines(node: Node): readonly string[] {
  const at = `complete -c attestree -n "__attestree_at '${node.path}'"`
  const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  return [
    ...node.commands.map((one) => `${at} -f -a ${one.name} -d ${quoted(one.description)}`),
    ...node.choices.map((one) => `${at} -f -a ${one}`),
    ...node.options.map((option) => {
      const flags = option.flags.map((flag) =>
        flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
      )
      const value =
        option.choices.length > 0 ? ` -x -a '${option.choices.join(' ')}'` : option.takesValue ? ' -r' : ''
      return `${at} ${flags.join(' ')}${value} -d ${quoted(option.description)}`
    }),
  ]
}
