/** What is not accepted, and what does not hold: each has its exit code, and none of them is 0. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { formatVerifierKey } from '../../src/tlog/signed-note.ts'
import { expectRefusal } from '../helpers/cli.ts'
import { API, BARE, cycloneDx, openLedgerBench, SHOP, type LedgerBench } from '../helpers/ledger-bench.ts'
import { trust } from '../helpers/story.ts'
import { digestOf, keys, sbomPayload, signEnvelope } from '../helpers/test-ledger.ts'
import { together } from '../helpers/together.ts'
import { itWithVectors } from '../helpers/vectors.ts'

const NOBODY = 'http://127.0.0.1:9'

describe('attestree: refusals', () => {
  let bench: LedgerBench

  before(async () => {
    bench = await openLedgerBench()
    bench.trustAt(NOBODY, 'offline.yaml')
    await bench.ok('get', 'evidence', 'pkg:npm/lodash', '--range', '<5', '--out', 'lodash.evidence.json')
    await bench.write('new.json', cycloneDx('new@1.0.0'))
    otherTrust('key.yaml', /key: .*/, `key: ${formatVerifierKey(trust.logKey)}`)
    otherTrust('root.yaml', /trustRoot: .*/, `trustRoot: sha256:${'0'.repeat(64)}`)
  })

  after(() => bench.dispose())

  const tests = together()

  const verify = (name: string, ...more: readonly string[]) =>
    bench.run(['verify', name, '--trust', 'offline.yaml', ...more])

  /** Another trust file, in which one line is another. */
  function otherTrust(name: string, pattern: RegExp, line: string): void {
    writeFileSync(
      bench.path(name),
      readFileSync(bench.path('attestree-trust.yaml'), 'utf8').replace(pattern, line),
    )
  }

  describe('evidence', () => {
    tests.it('verifies offline, and says what is established and what is not', async () => {
      const [table, json] = await Promise.all([
        verify('lodash.evidence.json'),
        verify('lodash.evidence.json', '-o', 'json'),
      ])
      expect(table.code, table.stderr).to.equal(0)
      expect(table.stdout)
        .to.include('Question: which images contain pkg:npm/lodash in vers:npm/<5.0.0?')
        .and.to.match(/Established:\n {2}✓ [^]*✓ No row is missing [^]*Not established:\n {2}\? audited: /)
      const report = JSON.parse(json.stdout) as { rows: object[]; notEstablished: { id: string }[] }
      expect(report.rows).to.have.length(2)
      expect(report.notEstablished.map(({ id }) => id)).to.include.members([
        'audited',
        'declared',
        'times',
        'not-witnessed',
      ])
    })

    tests.it(
      'what is required but not established exits 16; what is no requirement is no success',
      async () => {
        const [established, required, unknown, empty] = await Promise.all([
          verify('lodash.evidence.json', '--require', 'complete,not-revoked'),
          verify('lodash.evidence.json', '--require', 'complete,not-witnessed'),
          verify('lodash.evidence.json', '--require', 'compleet'),
          verify('lodash.evidence.json', '--require', ''),
        ])
        expect(established.code, established.stderr).to.equal(0)
        expect(required.code, required.stderr).to.equal(16)
        expect(required.stderr).to.match(/not established: not-witnessed/)
        expect(unknown.code, unknown.stderr).to.equal(33)
        expect(empty.code, 'as of a variable that is not set').to.equal(33)
      },
    )

    tests.it('one changed byte, a byte too few, and something else: exit 15', async () => {
      const good = readFileSync(bench.path('lodash.evidence.json'))
      const body = good.indexOf('"body":"') + 40
      const pae = good.indexOf('"pae":{"') + 120
      const files: readonly Uint8Array[] = [
        ...[body, pae].map((at) => Buffer.from(good).fill(good[at] === 0x41 ? 'B' : 'A', at, at + 1)),
        good.subarray(0, -1),
        Buffer.from('{}'),
      ]
      await Promise.all(files.map((bytes, at) => bench.write(`bad-${at}.json`, bytes)))
      const runs = await Promise.all(files.map((_, at) => verify(`bad-${at}.json`)))
      for (const run of runs) expectRefusal(run, 15, /Do +Do not rely on it/)
    })

    tests.it('of another log key or another trust root: exit 12', async () => {
      expectRefusal(await verify('lodash.evidence.json', '--trust', 'key.yaml'), 12, /wrong-log-key/)
      expectRefusal(await verify('lodash.evidence.json', '--trust', 'root.yaml'), 12, /wrong-trust-root/)
    })
  })

  tests.it('another log key than the server’s: nothing of what it says is taken', async () => {
    const asked: readonly (readonly string[])[] = [
      ['find', 'pkg:npm/lodash'],
      ['show', SHOP],
      ['verify', SHOP],
      ['log', 'status'],
      ['get', 'sbom', SHOP],
    ]
    const runs = await Promise.all(asked.map((args) => bench.run([...args, '--trust', 'key.yaml'])))
    for (const run of runs) expectRefusal(run, 12, /wrong-log-key/)
  })

  tests.it('another trust root than the server’s: no row, verdict or audit is made', async () => {
    const asked: readonly (readonly string[])[] = [
      ['find', 'pkg:npm/lodash'],
      ['verify', SHOP],
      ['show', SHOP],
      ['get', 'sbom', SHOP],
      ['submit', SHOP, '--sbom', 'new.json', '--key', 'ci.key'],
      ['log', 'audit', '--deep'],
    ]
    const runs = await Promise.all(asked.map((args) => bench.run([...args, '--trust', 'root.yaml'])))
    for (const run of runs) expectRefusal(run, 12, /wrong-trust-root/)
  })

  tests.it(
    'a signer that nobody registered, and one without the right to this kind of statement: exit 12',
    async () => {
      const [stranger, lab] = await Promise.all([
        bench.run(['submit', SHOP, '--sbom', 'new.json', '--key', 'stranger.key']),
        bench.run(['submit', SHOP, '--sbom', 'new.json', '--key', 'lab.key']),
      ])
      expectRefusal(stranger, 12, /untrusted-signer/)
      expectRefusal(lab, 12, /unauthorized/)
    },
  )

  tests.it('a signature that does not verify: exit 13', async () => {
    await bench.ok('get', 'bundle', '5', '--out', 'five.json')
    const bundle = JSON.parse(readFileSync(bench.path('five.json'), 'utf8')) as {
      dsseEnvelope: { payload: string; signatures: { sig: string }[] }
    }
    const payload = Buffer.from(bundle.dsseEnvelope.payload, 'base64')
      .toString()
      .replace('4.17.21', '4.17.22')
    const keyid = (await bench.ok('key', 'show', 'ci.pub')).stdout.split('  ')[0]
    const forged = {
      ...bundle.dsseEnvelope,
      payload: Buffer.from(payload).toString('base64'),
      signatures: [{ ...bundle.dsseEnvelope.signatures[0], keyid }],
    }
    await bench.write('forged.json', JSON.stringify(forged))
    const run = await bench.run(['submit', 'forged.json'])
    expectRefusal(run, 13, /signature-invalid/)
  })

  tests.it('documents that are not taken exit 33 and say what to do or where it is wrong', async () => {
    const documents: readonly (readonly [name: string, text: string, says: RegExp])[] = [
      ['bom.xml', '<?xml version="1.0"?><bom/>', /got XML[^]*Do +cyclonedx convert/],
      [
        'old.json',
        '{"bomFormat":"CycloneDX","specVersion":"1.1","components":[]}',
        /Where +\/predicate\/specVersion/,
      ],
      ['twice.json', '{"bomFormat":"CycloneDX","bomFormat":"CycloneDX"}', /json-duplicate-key/],
    ]
    await Promise.all(documents.map(([name, text]) => bench.write(name, text)))
    const runs = await Promise.all(
      documents.map(([name]) => bench.run(['submit', SHOP, '--sbom', name, '--key', 'ci.key'])),
    )
    for (const [at, run] of runs.entries()) expectRefusal(run, 33, documents[at]?.[2] ?? /$^/)
  })

  tests.it('documents of another kind are wrong usage: exit 2', async () => {
    await bench.write('statement.json', '{"_type":"https://in-toto.io/Statement/v1","predicate":{}}')
    const [statement, other] = await Promise.all([
      bench.run(['submit', SHOP, '--provenance', 'statement.json', '--key', 'ci.key']),
      bench.run(['submit', SHOP, '--sbom', 'provenance.json', '--key', 'ci.key']),
    ])
    expectRefusal(statement, 2, /whole statement[^]*Do /)
    expectRefusal(other, 2, /expected an SBOM[^]*Do +Make one: /)
  })

  tests.it(
    'an image by its tag, and a digest that is none, are refused before anything is sent',
    async () => {
      const [tag, upper] = await Promise.all([
        bench.run(['submit', 'registry.test/shop:1.4', '--sbom', 'new.json', '--key', 'ci.key']),
        bench.run(['verify', `registry.test/shop@${digestOf('shop').toUpperCase().replace('SHA', 'sha')}`]),
      ])
      expectRefusal(tag, 2, /expected NAME@sha256:[^]*Tags move/)
      expectRefusal(upper, 33, /digest/)
    },
  )

  tests.it(
    'an envelope signed elsewhere by somebody unknown is refused; so are files that are none',
    async () => {
      await bench.write('envelope.json', signEnvelope(sbomPayload('x', ['a@1.0.0']), keys.ci))
      await bench.write(
        'lines.jsonl',
        `${new TextDecoder().decode(signEnvelope(sbomPayload('x', ['a@1.0.0']), keys.ci))}\n`,
      )
      const [envelope, lines, none] = await Promise.all(
        [['envelope.json'], ['lines.jsonl'], ['new.json']].map((files) => bench.run(['submit', ...files])),
      )
      for (const run of [envelope, lines]) if (run !== undefined) expectRefusal(run, 12, /untrusted-signer/)
      if (none !== undefined) expectRefusal(none, 33, /neither[^]*--sbom FILE[^]*envelope-malformed/)
    },
  )

  itWithVectors(
    'sigstore',
    'a bundle signed without a key of one’s own (keyless) is refused as not supported: exit 33',
    async (folder) => {
      await bench.write(
        'keyless.json',
        readFileSync(join(folder, 'happy-path-intoto-in-dsse-v3', 'bundle.sigstore.json')),
      )
      expectRefusal(await bench.run(['submit', 'keyless.json']), 33, /keyless-not-supported-yet/)
    },
  )

  itWithVectors(
    'cosign',
    "cosign's own bundle is taken once its key is registered, and cosign's key signs here",
    async (folder) => {
      for (const name of ['cosign.key', 'cosign.pub', 'attest-blob.sigstore.json'])
        await bench.write(name, readFileSync(join(folder, name)), 0o600)
      await bench.ok(
        'trust',
        'add-signer',
        'cosigner',
        '--key',
        'cosign.pub',
        '--types',
        'https://cyclonedx.org/bom*',
      )
      const bundle = await bench.ok('submit', 'attest-blob.sigstore.json')
      expect(bundle.stdout).to.match(/^✓ attest-blob\.sigstore\.json {2}recorded #\d+/)
      const signed = await bench.run(['submit', BARE, '--sbom', 'api.json', '--key', 'cosign.key'], {
        env: { ATTESTREE_PASSPHRASE: 'attestree' },
      })
      expect(signed.stdout, signed.stderr).to.match(/^✓ SBOM {2}recorded #\d+/)
      await bench.ok('verify', BARE)
    },
  )

  it('nothing that was refused left a trace in the log', async () => {
    const { stdout } = await bench.ok('find', 'pkg:npm/new')
    expect(stdout).to.match(/^None of \d images/)
    expect((await bench.ok('verify', API)).stdout).to.include('✓ Vouched for: 1 attestation,')
  })
})
