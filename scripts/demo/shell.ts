/**
 * A terminal session that shows itself: every command is printed as a user types it, run by `sh` exactly so, and its
 * real output follows. Each step says what must come of it, so that the session is also an end-to-end test.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

export interface Expected {
  /** @default 0 */
  readonly exit?: number
  /** Facts that the output must contain. */
  readonly says?: readonly string[]
}

export interface Shell {
  /** Prints a sentence of narration. */
  say(text: string): void
  /** Sets a variable for all later commands. */
  set(name: string, value: string): void
  /** Runs a command to its end and gives its output. @throws Error if it ends otherwise than expected */
  run(command: string, expected?: Expected): Promise<string>
  /** Starts a command that stays, and gives what it printed up to the first empty line. */
  start(command: string): Promise<string>
  /** Ends what was started, as `kill` does. @throws Error if it does not exit with 0 */
  stop(): Promise<void>
  /** Kills what still runs, without a word; for the way out. */
  abandon(): void
}

export interface ShellOptions {
  readonly folder: string
  readonly env: Readonly<NodeJS.ProcessEnv>
  readonly columns: number
  readonly print: (line: string) => void
}

/** Nothing here takes a tenth of it on a slow machine. */
const MAX_STEP_MS = 60_000

export function openShell({ folder, env, columns, print }: ShellOptions): Shell {
  const variables: Record<string, string> = {}
  const children = new Set<ChildProcess>()
  let server: ChildProcess | undefined

  function launch(command: string): ChildProcess {
    const options = { cwd: folder, env: { ...env, ...variables }, timeout: MAX_STEP_MS } as const
    const child = spawn('sh', ['-c', `exec 2>&1\n${command}`], {
      ...options,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.add(child)
    child.once('exit', () => children.delete(child))
    return child
  }

  async function run(command: string, expected: Expected = {}): Promise<string> {
    show(command)
    const child = launch(command)
    const [output, [code, signal]] = await Promise.all([printAll(child), once(child, 'exit')])
    const exit = expected.exit ?? 0
    if (code !== exit) throw new Error(`expected exit ${exit}, got ${code ?? signal}: ${command}`)
    if (exit !== 0) print(`$ echo $?\n${exit}`)
    const missing = expected.says?.find((fact) => !oneLine(output).includes(fact))
    if (missing !== undefined) throw new Error(`expected the output to say "${missing}": ${command}`)
    return output
  }

  function show(command: string): void {
    for (const [at, line] of command.split('\n').entries())
      print(at === 0 ? `$ ${line}` : `  ${line.trimStart()}`)
  }

  async function printAll(child: ChildProcess): Promise<string> {
    let output = ''
    for await (const chunk of child.stdout?.setEncoding('utf8') ?? []) output += String(chunk)
    if (output !== '') print(output.replace(/\n$/, ''))
    return output
  }

  async function start(command: string): Promise<string> {
    show(`${command} &`)
    server = launch(`exec ${command}`)
    let output = ''
    for await (const chunk of server.stdout?.setEncoding('utf8').iterator({ destroyOnReturn: false }) ?? []) {
      output += String(chunk)
      if (output.includes('\n\n')) break
    }
    const begun = output.split('\n\n')[0] ?? ''
    print(begun)
    if (server.exitCode !== null || !output.includes('\n\n')) throw new Error(`it did not start: ${command}`)
    return begun
  }

  async function stop(): Promise<void> {
    if (server === undefined) throw new Error('nothing was started')
    show('kill %1')
    const ended = once(server, 'exit')
    server.kill('SIGTERM')
    const [output, [code, signal]] = await Promise.all([restOf(server), ended])
    print(output.trimEnd())
    if (code !== 0) throw new Error(`expected the server to exit with 0, got ${code ?? signal}`)
  }

  return {
    say: (text) => {
      print('')
      for (const line of wrapWords(text, columns - 2)) print(`# ${line}`)
    },
    set: (name, value) => {
      variables[name] = value
      print(`$ ${name}=${value}`)
    },
    run,
    start,
    stop,
    abandon: () => {
      for (const child of children) child.kill('SIGKILL')
    },
  }
}

/** What a server prints after it was told to stop. */
async function restOf(server: ChildProcess): Promise<string> {
  let output = ''
  for await (const chunk of server.stdout ?? []) output += String(chunk)
  return output.slice(output.indexOf('Stopping'))
}

/** Facts are looked for across the breaks of lines. */
function oneLine(output: string): string {
  return output.replace(/\s+/g, ' ')
}

function wrapWords(text: string, width: number): readonly string[] {
  const lines: string[] = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? ''
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines
}
