/** The built program as a child process: started, asked where it listens, killed or stopped. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

export interface ServerProcess {
  readonly url: string
  /** SIGKILL: no chance to write anything more. Resolves when the process is gone. */
  kill(): Promise<void>
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>
}

export interface ProgramRun {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** An environment of its own, so that no test reads or writes a person's configuration. */
export function isolatedEnvironment(folder: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: folder,
    XDG_CONFIG_HOME: `${folder}/config`,
    ATTESTREE_PASSPHRASE: '',
    NO_COLOR: '1',
  }
}

function start(args: readonly string[], folder: string): ChildProcess {
  if (!existsSync(program)) throw new Error(`${program} is missing: run npm run build first (npm test does)`)
  return spawn(process.execPath, [program, ...args], {
    cwd: folder,
    env: isolatedEnvironment(folder),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

export async function runProgram(args: readonly string[], folder: string): Promise<ProgramRun> {
  const child = start(args, folder)
  const output = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  await once(child, 'close')
  return { code: child.exitCode, ...output }
}

/** Resolves once the server says where it listens. @throws Error with its output if it ends before */
export async function startServerProcess(args: readonly string[], folder: string): Promise<ServerProcess> {
  const child = start(['server', 'start', '--port', '0', ...args], folder)
  const gone = once(child, 'close')
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text))
  const url = await Promise.race([
    urlOf(child),
    gone.then(() => Promise.reject(new Error(`the server ended (${child.exitCode}): ${said}`))),
  ])
  return {
    url,
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
    async stop() {
      child.kill('SIGTERM')
      await gone
      return child.exitCode
    },
  }
}

async function urlOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('no stdout')
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0]
    if (url !== undefined) {
      child.stdout.resume()
      return url
    }
  }
  throw new Error('the server never said where it listens')
}
