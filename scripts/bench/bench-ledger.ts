/** A ledger made and served by the built program, as people run it, in a folder that goes when the bench ends. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseTrustFile } from '../../src/client/trust-file.ts'
import type { TrustedLog } from '../../src/client/trust-file.ts'
import { parseKeyFile } from '../../src/crypto/key-file.ts'
import type { SigningKey } from '../../src/crypto/signing-key.ts'
import { formatBase64 } from '../../src/encoding/base64.ts'
import { componentPrefix } from '../../src/map/keys.ts'
import type { StatusAnswer } from '../../src/verify/answer.ts'

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** What follows a bench's submissions takes seconds. */
const MAX_INDEX_MS = 60_000
/** A map of 10^6 keys is made in ten seconds, on a machine that has nothing else to do. */
const MAX_PROOF_WAIT_MS = 180_000

export interface BenchServer {
  readonly url: string
  /** From the start of the program to its first answer to `GET /ledger/v1/status`, in seconds. */
  readonly startedIn: number
  /** Resident memory, in megabytes. */
  residentMb(): number
  /** The most that it was since the start, in megabytes. */
  peakMb(): number
  /** Processor time used so far by its main thread, and by all its threads, in milliseconds. */
  cpuMs(): { readonly main: number; readonly all: number }
  /** Resolves when the index has what was recorded. */
  indexed(): Promise<void>
  /** Resolves when the component map is there and proofs are made from it. */
  proving(): Promise<void>
  stop(): Promise<void>
}

export interface BenchLedger {
  readonly data: string
  readonly signer: string
  start(): Promise<BenchServer>
  /** A registered key that may submit provenance and SBOMs. Needs no server before the call. */
  addSigner(): Promise<SigningKey>
  /** What a client is told to trust. */
  trusted(url: string): Promise<TrustedLog>
  logKey(): SigningKey
  /** Of the administrator, who may revoke. */
  adminKey(): SigningKey
  remove(): void
}

export function makeBenchLedger(): BenchLedger {
  const folder = mkdtempSync(join(tmpdir(), 'attestree-bench-'))
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    XDG_CONFIG_HOME: join(folder, 'config'),
    ATTESTREE_PASSPHRASE: '',
    NO_COLOR: '1',
  }
  const run = (...args: readonly string[]): string =>
    execFileSync(process.execPath, [program, ...args], { cwd: folder, env, encoding: 'utf8' })
  const keyAt = (...path: readonly string[]): SigningKey =>
    parseKeyFile(readFileSync(join(folder, ...path), 'utf8'), '')
  run('server', 'init', '--origin', 'bench.test', '--data', 'data', '--signer-dir', 'signer')
  const start = (): Promise<BenchServer> => startServer(folder, env)
  const trusted = async (url: string): Promise<TrustedLog> => {
    rmSync(join(folder, 'attestree-trust.yaml'), { force: true })
    run('trust', 'init', url)
    const [log] = parseTrustFile(readFileSync(join(folder, 'attestree-trust.yaml'), 'utf8')).logs
    if (log === undefined) throw new Error('trust init named no log')
    return log
  }
  return {
    data: join(folder, 'data'),
    signer: join(folder, 'signer'),
    start,
    trusted,
    async addSigner() {
      const server = await start()
      await trusted(server.url)
      run('key', 'new', 'ci')
      const types = [
        'https://slsa.dev/provenance/*',
        'https://cyclonedx.org/bom*',
        'https://spdx.dev/Document*',
      ]
      run('trust', 'add-signer', 'ci', '--key', 'ci.pub', '--types', ...types)
      await server.stop()
      return keyAt('ci.key')
    },
    logKey: () => keyAt('signer', 'log.key'),
    adminKey() {
      const { id } = keyAt('signer', 'log.key').publicKey
      return keyAt('config', 'attestree', id.slice('sha256:'.length), 'admin.key')
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Flags for Node in every server that is started, such as `--cpu-prof --cpu-prof-dir=/tmp/profile`. */
const nodeFlags = (process.env['ATTESTREE_BENCH_NODE_FLAGS'] ?? '').split(' ').filter((flag) => flag !== '')

async function startServer(folder: string, env: NodeJS.ProcessEnv): Promise<BenchServer> {
  const began = performance.now()
  const flags = ['server', 'start', '--port', '0', '--data', 'data', '--signer-dir', 'signer']
  const child = spawn(process.execPath, [...nodeFlags, program, ...flags], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await urlOf(child)
  const answer = await fetch(`${url}/ledger/v1/status`)
  if (!answer.ok) throw new Error(`status: ${answer.status} ${await answer.text()}`)
  const startedIn = (performance.now() - began) / 1000
  const cpuMs = () => ({
    main: cpuMsOf(`/proc/${child.pid}/task/${child.pid}/stat`),
    all: cpuMsOf(`/proc/${child.pid}/stat`),
  })
  return {
    url,
    startedIn,
    residentMb: () => memoryMb(child, 'VmRSS'),
    peakMb: () => memoryMb(child, 'VmHWM'),
    cpuMs,
    indexed: () => indexed(url),
    proving: () => proving(url),
    stop: () => stopChild(child),
  }
}

async function indexed(url: string): Promise<void> {
  const deadline = performance.now() + MAX_INDEX_MS
  for (;;) {
    const { asOf } = (await (await fetch(`${url}/ledger/v1/status`)).json()) as Pick<StatusAnswer, 'asOf'>
    if (Number(asOf.indexedThrough) >= Number(asOf.treeSize)) return
    if (performance.now() > deadline) throw new Error('the index did not follow')
    await setTimeout(20)
  }
}

async function proving(url: string): Promise<void> {
  const deadline = performance.now() + MAX_PROOF_WAIT_MS
  for (;;) {
    const response = await fetch(`${url}/index/components/lookup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ prefixes: [formatBase64(componentPrefix('pkg:generic/nobody'))] }),
    })
    const body = await response.text()
    if (response.ok) return
    if (response.status !== 503) throw new Error(`look-up: ${response.status} ${body.slice(0, 300)}`)
    if (performance.now() > deadline) throw new Error('maps: no proof was to be had')
    await setTimeout(20)
  }
}

/** Resolves with the URL that a server prints first; the rest of its output is dropped. */
export function urlOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0]
      if (url !== undefined) resolve(url)
    })
    child.once('exit', (code) => reject(new Error(`the server ended (${code}): ${said}`)))
  })
}

export async function stopChild(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}

/** User and system time (proc(5)), in ticks of 10 ms. */
function cpuMsOf(stat: string): number {
  const fields = readFileSync(stat, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

function memoryMb({ pid }: ChildProcess, name: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const found = new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)
  if (found === null) throw new Error(`no ${name}: memory is read from /proc, on Linux only`)
  return Number(found[1]) / 1024
}
