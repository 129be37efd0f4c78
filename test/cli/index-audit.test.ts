/** `attestree log audit --index` against a ledger that lies, over HTTP, and what it leaves behind for others, without the ledger. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, watch } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { treeSize } from '../../src/brand.ts'
import { formatTrustFile } from '../../src/client/trust-file.ts'
import { componentKey } from '../../src/map/keys.ts'
import { signCheckpoint } from '../../src/tlog/checkpoint.ts'
import { verifierKeyOf } from '../../src/tlog/signed-note.ts'
import { expectRefusal, openBench, type Bench, type CliRun } from '../helpers/cli.ts'
import { serveOperator, type ServedOperator } from '../helpers/lying-operator.ts'
import { asUnreadable, operatorOf, SIZE, trust, without, world } from '../helpers/operator-story.ts'
import { repositoryRoot } from '../helpers/repository.ts'
import { isolatedEnvironment } from '../helpers/server-process.ts'
import { keys, ORIGIN } from '../helpers/test-ledger.ts'

const hidden = without(3, 'components', componentKey('pkg:npm/lodash', '4.17.15'))

describe('attestree log audit --index', () => {
  let bench: Bench
  let served: ServedOperator

  before(async () => {
    served = await serveOperator(operatorOf({}))
    bench = await openBench()
    await bench.write('attestree-trust.yaml', trustFile(served.url))
    await bench.write('offline.yaml', trustFile('http://127.0.0.1:9'))
  })
  after(async () => {
    await served[Symbol.asyncDispose]()
    await bench.dispose()
  })

  /** As somebody who has never seen the ledger before. */
  const auditTo = (file: string): Promise<CliRun> => {
    const env = { XDG_STATE_HOME: bench.path(`state-${file}`) }
    return bench.run(['log', 'audit', '--index', '--fraud-proof', file], { env })
  }

  it('names a hidden row and writes the proof, which others check offline and which proves nothing once it is changed', async () => {
    served.operator = operatorOf({
      components: [
        [4, world],
        [SIZE, without(6, 'components', componentKey('pkg:npm/lodash', '4.17.1'))],
      ],
    })
    const run = await auditTo('fraud.json')
    expect(run.code, run.stderr).to.equal(15)
    expect(run.stdout)
      .to.match(
        /^✕ components map at size 7: the root published in entry 1 of its output log is [0-9a-f]{64}, the entries/,
      )
      .and.to.match(/does not list entry #6 under what it states: p\s+pkg:npm\/lodash\s+4\.17\.1:?/)
      .and.to.match(/^✕ WRONG · 1 problem /m)
    expect(run.stderr).to.include('fraud.json: proves it to others: attestree verify fraud.json')
    const { stdout } = await bench.ok('verify', 'fraud.json', '--trust', 'offline.yaml')
    expect(stdout).to.match(
      /^✓ fraud\.json proves fraud, offline\.\n {2}the components map does not list entry #6 /,
    )
    const whole = readFileSync(bench.path('fraud.json'), 'utf8')
    const changes = [
      whole.slice(0, -1),
      whole.replace('"entry":6', '"entry":5'),
      whole.replace('"map":"components"', '"map":"status"'),
    ]
    for (const [at, changed] of changes.entries()) {
      await bench.write(`changed-${at}.json`, changed)
      expectRefusal(
        await bench.run(['verify', `changed-${at}.json`, '--trust', 'offline.yaml']),
        15,
        /^ {2}[a-z-]+ · exit/m,
      )
    }
    await bench.write(
      'other.yaml',
      trustFile('http://127.0.0.1:9', verifierKeyOf('other.test', keys.log.publicKey)),
    )
    expectRefusal(await bench.run(['verify', 'fraud.json', '--trust', 'other.yaml']), 12, /wrong-log-key/)
  })

  it('proves what an older root hid, and that an entry was moved among those that could not be read', async () => {
    served.operator = operatorOf({
      components: [
        [3, world],
        [5, hidden],
        [SIZE, world],
      ],
    })
    expect((await auditTo('older.json')).stdout).to.match(/does not list entry #3 under what it states/)
    served.operator = operatorOf(
      {
        components: [
          [4, world],
          [SIZE, asUnreadable(3)],
        ],
      },
      asUnreadable(3),
    )
    const moved = await auditTo('moved.json')
    expect(moved.stdout)
      .to.match(/lists\s+entry #3\s+among\s+those\s+that\s+could\s+not\s+be\s+read/)
      .and.to.match(/^! Of the entries that could not be read, #3 can be read now/m)
    const older = JSON.parse(
      (await bench.ok('verify', 'older.json', '--trust', 'offline.yaml', '-o', 'json')).stdout,
    )
    expect(older).to.include({ kind: 'FraudReport', wrong: 'missing', entry: 3, size: 5 })
    const { earlier, ...later } = JSON.parse(
      (await bench.ok('verify', 'moved.json', '--trust', 'offline.yaml', '-o', 'json')).stdout,
    )
    expect(later).to.include({ wrong: 'rewritten', entry: 3, size: SIZE })
    expect(earlier).to.include({ size: 4, isListed: false })
  })

  it('prints both checkpoints of a fork', async () => {
    const note = signCheckpoint({ origin: ORIGIN, size: treeSize(4), root: world.tree.root(1, 5) }, keys.log)
    served.operator = operatorOf({
      status: [
        [2, world],
        [4, world, note],
        [SIZE, world],
      ],
    })
    const run = await auditTo('none.json')
    expect(run.code).to.equal(15)
    expect(run.stdout).to.include('status map at size 4').and.to.include(note).and.to.include(`\n${SIZE}\n`)
  })

  it('that is killed half-way goes on where it was', async () => {
    served.operator = operatorOf({ components: [[4, world]] })
    const asked: string[] = []
    served.delay = (path) => (path === 'ledger/v1/pae?from=4&to=7' ? new Promise(() => undefined) : undefined)
    const folder = bench.path('.local/state/attestree/audits')
    await mkdir(folder, { recursive: true })
    const watched = new AbortController()
    const isKept = new Promise<void>((resolve) => {
      watch(folder, { signal: watched.signal }, () => {
        if (readdirSync(folder).some((name) => name.endsWith('.state'))) resolve()
      })
    })
    const child = spawn(
      process.execPath,
      [join(repositoryRoot, 'dist/cli/main.js'), 'log', 'audit', '--index'],
      {
        cwd: bench.folder,
        env: isolatedEnvironment(bench.folder),
      },
    )
    await isKept
    watched.abort()
    child.kill('SIGKILL')
    await once(child, 'close')
    served.delay = (path) => void asked.push(path)
    const { stdout, stderr } = await bench.ok('log', 'audit', '--index')
    expect(stdout)
      .to.match(/^✓ OK · 7 entries/)
      .and.to.match(/What was signed was looked at of 7 of 7/)
    expect(stderr).to.match(/^audit: 7 of 7 \(100%\) {2}entries$/m)
    expect(asked.filter((path) => /^ledger\/v1\/(pae|manifests)\?/.test(path))).to.deep.equal([
      'ledger/v1/pae?from=4&to=7',
    ])
    expect(existsSync(folder) && readdirSync(folder)).to.deep.equal([])
  })
})

function trustFile(url: string, key = trust.logKey): string {
  return formatTrustFile({ version: 1, logs: [{ url, key, trustRoot: trust.trustRoot }] })
}
