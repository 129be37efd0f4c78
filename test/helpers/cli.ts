/**
 * The built program as a user runs it: a bench is a folder of its own with its own configuration and passphrase. What
 * every run promises is checked at every run: no stack, no passphrase, and no character that could steer a terminal.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { isolatedEnvironment } from './server-process.ts'
import { repositoryRoot } from './repository.ts'

const program = join(repositoryRoot, 'dist', 'cli', 'main.js')

export const PASSPHRASE = 'correct horse battery staple'

export interface CliRun {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  /** Beside the bench's own; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

export interface CliServer {
  readonly url: string
  /** Sends the signal; resolves when the process is gone. */
  stop(signal?: NodeJS.Signals): Promise<CliRun>
}

export interface Bench {
  readonly folder: string
  path(name: string): string
  write(name: string, content: string | Uint8Array, mode?: number): Promise<string>
  run(args: readonly string[], options?: RunOptions): Promise<CliRun>
  /** As `run`, and it must exit with 0. */
  ok(...args: readonly string[]): Promise<CliRun>
  /** `server start --port 0 …`, until it says where it listens. */
  start(...args: readonly string[]): Promise<CliServer>
  /** Kills what still runs and removes the folder. */
  dispose(): Promise<void>
}

/** More than the cores of a small machine only take memory. */
const RUNS_AT_ONCE = 3
const running = new Set<Promise<CliRun>>()

export async function openBench(): Promise<Bench> {
  if (!existsSync(program)) throw new Error(`${program} is missing: run npm run build first (npm test does)`)
  const folder = await mkdtemp(join(tmpdir(), 'attestree-cli-'))
  const env = { ...isolatedEnvironment(folder), ATTESTREE_PASSPHRASE: PASSPHRASE }
  const children = new Set<ChildProcess>()

  function launch(args: readonly string[], options: RunOptions = {}) {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: folder,
      env: { ...env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    children.add(child)
    const output = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
    const ended = once(child, 'close').then((): CliRun => {
      children.delete(child)
      return { code: child.exitCode, ...output }
    })
    return { child, output, ended }
  }

  async function run(args: readonly string[], options: RunOptions = {}): Promise<CliRun> {
    while (running.size >= RUNS_AT_ONCE) await Promise.race(running)
    const ended = launch(args, options).ended
    const counted = ended.finally(() => running.delete(counted))
    running.add(counted)
    const result = await ended
    expectFit(args, result)
    return result
  }

  async function start(...args: readonly string[]): Promise<CliServer> {
    const { child, output, ended } = launch(['server', 'start', '--port', '0', ...args])
    const early = ended.then((run) => {
      throw new Error(`the server ended with ${run.code}: ${run.stderr}`)
    })
    const started = new Promise<void>((resolve) => {
      child.stdout.on('data', () => {
        if (output.stdout.includes('Stop with Ctrl-C.')) resolve()
      })
    })
    await Promise.race([started, early])
    return {
      url: /http:\/\/\S+/.exec(output.stdout)?.[0] ?? '',
      stop: async (signal = 'SIGTERM') => {
        child.kill(signal)
        const result = await ended
        expectFit(['server', 'start', ...args], result)
        return result
      },
    }
  }

  return {
    folder,
    path: (name) => join(folder, name),
    write: async (name, content, mode = 0o644) => {
      await writeFile(join(folder, name), content, { mode })
      return name
    },
    run,
    ok: async (...args) => {
      const result = await run(args)
      expect(result.code, `attestree ${args.join(' ')}: ${result.stderr}`).to.equal(0)
      return result
    },
    start,
    dispose: async () => {
      for (const child of children) child.kill('SIGKILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

// Everything but line feeds that moves a cursor or reorders a line.
const steering = /(?!\n)[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u

function expectFit(args: readonly string[], { stdout, stderr }: CliRun): void {
  const all = stdout + stderr
  const what = `attestree ${args.join(' ')}: ${all}`
  expect(/^ +at .*:\d+/m.test(all), `a stack: ${what}`).to.equal(false)
  expect(all.includes(PASSPHRASE), `the passphrase: ${what}`).to.equal(false)
  expect(steering.exec(all)?.[0], `a character that steers: ${JSON.stringify(what)}`).to.equal(undefined)
}

/** A refusal as people read it: on stderr alone, with what to do and the exit code. */
export function expectRefusal(run: CliRun, code: number, says: RegExp): void {
  expect(run.stdout, 'stdout is for answers').to.equal('')
  expect(run.stderr).to.match(says)
  expect(run.stderr).to.match(/^✕ /m)
  expect(run.stderr).to.match(new RegExp(` · exit ${code}$`, 'm'))
  expect(run.code, run.stderr).to.equal(code)
}
