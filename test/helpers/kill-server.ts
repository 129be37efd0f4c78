/** The built program, loaded in advance and killed on command or by itself: see kill-switch.mjs. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { repositoryRoot } from './repository.ts'
import { isolatedEnvironment } from './server-process.ts'

const program = join(repositoryRoot, 'dist', 'cli', 'main.js')
const killSwitch = fileURLToPath(new URL('./kill-switch.mjs', import.meta.url))

/** Where a process kills itself, and at which pass of that place. */
export interface KillPlace {
  readonly at: string
  readonly count: number
  /** Not to be killed there, but to be told by SQLite that the disk is broken. */
  readonly error?: true
}

/** How a process ended. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stderr: string
}

export interface KillableServer {
  /** Resolves with where it listens; undefined if it was gone before it said so. */
  readonly url: Promise<string | undefined>
  readonly ended: Promise<Ending>
  signal(signal: NodeJS.Signals): void
  /** Resolves when this stands on stderr; also when the process has ended. */
  said(words: string): Promise<void>
}

/** A process that has loaded the program and waits. */
export interface Standby {
  /** Lets it go on; it kills itself at `place` if one is given. */
  go(place?: KillPlace): Promise<KillableServer>
  dispose(): void
}

/** @param args of `attestree server start` */
export function standBy(folder: string, args: readonly string[] = []): Standby {
  if (!existsSync(program)) throw new Error(`${program} is missing: run npm run build first (npm test does)`)
  const line = [`--import=${killSwitch}`, program, 'server', 'start', '--port', '0', ...args]
  const child = spawn(process.execPath, line, {
    cwd: folder,
    env: isolatedEnvironment(folder),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const ready = once(child, 'message')
  const server = watch(child)
  return {
    async go(place) {
      await Promise.race([ready, server.ended])
      if (child.connected) child.send(place ?? { at: 'nowhere', count: 0 })
      return server
    },
    dispose: () => void child.kill('SIGKILL'),
  }
}

function watch(child: ChildProcess): KillableServer {
  const said = { stdout: '', stderr: '' }
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said.stderr += text))
  const ended = once(child, 'close').then(() => ({
    code: child.exitCode,
    signal: child.signalCode,
    stderr: said.stderr,
  }))
  const listening = new Promise<string>((resolve) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said.stdout += text
      const url = /http:\/\/127\.0\.0\.1:\d+(?=\s)/.exec(said.stdout)?.[0]
      if (url !== undefined) resolve(url)
    })
  })
  return {
    url: Promise.race([listening, ended.then(() => undefined)]),
    ended,
    signal: (signal) => void child.kill(signal),
    said: async (words) => {
      while (!said.stderr.includes(words) && child.exitCode === null && child.signalCode === null)
        await Promise.race([child.stderr === null ? ended : once(child.stderr, 'data'), ended])
    },
  }
}
