/** Wrong usage, missing trust, no server: what happened, what to do, and never exit 0. */
import { mkdir } from 'node:fs/promises'
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { auditIndex } from '../../src/client/audit-index.ts'
import { formatTrustFile } from '../../src/client/trust-file.ts'
import { exitCodeTable } from '../../src/cli/exit-codes.ts'
import { componentKey } from '../../src/map/keys.ts'
import { expectRefusal, openBench, type Bench, type CliRun } from '../helpers/cli.ts'
import { dropKey, lyingLedger } from '../helpers/lying-ledger.ts'
import { clientOf, trust } from '../helpers/story.ts'
import { digestOf } from '../helpers/test-ledger.ts'

const IMAGE = `registry.test/shop@${digestOf('shop')}`
/** A port of the reserved range 0–1023 that nobody listens on. */
const NOBODY = 'http://127.0.0.1:9'

const wrong: readonly (readonly [what: string, args: readonly string[], says: RegExp])[] = [
  ['a command that there is none of', ['fnd', 'pkg:npm/x'], /unknown command 'fnd'/],
  ['a flag that there is none of', ['find', 'pkg:npm/x', '--nope'], /unknown option '--nope'/],
  ['a limit that is none', ['find', 'pkg:npm/x', '--limit', '0'], /1 to 1000/],
  ['a revocation without a reason', ['revoke', 'key:sha256:00', '--key', 'builder.key'], /--reason/],
  ['no trust file', ['find', 'pkg:npm/x'], /there is none here[^]*Do +Make one: attestree trust init URL/],
  [
    'a trust file that is not there',
    ['find', 'pkg:npm/x', '--trust', 'gone.yaml'],
    /gone\.yaml: cannot be read \(ENOENT\)/,
  ],
  [
    'a log that is not in the trust file',
    ['find', 'pkg:npm/x', '--trust', 'here.yaml', '--server', 'http://other'],
    /no log at http:\/\/other is trusted/,
  ],
  ['a way to mean a package URL', ['find', 'pkg:npm/x', '--match', 'prefix'], /--match goes with a name/],
  [
    'a tag, which can move',
    ['verify', 'registry.test/shop:1.4', '--trust', 'here.yaml'],
    /NAME@sha256[^]*Do +Tags move/,
  ],
  ['nothing to record', ['submit', IMAGE, '--trust', 'here.yaml'], /nothing to record/],
  ['nothing to sign with', ['submit', IMAGE, '--sbom', 'sbom.json', '--trust', 'here.yaml'], /--key FILE/],
  [
    '--require for an image',
    ['verify', IMAGE, '--require', 'complete', '--trust', 'here.yaml'],
    /goes with an evidence file/,
  ],
  ['an option that its command does not have', ['find', 'a', '--no-such'], /attestree find --help/],
  ['--sample without --index', ['log', 'audit', '--sample', '5%', '--trust', 'here.yaml'], /go with --index/],
  ['a sample of more than all', ['log', 'audit', '--index', '--sample', '101%'], /0% to 100%/],
  [
    'a file that cannot be written',
    ['key', 'new', '/dev/null/builder'],
    /\/dev\/null.*cannot be used \(\w+\)/,
  ],
]

const online: readonly (readonly string[])[] = [
  ['find', 'pkg:npm/lodash'],
  ['show', IMAGE],
  ['verify', IMAGE],
  ['log', 'audit', '--deep'],
  ['get', 'evidence', 'pkg:npm/lodash'],
  ['submit', IMAGE, '--sbom', 'sbom.json', '--key', 'builder.key'],
  ['revoke', IMAGE, '--reason', 'malicious-artifact', '--key', 'builder.key'],
].map((args) => [...args, '--trust', 'here.yaml'])

describe('attestree: usage', () => {
  let bench: Bench
  /** All runs of the tables below, under way together. */
  const runs = new Map<readonly string[], Promise<CliRun>>()

  before(async () => {
    bench = await openBench()
    await bench.write(
      'here.yaml',
      formatTrustFile({ version: 1, logs: [{ url: NOBODY, key: trust.logKey, trustRoot: trust.trustRoot }] }),
    )
    await bench.write('sbom.json', '{"bomFormat":"CycloneDX","specVersion":"1.5","components":[]}')
    await bench.ok('key', 'new', 'builder')
    for (const args of [...wrong.map(([, args]) => args), ...online]) {
      const run = bench.run(args)
      // Whoever waits for it sees what went wrong.
      run.catch(() => undefined)
      runs.set(args, run)
    }
  })

  after(() => bench.dispose())

  async function runOf(args: readonly string[]): Promise<CliRun> {
    const run = runs.get(args)
    if (run === undefined) throw new Error(`not under way: ${args.join(' ')}`)
    return run
  }

  it('alone it shows examples and every command; --version and --help are answers too', async () => {
    const [alone, version, help] = await Promise.all([
      bench.ok(),
      bench.ok('--version'),
      bench.ok('find', '--help'),
    ])
    expect(alone.stdout).to.match(/^ +attestree find /)
    expect(alone.stdout.split('\n').length).to.be.lessThan(12)
    for (const command of [
      'submit',
      'verify',
      'find',
      'show',
      'get',
      'revoke',
      'log',
      'trust',
      'key',
      'server',
      'exit-codes',
    ]) {
      expect(alone.stdout).to.match(new RegExp(`\\b${command}\\b`))
    }
    expect(version.stdout).to.match(/^\d+\.\d+\.\d+\n$/)
    expect(help.stdout).to.include('Examples:').and.to.include('--range')
    expect(alone.stderr + version.stderr + help.stderr).to.equal('')
  })

  it('exit-codes explains every code that there is', async () => {
    const { stdout } = await bench.ok('exit-codes')
    for (const [code, meaning] of exitCodeTable)
      expect(stdout)
        .to.match(new RegExp(`^ *${code}  `, 'm'))
        .and.to.include(meaning)
  })

  for (const [what, args, says] of wrong) {
    it(`${what}: exit 2, with what to do`, async () => {
      expectRefusal(await runOf(args), 2, says)
    })
  }

  it('a fraud proof is checked offline, and says which entry the map is wrong about', async () => {
    const ledger = await lyingLedger(dropKey(componentKey('pkg:npm/lodash', '4.17.20')))
    const [found] = (await auditIndex(clientOf(ledger))).explained
    await ledger[Symbol.asyncDispose]()
    await bench.write('fraud.json', new TextDecoder().decode(found?.proof))
    const { stdout } = await bench.ok('verify', 'fraud.json', '--trust', 'here.yaml')
    expect(stdout)
      .to.match(/proves fraud, offline/)
      .and.to.include('the components map does not list entry #1 under what it states: p pkg:npm/lodash')
    const json = JSON.parse(
      (await bench.ok('verify', 'fraud.json', '--trust', 'here.yaml', '-o', 'json')).stdout,
    )
    expect(json).to.include({ kind: 'FraudReport', wrong: 'missing', entry: 1 })
  })

  it('a trust file with a rule that is not enforced is refused with its line, never read around', async () => {
    await bench.write('rules.yaml', `version: 1\nlogs: []\nfreshness: 10m\n`)
    await bench.write('broken.yaml', 'version: [\n')
    expectRefusal(await bench.run(['find', 'pkg:npm/x', '--trust', 'rules.yaml']), 33, /rules\.yaml:3: /)
    expectRefusal(await bench.run(['find', 'pkg:npm/x', '--trust', 'broken.yaml']), 33, /broken\.yaml:\d/)
  })

  it('a file that is named as an image does not stand in for the image', async () => {
    await mkdir(bench.path('registry.test'))
    await bench.write(IMAGE, '{}')
    expectRefusal(await bench.run(['verify', IMAGE, '--trust', 'here.yaml']), 31, /127\.0\.0\.1:9/)
    expectRefusal(await bench.run(['verify', `./${IMAGE}`, '--trust', 'here.yaml']), 15, /evidence/)
  })

  for (const args of online) {
    it(`no server: ${args[0]} ${args[1]?.slice(0, 20)} exits 31 and says which`, async () => {
      expectRefusal(await runOf(args), 31, /127\.0\.0\.1:9/)
    })
  }

  it('no server: trust init writes no trust file', async () => {
    expectRefusal(await bench.run(['trust', 'init', NOBODY, '--out', 'new.yaml']), 31, /127\.0\.0\.1:9/)
    expectRefusal(await bench.run(['find', 'pkg:npm/x', '--trust', 'new.yaml']), 2, /ENOENT/)
  })
})
