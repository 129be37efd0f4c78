/**
 * Strangers' text and lying servers. Every run of a bench refuses characters that steer a terminal (helpers/cli.ts), so
 * here it is enough to ask; what the server changes is found, and never ends with 0.
 */
import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { expect } from 'chai'
import { after, before, describe } from 'mocha'
import { CYCLONEDX, SLSA_PROVENANCE_V1 } from '../../src/attestation/predicate-types.ts'
import { formatStatement } from '../../src/attestation/statement.ts'
import { formatPublicKeyPem } from '../../src/crypto/public-key.ts'
import { expectRefusal, type CliRun } from '../helpers/cli.ts'
import { API, openLedgerBench, SHOP, type LedgerBench } from '../helpers/ledger-bench.ts'
import { digestOf, keys, signEnvelope } from '../helpers/test-ledger.ts'
import { together } from '../helpers/together.ts'

const json = { 'content-type': 'application/json' }

/** A window title, colours in two spellings, a faked line, a reversed line, a hidden character. */
const EVIL = '\u001b]0;owned\u0007\u001b[31m\u009b32mred\r\n✓ Vouched for\u202e\u2066\u200b\u{e0041}'

const subjects = [{ name: `registry.test/evil${EVIL}`, digest: { sha256: digestOf('evil').slice(7) } }]

const evilSbom = formatStatement({
  subjects: [...subjects, { name: 'registry.test/evil', digest: { sha256: digestOf('evil').slice(7) } }],
  predicateType: CYCLONEDX,
  predicate: {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    metadata: { tools: [{ name: `tool${EVIL}`, version: `1${EVIL}` }] },
    components: [
      {
        type: 'library',
        name: `n${EVIL}`,
        version: `1.0${EVIL}`,
        purl: `pkg:npm/evil@1.0${encodeURIComponent(EVIL)}`,
      },
    ],
  },
})

const evilProvenance = formatStatement({
  subjects,
  predicateType: SLSA_PROVENANCE_V1,
  predicate: {
    buildDefinition: {
      buildType: 'https://ci.test/v1',
      externalParameters: {},
      resolvedDependencies: [
        {
          uri: `git+https://git.test/evil${encodeURIComponent(EVIL)}`,
          digest: { gitCommit: 'd'.repeat(40) },
        },
      ],
    },
    runDetails: { builder: { id: `https://ci.test/${EVIL}` } },
  },
})

describe('attestree: strangers', () => {
  let bench: LedgerBench
  const doors: Server[] = []

  before(async () => {
    bench = await openLedgerBench()
  })

  after(async () => {
    for (const door of doors) door.close()
    await bench.dispose()
  })

  const tests = together()

  /** A server in front of the real one that changes bodies; its trust file is `name`. */
  async function lie(name: string, change: (path: string, body: string) => string): Promise<void> {
    const door = createServer((request, response) => {
      void (async () => {
        const path = request.url ?? ''
        const sent =
          request.method === 'POST' ? { method: 'POST', body: await buffer(request), headers: json } : {}
        const answer = await fetch(new URL(path, bench.server.url), sent)
        const type = answer.headers.get('content-type') ?? ''
        const body = Buffer.from(await answer.arrayBuffer())
        response.writeHead(answer.status, { 'content-type': type })
        response.end(type.includes('octet-stream') ? body : change(path, body.toString()))
      })()
    })
    await serve(door, name)
  }

  async function serve(door: Server, name: string): Promise<string> {
    doors.push(door)
    door.listen(0, '127.0.0.1')
    await once(door, 'listening')
    const address = door.address()
    if (typeof address !== 'object' || address === null) throw new Error('no address')
    const url = `http://127.0.0.1:${address.port}`
    bench.trustAt(url, name)
    return url
  }

  const askAll = (asked: readonly (readonly string[])[], trust: string): Promise<readonly CliRun[]> =>
    Promise.all(asked.map((args) => bench.run([...args, '--trust', trust])))

  tests.it(
    'text in names, versions, tools and builders never reaches the terminal raw, in tables or JSON',
    async () => {
      await bench.write('team.pub', formatPublicKeyPem(keys.ci.publicKey))
      await bench.ok('trust', 'add-signer', 'team', '--key', 'team.pub', '--types', 'https://*')
      await bench.write(`evil${EVIL.replace('/', '')}.json`, signEnvelope(evilSbom, keys.ci))
      await bench.write('provenance.env.json', signEnvelope(evilProvenance, keys.ci))
      await bench.ok('submit', `evil${EVIL.replace('/', '')}.json`, 'provenance.env.json')
      const evil = digestOf('evil')
      const [found, foundJson, shown, shownJson] = await askAll(
        [
          ['find', 'pkg:npm/evil'],
          ['find', 'pkg:npm/evil', '-o', 'json'],
          ['show', evil],
          ['show', evil, '-o', 'json'],
          ['verify', evil],
        ],
        'attestree-trust.yaml',
      )
      expect(found?.stdout).to.include('\\u{1b}]0;owned\\u{7}\\u{1b}[31m\\u{9b}32mred')
      expect(shown?.stdout).to.include('\\u{202e}')
      const answer = JSON.parse(foundJson?.stdout ?? '') as { items: { names: string[] }[] }
      expect(answer.items[0]?.names, 'escaped in the text, the same as a value').to.include(
        `registry.test/evil${EVIL}`,
      )
      expect(shownJson?.code).to.equal(0)
      await bench.ok('get', 'evidence', 'pkg:npm/evil', '--out', 'evil.evidence.json')
      await bench.ok('verify', 'evil.evidence.json')
    },
  )

  tests.it('times and other words of a server come out made harmless, wherever they are shown', async () => {
    const evil = JSON.stringify(EVIL).slice(1, -1)
    await lie('words.yaml', (_path, body) =>
      body.replaceAll(
        /"(recordedAt|servedAt|startedOn|created|version|builder|format)":"[^"]*"/g,
        `"$1":"${evil}"`,
      ),
    )
    const asked = [
      ['log', 'status'],
      ['log', 'tail'],
      ['show', '1'],
      ['show', SHOP],
      ['show', 'pkg:npm/lodash'],
      ['find', 'pkg:npm/lodash'],
      ['find', '--unknown'],
      ['deploy', 'list'],
    ]
    const [status] = await askAll(asked, 'words.yaml')
    expect(status?.stdout).to.include('\\u{1b}]0;owned')
  })

  tests.it('advisories come back in notes, tables and evidence made harmless', async () => {
    const advisory = (id: string) => ({
      id: `${id}${EVIL}`,
      modified: '2024-01-01T00:00:00Z',
      affected: [{ package: { ecosystem: 'npm', name: 'lodash' }, versions: [`4.17.20`, `1${EVIL}`] }],
    })
    const both = [advisory('X'), { ...advisory('Y'), withdrawn: '2024-01-01T00:00:00Z' }]
    await bench.write('evil.osv.json', JSON.stringify(both))
    const found = await bench.ok('find', '--osv', 'evil.osv.json')
    expect(found.stderr).to.include('Y\\u{1b}]0;owned')
    await bench.ok('get', 'evidence', '--osv', 'evil.osv.json', '--out', 'advisory.evidence.json')
    const verified = await bench.ok('verify', 'advisory.evidence.json')
    expect(verified.stdout).to.include('have this?\n  pkg:npm/lodash, version 1\\u{1b}')
  })

  tests.it('arguments come back in errors made harmless', async () => {
    const typed = [['show', `key:${EVIL}`], ['submit', `${EVIL}@sha256:00`], [EVIL]]
    for (const run of await Promise.all(typed.map((args) => bench.run(args)))) {
      expect(run.code, run.stderr).to.be.oneOf([2, 33])
    }
  })

  tests.it('a proof, a root, a row or a signature that the server changed is found: exit 15', async () => {
    await lie('inclusion.yaml', (_path, body) =>
      body.replace(
        /"inclusion":\["(.)/g,
        (_all, first: string) => `"inclusion":["${first === 'A' ? 'B' : 'A'}`,
      ),
    )
    await lie('root.yaml', (_path, body) =>
      body.replace(/"rootHash":"(.)/, (_all, first: string) => `"rootHash":"${first === 'A' ? 'B' : 'A'}`),
    )
    await lie('rows.yaml', (path, body) =>
      path.includes('/search') ? body.replaceAll('lodash@4.17.20', 'lodash@4.17.19') : body,
    )
    await lie('dropped.yaml', (path, body) =>
      path.includes('/search') ? body.replace(/"items":\[.*?\],"coverage"/, '"items":[],"coverage"') : body,
    )
    const asked = [
      ['find', 'pkg:npm/lodash'],
      ['verify', SHOP],
      ['get', 'bundle', '3'],
    ]
    const runs = await Promise.all([
      askAll(asked, 'inclusion.yaml'),
      askAll(
        [
          ['log', 'status'],
          ['find', 'pkg:npm/lodash'],
        ],
        'root.yaml',
      ),
      askAll([['find', 'pkg:npm/lodash']], 'rows.yaml'),
      askAll([['find', 'pkg:npm/lodash']], 'dropped.yaml'),
    ])
    for (const run of runs.flat()) expectRefusal(run, 15, /Do +/)
  })

  tests.it('a verdict that the server changed is found: exit 15', async () => {
    await bench.ok('revoke', API, '--reason', 'malicious-artifact')
    await lie('verdict.yaml', (_path, body) => body.replaceAll('"verdict":"revoked"', '"verdict":"valid"'))
    const [run] = await askAll([['verify', API]], 'verdict.yaml')
    if (run !== undefined) expectRefusal(run, 15, /rows-differ/)
  })

  tests.it('a log that does not hold is found by the audit, with what is wrong: exit 15', async () => {
    const door = createServer((request, response) => {
      void (async () => {
        const answer = await fetch(new URL(request.url ?? '', bench.server.url))
        const body = Buffer.from(await answer.arrayBuffer())
        if (request.url?.startsWith('/tile/entries') === true) body.writeUInt8(body.readUInt8(30) ^ 1, 30)
        response
          .writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
          .end(body)
      })()
    })
    await serve(door, 'tiles.yaml')
    const run = await bench.run(['log', 'audit', '--trust', 'tiles.yaml'])
    expect(run.code, run.stderr).to.equal(15)
    expect(run.stdout)
      .to.match(/^✕ entry 0: /)
      .and.to.match(/✕ WRONG · \d+ problems?/)
  })

  tests.it('something else than a ledger, a busy one, and one that says nonsense: never 0', async () => {
    const answers: readonly (readonly [status: number, type: string, body: string])[] = [
      [200, 'text/html', '<h1>It works!</h1>'],
      [404, 'text/html', `<h1>${EVIL}</h1>`],
      [503, 'application/problem+json', '{"code":"busy","detail":"too much to do"}'],
      [500, 'application/problem+json', `{"code":"internal-error","detail":${JSON.stringify(EVIL)}}`],
      [200, 'application/json', '{"items":[]}'],
    ]
    const askOne = async ([status, type, body]: (typeof answers)[number], at: number): Promise<CliRun> => {
      const door = createServer(
        (_request, response) => void response.writeHead(status, { 'content-type': type }).end(body),
      )
      const url = await serve(door, `nonsense-${at}.yaml`)
      if (at === 0) {
        const init = await bench.run(['trust', 'init', url, '--out', 'nonsense.yaml'])
        expect(init.code, init.stderr).not.to.be.oneOf([0, null])
      }
      return bench.run(['find', 'pkg:npm/lodash', '--trust', `nonsense-${at}.yaml`])
    }
    const runs = await Promise.all(answers.map(askOne))
    for (const run of runs) {
      expect(run.code, run.stdout + run.stderr).not.to.be.oneOf([0, null])
      expect(run.stdout).to.equal('')
    }
    expect(runs[2]?.code, 'busy').to.equal(32)
  })
})
