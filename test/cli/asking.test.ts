/** `find`, `show`, `get`, `log`: answers on stdout, the same facts for people and programs, documents byte for byte. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { formatCosignerKey, parseCosignerKey } from '../../src/tlog/cosignature.ts'
import { parseTrustFile } from '../../src/client/trust-file.ts'
import { parseBase64 } from '../../src/encoding/base64.ts'
import { checkProofFile, parseProofFile } from '../../src/tlog/proof-file.ts'
import { leafHash } from '../../src/tlog/tree-hash.ts'
import { expectRefusal } from '../helpers/cli.ts'
import {
  API,
  AUDITOR,
  BARE,
  COMMIT,
  openLedgerBench,
  SHOP,
  SHOP_SBOM,
  SIZE,
  type LedgerBench,
} from '../helpers/ledger-bench.ts'
import { digestOf, keys, sbomPayload, signEnvelope } from '../helpers/test-ledger.ts'
import { together } from '../helpers/together.ts'

async function entryFive(url: string): Promise<{ readonly body: string }> {
  const { entries } = (await (await fetch(`${url}/ledger/v1/entries/5`)).json()) as {
    entries: Record<string, { body: string }>
  }
  const entry = entries['5']
  if (entry === undefined) throw new Error('no entry 5')
  return entry
}

describe('attestree: asking', () => {
  let bench: LedgerBench

  before(async () => {
    bench = await openLedgerBench()
  })

  after(() => bench.dispose())

  const tests = together()

  tests.it(
    'find prints a row for each image with everything in it, then what the answer covers and on whose word',
    async () => {
      const { stdout, stderr } = await bench.ok('find', 'pkg:npm/lodash', '--range', '<5')
      const [header, shop, api, empty, ...rest] = stdout.split('\n')
      expect(header).to.match(
        /^IMAGE +STATUS +HAS +WHY +HOW IT GOT IN +BASE +BUILT BY +FROM COMMIT +CLAIMED +SBOM +CHECK +DIGEST$/,
      )
      expect(shop?.split(/ {2,}/)).to.deep.equal([
        'registry.test/shop:1.4',
        'affected',
        'pkg:npm/lodash@4.17.20',
        'purl, version in the range, high confidence',
        'unknown: the SBOM has no edges',
        '–',
        'https://ci.test/builder',
        `git.test/shop@${COMMIT}`,
        '–',
        '#3 (syft 1.0)',
        '✓ #3 #4',
        digestOf('shop'),
      ])
      expect(api?.split(/ {2,}/)).to.deep.equal([
        'registry.test/api',
        'affected',
        'pkg:npm/lodash@4.17.21',
        'purl, version in the range, high confidence',
        'unknown: the SBOM has no edges',
        '–',
        '–',
        '–',
        '–',
        '#5 (syft)',
        '✓ #5',
        digestOf('api'),
      ])
      expect(empty).to.equal('')
      expect(rest.join('\n'))
        .to.include('2 of 2 images with an SBOM contain pkg:npm/lodash in vers:npm/<5.0.0.')
        .and.to.include('Of 3 images: 2 affected, 0 not affected, 0 undetermined, 1 unknown')
        .and.to.include(`As of ${SIZE} entries of ledger.test.`)
        .and.to.include(`✓ No row is missing, and no revocation behind them, as of ${SIZE} entries`)
      expect(stderr, 'nothing to note').to.equal('')
    },
  )

  tests.it('find on a narrow terminal breaks lines, but no digest, and leaves nothing out', async () => {
    const narrow = await bench.run(['find', 'pkg:npm/lodash', '--range', '<4.17.21'], {
      env: { COLUMNS: '80' },
    })
    expect(narrow.stdout.split('\n').filter((line) => line.length > 110)).to.deep.equal([])
    expect(narrow.stdout).to.include(`\n  built by https://ci.test/builder from git.test/shop@${COMMIT}\n`)
  })

  tests.it('find -o json is one value, equal in facts to the table', async () => {
    const { stdout, stderr } = await bench.ok('find', 'pkg:npm/lodash@4.17.21', '-o', 'json')
    const answer = JSON.parse(stdout) as {
      question: object
      items: { image: string; matches: { component: string; entry: number }[] }[]
      coverage: object
      assurance: string
      apiVersion: string
      kind: string
    }
    expect(answer).to.include({ apiVersion: 'attestree.dev/v1', kind: 'Search' })
    expect(stderr).to.equal('')
    expect(answer.question).to.deep.equal({
      parts: [{ keys: ['pkg:npm/lodash'], type: 'npm', names: 'installed', listed: ['4.17.21'] }],
    })
    expect(
      answer.items.map((row) => [row.image, row.matches.map(({ component, entry }) => [component, entry])]),
    ).to.deep.equal([[digestOf('api'), [['pkg:npm/lodash@4.17.21', 5]]]])
    expect(answer.coverage).to.deep.equal({
      images: 3,
      affected: 1,
      notAffected: 1,
      undetermined: 0,
      unknown: 1,
      unreadableEntries: 0,
      lifted: 0,
    })
    expect(answer.assurance).to.equal('complete')
  })

  tests.it('find takes a name as people use it, and says which packages it means', async () => {
    const [exact, part, none, evidence] = await Promise.all([
      bench.run(['find', 'Lodash', '--range', '<4.17.21', '-o', 'json']),
      bench.run(['find', 'lod', '--match', 'prefix', '--ecosystem', 'npm']),
      bench.run(['find', 'lodahs']),
      bench.run(['get', 'evidence', 'lodash', '--out', 'name.evidence.json']),
    ])
    expect(exact.stderr).to.include('Lodash means pkg:npm/lodash (2 versions in 2 SBOMs).')
    const answer = JSON.parse(exact.stdout) as Readonly<
      Record<'items' | 'question' | 'notEstablished', object>
    >
    const { items, question, notEstablished } = answer
    expect(items).to.have.lengthOf(1)
    expect(notEstablished).to.include('names')
    expect(part.stdout).to.include('? That the name means these packages and no others is the server’s word')
    expect(question).to.deep.equal({
      parts: [
        {
          keys: ['pkg:npm/lodash'],
          type: 'npm',
          names: 'installed',
          ranges: [{ vers: 'vers:npm/<4.17.21' }],
        },
      ],
    })
    expect(part.stdout).to.include('2 of 2 images with an SBOM contain a name that begins with lod.')
    expectRefusal(none, 10, /nothing called lodahs[^]*Do +Perhaps pkg:npm\/lodash\./)
    expect(evidence.code, evidence.stderr).to.equal(0)
    await bench.ok('verify', 'name.evidence.json')
  })

  tests.it(
    'find says that nothing is known to match, and never that an image without an SBOM is clean',
    async () => {
      const { stdout } = await bench.ok('find', 'pkg:npm/event-stream')
      expect(stdout).to.match(
        /^None of 2 images with an SBOM is known to contain pkg:npm\/event-stream\.\nOf 3 images: .* 1 unknown/,
      )
    },
  )

  tests.it(
    'show of a package or a name that no SBOM lists exits as not recorded; a licence that none lists is an answer',
    async () => {
      const [unlisted, unnamed, licence] = await Promise.all([
        bench.run(['show', 'pkg:npm/event-stream']),
        bench.run(['show', 'event-strea', '-o', 'json']),
        bench.run(['find', '--licence', 'AGPL-3.0-only']),
      ])
      expect([unlisted.code, unnamed.code, licence.code]).to.deep.equal([10, 10, 0])
      expect(unlisted.stdout).to.include('none of 2 images with an SBOM is known to contain it.')
      expect(licence.stdout).to.match(/none is known\.[^]*\? The counts[^]*It could not be proven: licence/)
    },
  )

  tests.it('find takes a limit, and says that there is more', async () => {
    const { stdout } = await bench.ok('find', 'pkg:npm/lodash', '--limit', '1')
    expect(stdout).to.include('Not all rows are shown: --limit 1').and.to.include('2 of 2 images')
  })

  tests.it(
    'find --osv shows the table, writes each file that was asked for, and its exit code tells of what was not looked for',
    async () => {
      const affected = [
        {
          package: { ecosystem: 'npm', name: 'lodash' },
          ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '4.17.21' }] }],
        },
        { package: { ecosystem: 'Cobol', name: 'lodash' } },
      ]
      await bench.write('osv.json', JSON.stringify({ id: 'GHSA-1', modified: '', affected }))
      const formats = ['csv', 'openvex', 'cyclonedx-vex', 'json', 'ndjson']
      const run = await bench.run([
        'find',
        '--osv=osv.json',
        '--repo=registry.test/*',
        ...formats.flatMap((format) => ['-o', `${format}=out.${format}`]),
      ])
      expect(run.code, run.stderr).to.equal(16)
      expect(run.stdout)
        .to.match(/\nregistry\.test\/shop:1\.4 +affected +pkg:npm\/lodash@4\.17\.20 /)
        .and.include('1 of 2 images with an SBOM is affected by GHSA-1.')
        .and.include('Cobol lodash (GHSA-1)')
      expect(run.stderr).to.include('Wrote out.csv (csv).').and.include('Not looked for: 1 ')
      const written = formats.map((format) => readFileSync(bench.path(`out.${format}`), 'utf8'))
      expect(written[0]).to.match(/\r\n#END,1,.*,notLookedFor=1\r\n$/)
      for (const text of written) expect(text).to.include(digestOf('shop')).and.not.include(digestOf('api'))
      expect(written[4]?.trimEnd().split('\n').at(-1)).to.include('"complete":true')
    },
  )

  tests.it(
    'what is no question is refused: a broken purl, a range that is not supported, a version and a range',
    async () => {
      const questions: readonly (readonly [args: readonly string[], reason: RegExp])[] = [
        [['pkg:npm'], /purl-malformed/],
        [['pkg:npm/lodash', '--range', '^4.17.0'], /unsupported/],
        [['pkg:npm/lodash@4.17.20', '--range', '<5'], /parameter-malformed/],
      ]
      const runs = await Promise.all(questions.map(async ([args]) => bench.run(['find', ...args])))
      for (const [at, run] of runs.entries()) expectRefusal(run, 33, questions[at]?.[1] ?? /$^/)
    },
  )

  tests.it('show tells everything recorded about an image, an entry, a key and an attestation', async () => {
    const [image, json, bare] = await Promise.all([
      bench.ok('show', SHOP),
      bench.ok('show', SHOP, '-o', 'json'),
      bench.ok('show', BARE),
    ])
    expect(image.stdout)
      .to.match(/#3 +CycloneDX SBOM +ci +valid /)
      .and.to.match(/#4 +SLSA provenance +ci +valid /)
    expect(image.stdout)
      .to.match(/#3 +syft 1\.0 +2 +yes/)
      .and.to.include('are the server’s word')
    expect(bare.stdout).to.include('No SBOM is recorded: what is inside is unknown.')
    const [sbom] = (JSON.parse(json.stdout) as { attestations: { attestation: string; key: string }[] })
      .attestations
    const [entry, attestation, key, never] = await Promise.all([
      bench.ok('show', '#3'),
      bench.ok('show', `attestation:${sbom?.attestation}`),
      bench.ok('show', `key:${sbom?.key}`),
      bench.ok('show', `key:${digestOf('nobody')}`),
    ])
    expect(entry.stdout).to.include(sbom?.attestation).and.to.include(sbom?.key)
    expect(attestation.stdout)
      .to.match(/: not-revoked\n/)
      .and.to.match(/#3 +sha256:[0-9a-f]{64} +valid\n/)
    expect(key.stdout).to.match(/^. key:sha256:.*: not-revoked\n/)
    expect(key.stdout)
      .to.include('It signed statements about 2 images:')
      .and.to.match(new RegExp(`#3 #4 +registry\\.test/shop:1\\.4 +${digestOf('shop')}\n`))
    expect(never.stdout).to.include('It has signed nothing about an image')
    expect(never.stdout).to.include('not-revoked (never seen here)')
  })

  tests.it(
    'what is not recorded exits 10, for an image, an entry and an SBOM; an entry that is no SBOM exits 11',
    async () => {
      const nobody = `registry.test/nobody@${digestOf('nobody')}`
      const runs = await Promise.all(
        [
          ['show', '999'],
          ['verify', nobody],
          ['get', 'sbom', BARE],
        ].map((args) => bench.run(args)),
      )
      for (const run of runs) expectRefusal(run, 10, /not-recorded/)
      expectRefusal(await bench.run(['get', 'sbom', '4']), 11, /expected an SBOM, got https:/)
    },
  )

  tests.it('get sbom gives back the very bytes of the file, to stdout and to a file', async () => {
    const [byImage, byEntry] = await Promise.all([
      bench.ok('get', 'sbom', SHOP),
      bench.ok('get', 'sbom', 'entry:3', '--out', 'again.json'),
    ])
    expect(byImage.stdout).to.equal(SHOP_SBOM)
    expect(byEntry.stdout, 'notes go to stderr').to.equal('')
    expect(byEntry.stderr).to.match(/Wrote again\.json/)
    expect(readFileSync(bench.path('again.json'), 'utf8')).to.equal(SHOP_SBOM)
    const again = await bench.ok('get', 'sbom', 'entry:3', '--out', 'again.json')
    expect(again.stderr, 'a file that was there').to.match(/Replaced again\.json/)
  })

  tests.it('get bundle is a Sigstore bundle that submit takes back as what is recorded already', async () => {
    await bench.ok('get', 'bundle', '5', '--out', 'five.sigstore.json')
    const bundle = JSON.parse(readFileSync(bench.path('five.sigstore.json'), 'utf8')) as { mediaType: string }
    expect(bundle.mediaType).to.equal('application/vnd.dev.sigstore.bundle.v0.3+json')
    const { stdout } = await bench.ok('submit', 'five.sigstore.json')
    expect(stdout).to.match(/^✓ five\.sigstore\.json {2}already recorded #5 /)
    // What was recorded before another was refused is not lost.
    await bench.write('stranger.json', signEnvelope(sbomPayload('x', ['a@1.0.0']), keys.ci))
    const both = await bench.run(['submit', 'five.sigstore.json', 'stranger.json', '-o', 'json'])
    expect(both).to.include({ code: 12 })
    const { complete, items } = JSON.parse(both.stdout) as { complete: boolean; items: object[] }
    expect([complete, items.length]).to.deep.equal([false, 1])
  })

  tests.it('submit of the same again records nothing, with the same answer for programs', async () => {
    const { stdout } = await bench.ok('submit', API, '--sbom', 'api.json', '--key', 'ci.key', '-o', 'json')
    const { kind, complete, items } = JSON.parse(stdout) as {
      kind: string
      complete: boolean
      items: { signatures: { key: string; entry: number; new: boolean }[] }[]
    }
    expect({ kind, complete }).to.deep.equal({ kind: 'Submit', complete: true })
    // ECDSA signatures of ours are made afresh, but the attestation and its signer are the same.
    expect(
      items.flatMap((one) => one.signatures.map(({ entry, new: isNew }) => [entry, isNew])),
    ).to.deep.equal([[5, false]])
    expect((await bench.ok('log', 'status')).stdout).to.include(
      `ledger.test  ${SIZE} entries, index up to date`,
    )
  })

  tests.it(
    'get provenance gives back the bytes, get proof a file that proves the entry offline',
    async () => {
      const [byImage, byEntry, proof, other] = await Promise.all([
        bench.ok('get', 'provenance', SHOP),
        bench.ok('get', 'provenance', '4'),
        bench.ok('get', 'proof', '5'),
        bench.run(['get', 'provenance', API]),
      ])
      expect(byImage.stdout).to.equal(readFileSync(bench.path('provenance.json'), 'utf8'))
      expect(byEntry.stdout).to.equal(byImage.stdout)
      const { body } = await entryFive(bench.server.url)
      const [log] = parseTrustFile(readFileSync(bench.path('attestree-trust.yaml'), 'utf8')).logs
      if (log === undefined) throw new Error('no log in the trust file')
      const leaf = leafHash(parseBase64(body))
      expect(checkProofFile(parseProofFile(proof.stdout), leaf, log.key).size).to.be.greaterThan(5)
      expectRefusal(other, 10, /no provenance that counts is recorded/)
    },
  )

  tests.it(
    'watch gives all entries after one, in order, says how to go on, and ends a stream with its end',
    async () => {
      const [lines, table] = await Promise.all([
        bench.ok('watch', '--after', '2', '--once', '-o', 'ndjson'),
        bench.ok('watch', '--after', '#4', '--once'),
      ])
      const all = lines.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
      const end = all.pop()
      expect(all.slice(0, 4).map((one) => one['entry'])).to.deep.equal([3, 4, 5, 6])
      expect(all[0]).to.deep.include({
        kind: 'Entry',
        subjects: [{ digest: digestOf('shop'), name: 'registry.test/shop:1.4' }],
      })
      expect(end).to.deep.include({ kind: 'End', count: all.length, complete: true, after: all.length + 2 })
      expect(table.stdout).to.match(/^#5 .*cyclonedx.*registry\.test\/api@sha256:\w{64}\n#6 /)
      expect(table.stderr).to.match(/Go on after it: attestree watch --after \d+\n$/)
    },
  )

  tests.it(
    'import dir ends with counts by reason, for people and programs, and exit 33 if any is refused',
    async () => {
      const folder = bench.path('documents')
      mkdirSync(folder)
      writeFileSync(join(folder, 'api.json'), readFileSync(bench.path('api.json')))
      writeFileSync(join(folder, `evil\u001b[31m.txt`), 'no document')
      const run = await bench.run(['import', 'dir', 'documents', '--key', 'ci.key', '-o', 'json'])
      expect(run.code).to.equal(33)
      expect(JSON.parse(run.stdout)).to.deep.include({
        kind: 'Import',
        complete: true,
        recorded: 0,
        refused: 2,
        refusedByReason: { 'document-unknown': 1, 'no-image-digest': 1 },
      })
      expect(run.stderr, 'without a terminal: plain lines').to.match(
        /^import: 2 of 2 \(100%\) {2}0 recorded, 0 recorded already, 2 refused\n$/,
      )
      writeFileSync(join(folder, 'more.json'), readFileSync(bench.path('api.json')))
      const { stdout } = await bench.run(['import', 'dir', 'documents', '--key', 'ci.key'])
      expect(stdout, 'what to do, once for all that are alike').to.match(
        /✕ api\.json .*\n✕ more\.json .*\n.*nothing says[^]*Do .*api\.json NAME@sha256:…, and so on/,
      )
      expect(stdout).to.not.include('\u001b')
    },
  )

  tests.it(
    'log status and log audit check what they print; --deep repeats every decision, --index replays the maps',
    async () => {
      const [status, plain, deep, index, sampled] = await Promise.all([
        bench.ok('log', 'status', '-o', 'json'),
        bench.ok('log', 'audit'),
        bench.ok('log', 'audit', '--deep', '-o', 'json'),
        bench.ok('log', 'audit', '--index', '-o', 'json'),
        bench.ok('log', 'audit', '--index', '--sample', '2', '--seed', 'dice'),
      ])
      expect(JSON.parse(status.stdout)).to.deep.include({
        origin: 'ledger.test',
        coverage: { images: 3, withSbom: 2, unknown: 1, unreadableEntries: 0 },
      })
      expect(plain.stdout).to.match(/^✓ OK · 7 entries, 1 tile · tree root holds · ledger\.test at size 7\n/)
      expect(plain.stderr, 'progress is no answer').to.match(/^audit: 100% {2}7 of 7 entries\n$/)
      expect(JSON.parse(deep.stdout)).to.deep.include({
        outcome: 'sound',
        entries: SIZE,
        deep: true,
        problems: [],
      })
      const { maps, ...verdict } = JSON.parse(index.stdout)
      expect(verdict).to.deep.include({ kind: 'IndexAudit', outcome: 'sound', derived: SIZE, unreadable: [] })
      expect(maps.components.roots).to.be.greaterThan(0)
      expect(sampled.stdout)
        .to.match(/^✓ OK · 7 entries, \d+ tiles of three logs · ledger\.test at size 7\n/)
        .and.to.match(/seed dice/)
        .and.to.match(/Taken from the server: which entries could not be read/)
    },
  )

  tests.it(
    'auditor run replays the maps and hands in what it cosigned; who asks for that gets it, and is told if it is too little',
    async () => {
      const flags = ['--key', 'auditor.key', '--name', AUDITOR, '--out', 'cosigned', '--once']
      const cosigned = await bench.ok('auditor', 'run', ...flags)
      expect(cosigned.stdout).to.match(/ up to 7, status up to 7: replayed, cosigned and handed in\n$/)
      const trust = readFileSync(bench.path('attestree-trust.yaml'), 'utf8')
      const { key } = parseCosignerKey(bench.vkey)
      const policy = (name: string): string =>
        `${trust}    cosigned:\n      policy: |\n        witness a ${formatCosignerKey({ name, key })}\n        quorum a\n`
      await bench.write('cosigned.yaml', policy(AUDITOR))
      await bench.write('other.yaml', policy('other.test'))
      const asking = ['find', 'pkg:npm/lodash', '--range', '<5']
      const [found, get, other, unnamed] = await Promise.all([
        bench.ok(...asking, '--trust', 'cosigned.yaml'),
        bench.ok('get', 'evidence', 'pkg:npm/lodash', '--out', 'e.json', '--trust', 'cosigned.yaml'),
        bench.run([...asking, '--trust', 'other.yaml']),
        bench.ok('auditor', 'run', ...flags.with(3, 'other.test')),
      ])
      expect(found.stdout.replaceAll(/\s+/g, ' ')).to.match(
        /root of the components map is cosigned by auditor\.test: the earliest at 20\S+Z \(\d+ s ago\)/,
      )
      expectRefusal(other, 16, /none by other\.test[^]*not-cosigned/)
      expect(get.code).to.equal(0)
      const file = ['verify', 'e.json', '--require', 'complete,not-revoked,audited', '--trust']
      await bench.ok(...file, 'cosigned.yaml')
      expectRefusal(await bench.run([...file, 'other.yaml']), 16, /not-cosigned/)
      expect(unnamed.stderr).to.match(/! not handed in: /)
    },
  )

  it('trust show names who may do what; its --json is the beginning of an update', async () => {
    const [shown, json] = await Promise.all([bench.ok('trust', 'show'), bench.ok('trust', 'show', '--json')])
    expect(shown.stdout)
      .to.include('Trust root in force: version 3, entry #2')
      .and.to.match(/^ci +sha256:[0-9a-f]{64} +submit https:/m)
    await bench.write('root.json', json.stdout.replace('"registered"', '"open"'))
    const asked = await bench.run(['trust', 'update', 'root.json'])
    expect(asked.code, 'nobody is there to say yes').to.equal(2)
    expect(asked.stdout).to.equal(
      'Version 4 of the trust root would change:\n  - admission registered\n  + admission open\n',
    )
    expect((await bench.ok('trust', 'update', 'root.json', '--yes')).stdout).to.match(
      /^✓ Trust root version 4 recorded #7\n/m,
    )
    expect((await bench.ok('trust', 'show')).stdout).to.include('version 4, entry #7')
  })

  tests.it(
    'trust init writes no second file over the first, and none for a key or root that was not expected',
    async () => {
      const { url } = bench.server
      const other = `sha256:${'0'.repeat(64)}`
      const [again, key, root] = await Promise.all([
        bench.run(['trust', 'init', url]),
        bench.run(['trust', 'init', url, '--key', 'ledger.test+00000000+AAAA', '--out', 'a.yaml']),
        bench.run(['trust', 'init', url, '--trust-root', other, '--out', 'b.yaml']),
      ])
      expectRefusal(again, 33, /already-exists/)
      expectRefusal(key, 12, /wrong-log-key/)
      expectRefusal(root, 12, /wrong-trust-root/)
      for (const name of ['a.yaml', 'b.yaml']) expect(() => readFileSync(bench.path(name))).to.throw('ENOENT')
    },
  )
})
