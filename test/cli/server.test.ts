/** `attestree server`: created once, run once, stopped in order, and refused when anything is missing, other or back. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { expectRefusal, openBench, type Bench } from '../helpers/cli.ts'
import { digestOf } from '../helpers/test-ledger.ts'
import { damage } from '../storage/sqlite/folders.ts'

const IMAGE = `registry.test/shop@${digestOf('shop')}`
const FOLDERS = ['--data', 'data', '--signer-dir', 'signer']
const SBOM = JSON.stringify({
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  metadata: { tools: [{ name: 'syft' }] },
  components: [{ type: 'library', name: 'lodash', version: '4.17.20', purl: 'pkg:npm/lodash@4.17.20' }],
})

/** What is stored, how to read it, and how to write it back. */
const stored: readonly (readonly [what: string, select: string, update: string])[] = [
  ['leaf', 'SELECT leaf FROM entry WHERE idx = 1', 'UPDATE entry SET leaf = ? WHERE idx = 1'],
  [
    'blob',
    'SELECT bytes FROM blob ORDER BY digest LIMIT 1',
    'UPDATE blob SET bytes = ? WHERE digest = (SELECT min(digest) FROM blob)',
  ],
]

describe('attestree server', () => {
  let bench: Bench
  let init: string

  before(async () => {
    bench = await openBench()
    init = (await bench.ok('server', 'init', '--origin', 'ledger.test', ...FOLDERS)).stdout
    await bench.write('sbom.json', SBOM)
    await bench.ok('key', 'new', 'ci')
  })

  after(() => bench.dispose())

  /** A copy of the stopped ledger, for breaking. */
  function copy(name: string): readonly string[] {
    mkdirSync(bench.path(name))
    for (const part of ['data', 'signer'])
      cpSync(bench.path(part), bench.path(join(name, part)), { recursive: true })
    return ['--data', `${name}/data`, '--signer-dir', `${name}/signer`]
  }

  it('init takes nothing but a host name for an origin, and makes nothing otherwise', async () => {
    const origins = ['https://ledger.test', 'ledger.test:8700', '']
    const init = (origin: string) => bench.run(['server', 'init', '--origin', origin, '--data', 'refused'])
    for (const run of await Promise.all(origins.map(init))) expectRefusal(run, 2, /bare host name/)
    expect(existsSync(bench.path('refused'))).to.equal(false)
    expect(readdirSync(bench.path('config/attestree'))).to.have.length(1)
  })

  it('init keeps keys private, the administrator’s out of the data folder, and says how to go on', () => {
    const [config = ''] = readdirSync(bench.path('config/attestree'))
    const admin = bench.path(`config/attestree/${config}/admin.key`)
    for (const key of [admin, bench.path('signer/log.key')])
      expect(statSync(key).mode & 0o777).to.equal(0o600)
    expect(init)
      .to.include(admin)
      .and.to.include('Next: attestree server start --data data --signer-dir signer')
    expect(readdirSync(bench.path('data')).filter((name) => name.endsWith('.key'))).to.deep.equal([])
    expect(existsSync(bench.path('data/signer'))).to.equal(false)
  })

  it('init changes nothing where a ledger is, or a part of one', async () => {
    const before = readFileSync(bench.path('signer/log.key'))
    expectRefusal(
      await bench.run(['server', 'init', ...FOLDERS]),
      33,
      /there is a ledger already[^]*Do +Start it/,
    )
    expect(readFileSync(bench.path('signer/log.key'))).to.deep.equal(before)
  })

  it('init warns where the signer state would be restored together with the data', async () => {
    const { stdout, stderr } = await bench.ok('server', 'init', '--data', 'together')
    expect(stderr).to.match(/^! The signer state is inside the data folder/)
    expect(stdout).to.include('Created the ledger localhost')
  })

  it('where there is no ledger, start and check say so and create nothing', async () => {
    for (const command of [
      ['start', '--data', 'nowhere'],
      ['check', 'nowhere'],
    ]) {
      expectRefusal(
        await bench.run(['server', ...command]),
        11,
        /there is no ledger[^]*Do +Create one: attestree server init/,
      )
    }
    expect(existsSync(bench.path('nowhere'))).to.equal(false)
  })

  it('start serves until SIGTERM, stops in order, and exits with 0; meanwhile a second process is refused with 75', async () => {
    const server = await bench.start(...FOLDERS)
    expect((await fetch(`${server.url}/checkpoint`)).status).to.equal(200)
    const [second, check] = await Promise.all([
      bench.run(['server', 'start', '--port', '0', ...FOLDERS]),
      bench.run(['server', 'check', 'data', '--signer-dir', 'signer']),
    ])
    for (const refused of [second, check]) expectRefusal(refused, 75, /already-running/)
    await bench.ok('trust', 'init', server.url)
    const addSigner = [
      'trust',
      'add-signer',
      'ci',
      '--key',
      'ci.pub',
      '--types',
      'https://cyclonedx.org/bom*',
    ]
    expect((await bench.ok(...addSigner)).stdout).to.include('Trust root version 2 recorded #1')
    // Said again, it changes nothing and so records nothing.
    expect((await bench.ok(...addSigner)).stdout).to.include('Already so in version 2')
    const submitted = await bench.ok('submit', IMAGE, '--sbom', 'sbom.json', '--key', 'ci.key')
    expect(submitted.stdout).to.match(
      /recorded #2 [^]*\n {2}CycloneDX 1\.\d: 1 component, 1 with a purl, 0 without; 0 without a version; 0 duplicates\n/,
    )
    const stopped = await server.stop()
    expect(stopped).to.include({ code: 0 })
    expect(stopped.stderr).to.match(/Stopping[^]*Stopped\.\n$/)
  })

  it('backup leaves out what must never go back; restore takes it only if nothing that was signed is missing', async () => {
    const backup = (await bench.ok('server', 'backup', 'backup', '--data', 'data')).stdout
    expect(backup).to.match(/^✓ Copied 3 entries to .*backup, published through size 3\n/)
    expect(readdirSync(bench.path('backup'))).to.deep.equal(['ledger.db'])
    copy('lost')
    rmSync(bench.path('lost/data'), { recursive: true })
    const lost = ['--data', 'lost/data', '--signer-dir', 'lost/signer']
    const restored = await bench.ok('server', 'restore', 'backup', ...lost)
    expect(restored.stdout).to.match(
      /^✓ Restored 3 entries [^]*\nNext: attestree server start --data lost\/data/,
    )
    // As if it had been made before the newest root of the component map was published.
    cpSync(bench.path('backup'), bench.path('early'), { recursive: true })
    damage(
      bench.path('early/ledger.db'),
      'DELETE FROM output_leaf WHERE log = 0 AND idx = (SELECT max(idx) FROM output_leaf WHERE log = 0)',
    )
    const early = ['--data', 'lost/early', '--signer-dir', 'lost/signer']
    const behind = await bench.run(['server', 'restore', 'early', ...early])
    expect(behind).to.include({ code: 0 })
    expect(behind.stderr).to.match(/components map: missing in it: 1 root [^]*The start makes them again/)
    const [check, again, without] = await Promise.all([
      bench.run(['server', 'check', 'lost/data', '--signer-dir', 'lost/signer']),
      bench.run(['server', 'restore', 'backup', ...lost]),
      bench.run(['server', 'restore', 'backup', '--data', 'other', '--signer-dir', 'other/signer']),
    ])
    // The index is made again when the ledger starts.
    expect(check.stdout).to.match(/3 entries/)
    expectRefusal(again, 33, /already-exists/)
    expectRefusal(without, 33, /partial-state/)
  })

  it('check finds nothing wrong in a ledger that was stopped in order', async () => {
    const [table, json] = await Promise.all([
      bench.ok('server', 'check', 'data', '--signer-dir', 'signer'),
      bench.run(['server', 'check', copy('json')[1] ?? '', '--signer-dir', 'json/signer', '-o', 'json']),
    ])
    expect(table.stdout).to.match(
      /^✓ OK · 3 entries, 1 tile, \d+ index keys · signed 3, published 3, indexed 3\n$/,
    )
    expect(JSON.parse(json.stdout)).to.deep.include({ entries: 3, problems: [] })
  })

  it('check finds one flipped bit in a stored leaf and blob: exit 15', async () => {
    const checkFlipped = async ([what, select, update]: (typeof stored)[number]): Promise<void> => {
      const [, data = '', ...rest] = copy(`flip-${what}`)
      flipOneBit(bench.path(join(data, 'ledger.db')), select, update)
      const { code, stdout, stderr } = await bench.run(['server', 'check', data, ...rest])
      expect(stdout + stderr, what).to.match(/^✕ /)
      expect(code, stdout + stderr).to.equal(15)
    }
    await Promise.all(stored.map(checkFlipped))
  })

  it('a ledger of which a part is missing is neither started nor created over', async () => {
    const parts = ['signer/signer.db', 'data/ledger.db']
    const withoutPart = async (part: string): Promise<void> => {
      const folders = copy(`without-${part.replace('/', '-')}`)
      const missing = bench.path(join(folders[1] ?? '', '..', part))
      rmSync(missing)
      const start = ['server', 'start', '--port', '0', '--create', ...folders]
      const runs = await Promise.all([start, ['server', 'init', ...folders]].map((args) => bench.run(args)))
      for (const run of runs) expectRefusal(run, 33, /only a part of a ledger[^]*partial-state/)
      expect(existsSync(missing)).to.equal(false)
    }
    await Promise.all(parts.map(withoutPart))
  })

  it('data that went back behind the signer state is a rollback: exit 75, and nothing is signed', async () => {
    const folders = copy('back')
    await bench.ok(
      'server',
      'init',
      '--origin',
      'ledger.test',
      '--data',
      'older/data',
      '--signer-dir',
      'older/signer',
    )
    renameSync(bench.path('back/data/ledger.db'), bench.path('back/newer.db'))
    cpSync(bench.path('older/data/ledger.db'), bench.path('back/data/ledger.db'))
    const signed = readFileSync(bench.path('back/signer/signer.db'))
    const run = await bench.run(['server', 'start', '--port', '0', ...folders])
    expectRefusal(run, 75, /rollback|fork/)
    expect(readFileSync(bench.path('back/signer/signer.db'))).to.deep.equal(signed)
  })

  it('another origin and another log key are refused', async () => {
    expectRefusal(
      await bench.run(['server', 'start', '--origin', 'other.test', ...FOLDERS]),
      33,
      /other-origin/,
    )
    const folders = copy('other-key')
    await bench.ok('key', 'new', 'stranger', '--type', 'ed25519')
    cpSync(bench.path('stranger.key'), bench.path('other-key/signer/log.key'))
    const run = await bench.run(['server', 'start', '--port', '0', ...folders])
    expect(run.stdout).to.equal('')
    expect(run.code, run.stderr).to.be.oneOf([33, 75])
  })

  it('a port that is taken is refused by name; SIGINT stops as SIGTERM does', async () => {
    const server = await bench.start(...FOLDERS)
    const { port } = new URL(server.url)
    const run = await bench.run(['server', 'start', '--port', port, ...copyRunning(bench)])
    expect(await server.stop('SIGINT')).to.include({ code: 0 })
    expectRefusal(run, 33, new RegExp(`${port}[^]*Do [^]*address-in-use`))
  })

  it('--read-only serves what was published and takes nothing', async () => {
    const server = await bench.start('--read-only', ...FOLDERS)
    writeFileSync(
      bench.path('read-only.yaml'),
      readFileSync(bench.path('attestree-trust.yaml'), 'utf8').replace(/http:\S+/, server.url),
    )
    const trust = ['--trust', 'read-only.yaml']
    await bench.write('more.json', SBOM.replace('4.17.20', '4.17.21'))
    const [found, refused, status] = await Promise.all([
      bench.run(['find', 'pkg:npm/lodash', ...trust]),
      bench.run(['submit', IMAGE, '--sbom', 'more.json', '--key', 'ci.key', ...trust]),
      bench.run(['log', 'status', ...trust]),
    ])
    expect(found.stdout).to.include('1 of 1 image with an SBOM contains pkg:npm/lodash')
    expectRefusal(refused, 33, /read-only/)
    expect(status.stdout).to.match(/! Read-only: started with --read-only\n$/)
    expect(await server.stop()).to.include({ code: 0 })
  })
})

/** Another whole ledger, so that only the port is in the way. */
function copyRunning(bench: Bench): readonly string[] {
  return ['--data', 'together', '--signer-dir', bench.path('together/signer')]
}

/** Changes what is stored behind the program's back, triggers or not. */
function flipOneBit(file: string, select: string, update: string): void {
  const database = new Database(file)
  try {
    const triggers = database
      .prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'trigger'")
      .pluck()
      .all()
    for (const name of triggers) database.exec(`DROP TRIGGER ${name}`)
    const bytes = database.prepare<[], Buffer>(select).pluck().get() ?? Buffer.alloc(0)
    const at = Math.floor(bytes.length / 2)
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
    expect(database.prepare(update).run(bytes).changes).to.equal(1)
  } finally {
    database.close()
  }
}
