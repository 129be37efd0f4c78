/**
 * Benches with a ledger in them, made by the program itself: once in a test run, and copied for whoever asks.
 *
 *     0 1 2 trust root (admin; ci may submit SBOMs and provenance; lab provenance only)
 *     3 SBOM of shop (lodash 4.17.20, left-pad 1.3.0) · 4 provenance of shop · 5 SBOM of api (lodash 4.17.21), both by ci
 *     6 provenance of bare, by lab
 */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { parsePublicKeyPem } from '../../src/crypto/public-key.ts'
import { formatCosignerKey } from '../../src/tlog/cosignature.ts'
import { openBench, type Bench, type CliServer } from './cli.ts'
import { digestOf } from './test-ledger.ts'

export const SHOP = `registry.test/shop:1.4@${digestOf('shop')}`
export const API = `registry.test/api@${digestOf('api')}`
export const BARE = `registry.test/bare@${digestOf('bare')}`
export const COMMIT = 'c'.repeat(40)
export const SIZE = 7
export const AUDITOR = 'auditor.test'

/** Written as no formatter would, with a line break at the end. */
export const SHOP_SBOM = `{ "bomFormat":"CycloneDX","specVersion" : "1.5", "version": 1.0,
  "metadata":{"tools":[{"name":"syft","version":"1.0"}]},
  "components":[ {"type":"library","name":"lodash","version":"4.17.20","purl":"pkg:npm/lodash@4.17.20"},
    {"type":"library","name":"left-p\\u0061d","version":"1.3.0","purl":"pkg:npm/left-pad@1.3.0"}]}
`

export function cycloneDx(...packages: readonly string[]): string {
  const components = packages.map((one) => {
    const [name, version] = one.split('@')
    return { type: 'library', name, version, purl: `pkg:npm/${one}` }
  })
  return JSON.stringify({
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    metadata: { tools: [{ name: 'syft' }] },
    components,
  })
}

const PROVENANCE = JSON.stringify({
  buildDefinition: {
    buildType: 'https://ci.test/v1',
    externalParameters: {},
    resolvedDependencies: [{ uri: 'git+https://git.test/shop', digest: { gitCommit: COMMIT } }],
  },
  runDetails: { builder: { id: 'https://ci.test/builder' } },
})

export interface LedgerBench extends Bench {
  readonly server: CliServer
  /** Of the auditor whose signatures the ledger takes: AUDITOR, with auditor.key. */
  readonly vkey: string
  /** The trust file with another URL, under a name of its own. */
  trustAt(url: string, name: string): string
}

let made: Promise<Bench> | undefined

/** A bench with the ledger of above, served, and a trust file that names it. */
export async function openLedgerBench(): Promise<LedgerBench> {
  made ??= makeLedger()
  const [template, bench] = await Promise.all([made, openBench()])
  cpSync(template.folder, bench.folder, { recursive: true })
  const vkey = formatCosignerKey({
    name: AUDITOR,
    key: parsePublicKeyPem(readFileSync(bench.path('auditor.pub'), 'utf8')),
  })
  const server = await bench.start('--data', 'data', '--signer-dir', 'signer', '--auditor', vkey)
  const trustAt = (url: string, name: string): string => {
    const text = readFileSync(bench.path('attestree-trust.yaml'), 'utf8')
    writeFileSync(bench.path(name), text.replace(/url: \S+/, `url: ${url}`))
    return name
  }
  trustAt(server.url, 'attestree-trust.yaml')
  return { ...bench, server, vkey, trustAt }
}

async function makeLedger(): Promise<Bench> {
  const bench = await openBench()
  process.once('exit', () => rmSync(bench.folder, { recursive: true, force: true }))
  await Promise.all([
    bench.ok('server', 'init', '--origin', 'ledger.test', '--data', 'data', '--signer-dir', 'signer'),
    bench.ok('key', 'new', 'ci'),
    bench.ok('key', 'new', 'lab'),
    bench.ok('key', 'new', 'stranger'),
    bench.ok('key', 'new', 'auditor', '--type', 'ed25519'),
    bench.write('shop.json', SHOP_SBOM),
    bench.write('api.json', cycloneDx('lodash@4.17.21')),
    bench.write('provenance.json', PROVENANCE),
  ])
  const server = await bench.start('--data', 'data', '--signer-dir', 'signer')
  await bench.ok('trust', 'init', server.url)
  await bench.ok(
    'trust',
    'add-signer',
    'ci',
    '--key',
    'ci.pub',
    '--types',
    'https://cyclonedx.org/bom*',
    'https://spdx.dev/Document*',
    'https://slsa.dev/provenance/*',
  )
  await bench.ok('trust', 'add-signer', 'lab', '--key', 'lab.pub', '--types', 'https://slsa.dev/provenance/*')
  await bench.ok('submit', SHOP, '--sbom', 'shop.json', '--provenance', 'provenance.json', '--key', 'ci.key')
  await bench.ok('submit', API, '--sbom', 'api.json', '--key', 'ci.key')
  await bench.ok('submit', BARE, '--provenance', 'provenance.json', '--key', 'lab.key')
  await server.stop()
  return bench
}
