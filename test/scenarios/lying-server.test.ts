/**
 * A lying server (issue 5, robustness.md T2): between the built program and an honest ledger stands a proxy that changes,
 * cuts, swaps, replays, hides and withholds. Each lie is refused with a reason, and none of them moves what is remembered.
 *
 * The client has seen the log at its size 7; the honest server then has 8 entries, of which the last revokes.
 */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import type { CliRun, CliServer } from '../helpers/cli.ts'
import { expectRefusal } from '../helpers/cli.ts'
import { cycloneDx, openLedgerBench, SIZE, type LedgerBench } from '../helpers/ledger-bench.ts'
import { parseText } from '../helpers/json-edit.ts'
import { lieAbout, startProxy, type Lie, type LyingProxy } from '../helpers/lying-proxy.ts'
import { aboutAnswers, aboutProofs, AUDIT, FIND, STATUS, type Row } from './lies.ts'
import { aboutCompleteness } from './map-lies.ts'

/** An image that each history records for itself. */
const imageOf = (name: string): string => `registry.test/${name}@sha256:${'d'.repeat(64)}`

/** The SBOM of api. */
const REVOKE = ['revoke', 'entry:5', '--reason', 'false-statement', '--detail', 'lists what is not there']

describe('a lying server', () => {
  let bench: LedgerBench
  let proxy: LyingProxy
  let fork: CliServer
  /** What the honest server answered while it had 7 entries. */
  const replayed = new Map<string, Awaited<ReturnType<Lie>>>()
  const replay: Lie = (path, honest) => replayed.get(path) ?? honest
  const earlierFind = (): JsonValue => parseText(replayed.get('ledger/v1/search')?.body ?? new Uint8Array())

  before(async function () {
    // Eight programs, one after the other.
    this.timeout(90_000)
    bench = await openLedgerBench()
    proxy = await startProxy(bench.server.url)
    bench.trustAt(proxy.url, 'proxied.yaml')
    for (const part of ['data', 'signer'])
      cpSync(bench.path(part), bench.path(`fork/${part}`), { recursive: true })
    fork = await bench.start('--data', 'fork/data', '--signer-dir', 'fork/signer')
    bench.trustAt(fork.url, 'fork.yaml')
    proxy.lie = (path, honest) => (replayed.set(path, honest), honest)
    for (const command of [STATUS, FIND]) await through(...command)
    proxy.lie = undefined
    await bench.write('new.json', cycloneDx('new@1.0.0'))
    await bench.write('evil.json', cycloneDx('evil@6.6.6'))
    // The honest log grows without this client seeing it, and the other history elsewhere.
    await elsewhere(REVOKE, 'attestree-trust.yaml')
    await submitAs('fork-1', 'evil.json', 'fork.yaml')
    expect(pinned()).to.deep.equal([SIZE])
  })

  after(async () => {
    await proxy[Symbol.asyncDispose]()
    await bench.dispose()
  })

  const through = (...args: readonly string[]): Promise<CliRun> =>
    bench.run([...args, '--trust', 'proxied.yaml'])

  const submitAs = (name: string, sbom: string, trust: string): Promise<void> =>
    elsewhere(['submit', imageOf(name), '--sbom', sbom, '--key', 'ci.key'], trust)

  /** As somebody else, who remembers for themselves. */
  async function elsewhere(command: readonly string[], trust: string): Promise<void> {
    const env = { XDG_STATE_HOME: bench.path(`state-${trust}`) }
    const run = await bench.run([...command, '--trust', trust], { env })
    expect(run.code, run.stderr).to.equal(0)
  }

  /** The files about the log, not about its output logs. */
  function pins(): readonly string[] {
    const folder = bench.path('.local/state/attestree/pins')
    const all = readdirSync(folder).flatMap((log) =>
      readdirSync(join(folder, log)).map((name) => join(folder, log, name)),
    )
    return all.filter((path) => readFileSync(path, 'utf8').startsWith('ledger.test\n'))
  }

  /** The sizes that are remembered. */
  function pinned(): number[] {
    return pins()
      .map((path) => Number(readFileSync(path, 'utf8').split('\n')[1]))
      .toSorted((a, b) => a - b)
  }

  async function expectRefused([what, command, lie, code, reason]: Row, remembered: number): Promise<void> {
    proxy.lie = lie
    const run = await through(...command)
    proxy.lie = undefined
    expectRefusal(run, code, new RegExp(`^ {2}${reason} · exit`, 'm'))
    expect(pinned(), what).to.deep.equal([remembered])
  }

  for (const row of aboutProofs) it(`that ${row[0]} is refused: ${row[4]}`, () => expectRefused(row, SIZE))

  it('that tells the truth again is believed, and what it shows is remembered', async () => {
    for (const command of [STATUS, FIND]) {
      const run = await through(...command)
      expect(run.code, run.stderr).to.equal(0)
      expect(pinned()).to.deep.equal([SIZE + 1])
    }
  })

  for (const row of aboutAnswers)
    it(`that ${row[0]} is refused: ${row[4]}`, () => expectRefused(row, SIZE + 1))

  for (const row of aboutCompleteness(earlierFind))
    it(`that ${row[0]} is caught by the client that asked, at once: ${row[4]}`, () =>
      expectRefused(row, SIZE + 1))

  it('that answers as it did earlier is believed by who meets it first, as of the entries that it says', async () => {
    proxy.lie = replay
    const run = await bench.run([...FIND, '--trust', 'proxied.yaml'], {
      env: { XDG_STATE_HOME: bench.path('state-first') },
    })
    proxy.lie = undefined
    expect(run.code, run.stderr).to.equal(0)
    expect(run.stdout).to.match(/^✓ No row is missing, and no revocation behind them, as of 7 entries: /m)
  })

  for (const command of [STATUS, FIND])
    it(`that replays what it answered earlier is refused: log-rolled-back (${command.join(' ')})`, () =>
      expectRefused(['replays', command, replay, 15, 'log-rolled-back'], SIZE + 1))

  it('that shows another history is refused: log-forked, whatever its size, with both checkpoints', async () => {
    proxy.target = fork.url
    try {
      for (const size of [SIZE + 1, SIZE + 2]) {
        const run = await through(...STATUS)
        expectRefusal(run, 15, /^ {2}log-forked · exit/m)
        const notes = new RegExp(
          `checkpoint remembered:\\n    ledger\\.test\\n    8\\n[^]*checkpoint shown:\\n    ledger\\.test\\n    ${size}\\n`,
        )
        expect(run.stderr).to.match(notes)
        expect(pinned()).to.deep.equal([SIZE + 1])
        if (size === SIZE + 1) await submitAs('fork-2', 'evil.json', 'fork.yaml')
      }
    } finally {
      proxy.target = bench.server.url
    }
  })

  it('cannot use that two programs run at once: what they remember neither breaks nor goes back', async () => {
    await submitAs('growth-2', 'new.json', 'attestree-trust.yaml')
    const runs = await Promise.all(
      [STATUS, FIND, STATUS, AUDIT, STATUS].map((command) => through(...command)),
    )
    for (const run of runs) expect(run.code, run.stderr).to.equal(0)
    expect(pinned()).to.deep.equal([SIZE + 2])
  })

  it('that cuts what was signed in a list is found by a deep audit, which says so and is no success', async () => {
    proxy.lie = lieAbout('ledger/v1/pae', (p) => ({ ...p, body: p.body.slice(0, -1) }))
    const run = await through(...AUDIT, '--deep')
    proxy.lie = undefined
    expect(run.code, run.stdout).to.equal(15)
    expect(run.stdout).to.match(
      /^✕ entries 0 to \d+: list of bytes: .* \(answer-malformed\)\n✕ WRONG · 1 problem /,
    )
  })

  it('that shows others another history is found by comparing a checkpoint that they kept', async () => {
    const theirs = await bench.run(['log', 'checkpoint', '--trust', 'fork.yaml'], {
      env: { XDG_STATE_HOME: bench.path('state-fork.yaml') },
    })
    await bench.write('theirs.checkpoint', theirs.stdout)
    expectRefusal(await through('log', 'consistency', 'theirs.checkpoint'), 15, /^ {2}log-forked · exit/m)
  })

  it('a remembered checkpoint that was damaged is refused, and not taken for a first contact', async () => {
    const [path = ''] = pins()
    const whole = readFileSync(path)
    writeFileSync(path, whole.subarray(0, -9))
    expectRefusal(await through(...STATUS), 33, /^ {2}pin-malformed · exit/m)
    writeFileSync(path, whole)
    expect((await through(...STATUS)).code).to.equal(0)
  })
})
