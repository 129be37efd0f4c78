/** `revoke`: what it takes back, what it leaves, and that a check says so with its exit code. */
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { parsePublicKeyPem } from '../../src/crypto/public-key.ts'
import { expectRefusal } from '../helpers/cli.ts'
import { API, cycloneDx, openLedgerBench, SHOP, SIZE, type LedgerBench } from '../helpers/ledger-bench.ts'
import { digestOf } from '../helpers/test-ledger.ts'

const LATE = `registry.test/late@${digestOf('late')}`

describe('attestree revoke', () => {
  let bench: LedgerBench
  let ci: string
  let lab: string

  before(async () => {
    bench = await openLedgerBench()
    await bench.write('late.json', cycloneDx('lodash@4.17.19'))
    const uriOf = (file: string) => `key:${parsePublicKeyPem(readFileSync(bench.path(file), 'utf8')).id}`
    ci = uriOf('ci.pub')
    lab = uriOf('lab.pub')
  })

  after(() => bench.dispose())

  const size = async (): Promise<number> =>
    (JSON.parse((await bench.ok('log', 'status', '-o', 'json')).stdout) as { asOf: { treeSize: number } })
      .asOf.treeSize

  it('--since a time shows the size that it would be, and records nothing', async () => {
    const [past, future] = await Promise.all(
      ['2000-01-01T00:00:00Z', '2999-01-01'].map((time) =>
        bench.run(['revoke', ci, '--reason', 'key-compromise', '--since', time]),
      ),
    )
    expectRefusal(
      past ?? fail(),
      2,
      /never a time\. By the server’s word, the log had 0 entries[^]*Do .*--since 0/,
    )
    expectRefusal(future ?? fail(), 2, new RegExp(`the log had ${SIZE} entries[^]*Do .*--since ${SIZE}`))
    expect(await size()).to.equal(SIZE)
  })

  it('--dry-run shows the statement and records nothing', async () => {
    const { stdout, stderr } = await bench.ok(
      'revoke',
      ci,
      '--reason',
      'key-compromise',
      '--since',
      '3',
      '--dry-run',
    )
    const { predicate } = JSON.parse(stdout) as { predicate: object }
    expect(predicate).to.deep.include({
      target: { type: 'key', uri: ci },
      mode: 'since',
      cutoff: { treeSize: 3 },
      reason: 'key-compromise',
      log: 'ledger.test',
    })
    expect(stderr).to.include('Nothing was recorded')
    expect(await size()).to.equal(SIZE)
  })

  it('what may not be revoked, or not so, or not by this key, is refused and leaves the log as it was', async () => {
    const trustRoot = 'entry:0'
    const refused: readonly (readonly [args: readonly string[], code: number, reason: RegExp])[] = [
      [[ci, '--reason', 'key-compromise', '--key', 'ci.key'], 12, /unauthorized/],
      [[ci, '--reason', 'malicious-artifact'], 33, /revocation|reason/],
      [[ci, '--reason', 'key-compromise', '--since', '999'], 33, /cutoff-in-the-future/],
      [[trustRoot, '--reason', 'unspecified'], 33, /not-revocable/],
    ]
    const runs = await Promise.all(refused.map(([args]) => bench.run(['revoke', ...args])))
    for (const [at, run] of runs.entries())
      expectRefusal(run, refused[at]?.[1] ?? 0, refused[at]?.[2] ?? /$^/)
    expect(await size()).to.equal(SIZE)
  })

  it('the last administrator cannot be locked out', async () => {
    const shown = JSON.parse((await bench.ok('trust', 'show', '--json')).stdout) as {
      principals: { admin: { keys: string[] } }
    }
    expectRefusal(
      await bench.run(['revoke', `key:${shown.principals.admin.keys[0]}`, '--reason', 'key-compromise']),
      33,
      /would-lock-out/,
    )
  })

  it('a key since a size: earlier signatures stay good, later ones are revoked, and it signs nothing more', async () => {
    expect((await bench.ok('verify', SHOP)).stdout)
      .to.match(/#3 .* valid +\d{4}-/)
      .and.to.include(`No revocation is missing as of size ${SIZE}`)
    await bench.ok('submit', LATE, '--sbom', 'late.json', '--key', 'ci.key')
    await bench.ok('verify', LATE)
    const { stdout } = await bench.ok('revoke', ci, '--reason', 'key-compromise', '--since', 'entry:7')
    expect(stdout).to.match(
      /^✓ Revoked key:sha256:.*\n {2}key-compromise, for everything from entry #7 on {2}recorded #8\n/,
    )
    const [shop, late, again, json] = await Promise.all([
      bench.run(['verify', SHOP]),
      bench.run(['verify', LATE]),
      bench.run(['submit', API, '--sbom', 'late.json', '--key', 'ci.key']),
      bench.run(['verify', LATE, '-o', 'json']),
    ])
    expect(shop.code, shop.stderr).to.equal(0)
    expect(shop.stdout).to.match(/#3 .* valid-before-compromise +key-compromise since size 7 \(#8\)/)
    expect(late.code).to.equal(14)
    expect(late.stdout)
      .to.match(/#7 .* revoked +after-cutoff; key-compromise since size 7 \(#8\)/)
      .and.to.include('REVOKED')
    expectRefusal(again, 14, /revoked-key/)
    expect(json.code).to.equal(14)
    expect(JSON.parse(json.stdout)).to.include({ verified: false })
  })

  it('find no longer rests on what is revoked: the image is unknown, not clean', async () => {
    const { stdout } = await bench.ok('find', 'pkg:npm/lodash')
    expect(stdout)
      .to.include('Of 4 images: 2 affected, 0 not affected, 0 undetermined, 2 unknown')
      .and.not.to.include('registry.test/late')
  })

  it('show of the key says since when, and what stays good', async () => {
    const { stdout } = await bench.ok('show', ci)
    expect(stdout).to.match(
      /: revoked-since\n {2}Revoked in entry #8: key-compromise, since size 7: what was recorded before entry #7 stays good\n/,
    )
  })

  it('one signature, named by its entry, ends with exit 14 for its image', async () => {
    await bench.ok('get', 'evidence', 'pkg:npm/lodash', '--out', 'kept.json')
    await bench.ok('revoke', 'entry:5', '--reason', 'false-statement', '--detail', 'lists what is not there')
    const { code, stdout } = await bench.run(['verify', API])
    expect(code, stdout).to.equal(14)
    expect(stdout).to.match(/#5 .* revoked +[^\n]*false-statement \(#9\)/)
  })

  it('an image: it is revoked and still affected; its evidence says both', async () => {
    await bench.ok('revoke', SHOP, '--reason', 'malicious-artifact')
    const [verified, shown, found] = await Promise.all([
      bench.run(['verify', SHOP]),
      bench.ok('show', SHOP),
      bench.ok('find', 'pkg:npm/lodash'),
    ])
    expect(verified.code).to.equal(14)
    expect(shown.stdout).to.include('⊘ This image is revoked. Do not deploy it.')
    expect(found.stdout).to.match(/^registry\.test\/shop:1\.4 +affected, revoked /m)
  })

  it('a whole key: nothing that it signed is good any more', async () => {
    const before = await bench.ok('show', lab, '--status', '-o', 'evidence=good.json')
    expect(before.stdout).to.match(/^✓ key:.*: not-revoked\n[^]*✓ No revocation is missing as of size \d+:/)
    await bench.ok('revoke', lab, '--reason', 'builder-compromise')
    expect((await bench.ok('show', lab, '--status', '-o', 'evidence=bad.json')).stdout).to.match(
      /: revoked\n.*builder-compromise, whenever it was recorded/,
    )
  })

  it('status files prove it offline: exit 14 if it is revoked, 15 if the file was changed', async () => {
    const text = readFileSync(bench.path('good.json'), 'utf8')
    expect(text.length).to.be.below(20_000)
    await bench.write('changed.json', text.replaceAll(lab, ci))
    const [good, json, bad, changed] = await Promise.all([
      bench.run(['verify', 'good.json']),
      bench.run(['verify', 'good.json', '-o', 'json']),
      bench.run(['verify', 'bad.json']),
      bench.run(['verify', 'changed.json']),
    ])
    expect(good.code, good.stderr).to.equal(0)
    expect(good.stdout).to.match(/✓ key:.* is not revoked as of size \d+\.[^]*Not established:[^]*newer: /)
    expect(JSON.parse(json.stdout)).to.include({ kind: 'StatusReport' })
    expect(bad.code, bad.stdout).to.equal(14)
    expect(bad.stdout).to.match(/is revoked: #\d+ \(builder-compromise\)\./)
    expectRefusal(changed, 15, /answer-incomplete/)
  })

  it('the whole status map is kept, and answers offline: for targets, images and evidence', async () => {
    const { stdout } = await bench.ok('status', 'sync', '--out', 'status.ndjson')
    expect(stdout).to.match(
      /^✓ Wrote status\.ndjson \([\d,]+ bytes\)\n {2}All that is revoked in ledger\.test as of size \d+/,
    )
    const offline = ['--status-file', 'status.ndjson']
    const runs = await Promise.all(
      [
        ['verify', lab, ...offline],
        ['verify', `key:sha256:${'0'.repeat(64)}`, ...offline],
        ['verify', SHOP, ...offline],
        ['verify', LATE, ...offline],
        ['verify', 'kept.json', ...offline],
        ['verify', 'status.ndjson'],
        // Nothing names it; its key is revoked.
        ['verify', `signature:sha256:${'0'.repeat(64)}#${lab.slice('key:'.length)}`, ...offline],
        ['verify', `attestation:sha256:${'0'.repeat(64)}`, ...offline],
      ].map((args) => bench.run(args)),
    )
    expect(runs.map(({ code }) => code)).to.deep.equal([14, 0, 14, 16, 14, 0, 14, 16])
    const [, unknown, , late, kept, , signature, attestation] = runs
    expect(signature?.stdout).to.include(`⊘ ${lab}: revoked\n`)
    expect(attestation?.stdout).to.include('Not looked at: the keys that signed it')
    expect(unknown?.stdout).to.match(/: not-revoked\n {2}As of size \d+ of ledger\.test/)
    expect(late?.stdout).to.include('Not looked at: who vouches for this image')
    expect(kept?.stdout).to.match(/⊘ entry #5 is revoked\./)
    expectRefusal(await bench.run(['verify', lab, '--status-file', 'good.json']), 2, /whole status map/)
    expectRefusal(await bench.run(['verify', 'good.json', ...offline]), 2, /beside --status-file/)
    expectRefusal(
      await bench.run(['verify', lab, '--require', 'newer', ...offline]),
      2,
      /--require goes with/,
    )
  })
})

function fail(): never {
  throw new Error('a run is missing')
}
