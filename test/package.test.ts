/**
 * The package as `npm pack` makes it: unpacked beside a link to our own node_modules, so without a network, and used by
 * the examples of test/examples/ as a stranger's program uses it.
 */
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { build, type Metafile } from 'esbuild'
import { after, before, describe, it } from 'mocha'
import { verifierSize } from '../scripts/measure/verifier-size.ts'
import { filesUnder, repositoryRoot } from './helpers/repository.ts'

const run = promisify(execFile)

/** What a browser may have to load to verify an evidence file, in bytes, compressed. */
const MAX_VERIFIER_BYTES = 60_000

/** What the programs of the command share, or load when they need it. */
const SHARED = /^package\/dist\/cli\/[a-z-]+-[A-Z0-9]{8}\.js$/

const tsconfig = {
  compilerOptions: {
    target: 'es2023',
    module: 'nodenext',
    moduleResolution: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    outDir: 'out',
    // Our own declarations are checked, those of Node are not ours.
    skipLibCheck: false,
  },
}

const MAIN = `
import { randomBytes } from 'node:crypto'
import { formatVerifierKey, generateSigningKey } from 'attestree'
import { startExample } from './embedded-ledger.js'
import { find, record } from './submit-and-ask.js'
import { check } from './verify-evidence.js'

const builder = generateSigningKey('ecdsa-p256', randomBytes)
const ledger = await startExample(builder)
const component = { type: 'library', name: 'lodash', version: '4.17.20', purl: 'pkg:npm/lodash@4.17.20' }
// Above what is admitted at once: the worker thread has to be found in the package too.
const padding = { name: 'padding', value: 'x'.repeat(2 ** 20) }
await record(ledger, { bomFormat: 'CycloneDX', specVersion: '1.6', components: [component], properties: [padding] }, builder)
const { evidence } = await find(ledger)
await ledger.close()
console.log(check(evidence, formatVerifierKey(ledger.logKey), ledger.trustRoot))
`

const IN_BROWSER = `
import { Client, indexedDbPins, memoryPins, type PinStore } from 'attestree'
import { verifyEvidence } from 'attestree/verify'

export const pins: PinStore = typeof indexedDB === 'undefined' ? memoryPins() : indexedDbPins(indexedDB)
export const uses = [Client, verifyEvidence]
`

/** Which file of a built program imports what, and how. */
async function readImports(program: string): Promise<Metafile> {
  const options = {
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
  } as const
  const { metafile } = await build({
    ...options,
    entryPoints: [program],
    outdir: '/out',
    write: false,
    metafile: true,
  })
  return metafile
}

describe('the package', function () {
  this.timeout(120_000)
  let folder: string
  let consumer: string
  let packed: string
  let tarball: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attestree-package-'))
    consumer = join(folder, 'consumer')
    packed = join(consumer, 'node_modules/attestree')
    await mkdir(packed, { recursive: true })
    await symlink(join(repositoryRoot, 'node_modules'), join(folder, 'node_modules'))
    // Without scripts: `npm test` has built what is packed.
    await run('npm', ['pack', '--ignore-scripts', '--offline', '--pack-destination', folder], {
      cwd: repositoryRoot,
    })
    const [name = ''] = (await readdir(folder)).filter((one) => one.endsWith('.tgz'))
    tarball = join(folder, name)
    await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', packed])
  })

  after(() => rm(folder, { recursive: true, force: true }))

  const compile = (...config: string[]): Promise<unknown> =>
    run(process.execPath, [join(repositoryRoot, 'node_modules/typescript/bin/tsc'), ...config], {
      cwd: consumer,
    })

  it('holds the library file by file, the command in one piece, the schemas, and nothing else', async () => {
    const listed = await run('tar', ['-tzf', tarball])
    const files = listed.stdout.split('\n').filter((path) => path !== '' && !path.endsWith('/'))
    const sources = filesUnder('src', '.ts').filter((path) => !path.endsWith('.d.ts'))
    const library = sources
      .filter((path) => !path.startsWith('src/cli/'))
      .map((path) => path.replace(/^src/, 'package/dist').slice(0, -3))
    const programs = ['main.ts', ...sources.filter((path) => path.endsWith('-worker.ts'))]
    const shared = files.filter((path) => SHARED.test(path))
    expect(shared).to.have.length.within(5, 40)
    const expected = [
      ...library.flatMap((path) => [`${path}.js`, `${path}.d.ts`]),
      ...programs.map((path) => `package/dist/cli/${basename(path, '.ts')}.js`),
      ...shared,
      'package/dist/cli/LICENSES.txt',
      ...filesUnder('schema', '')
        .filter((path) => path.includes('.'))
        .map((path) => `package/${path}`),
      ...['LICENSE', 'README.md', 'package.json'].map((path) => `package/${path}`),
    ]
    expect(files.toSorted()).to.deep.equal(expected.toSorted())
  })

  it('runs the examples: SDK, verifier and server, with types under strict settings', async () => {
    for (const name of ['embedded-ledger', 'submit-and-ask', 'verify-evidence'])
      await cp(join(repositoryRoot, 'test/examples', `${name}.ts`), join(consumer, `${name}.ts`))
    await writeFile(join(consumer, 'main.ts'), MAIN)
    await writeFile(join(consumer, 'package.json'), '{ "type": "module", "private": true }')
    await writeFile(join(consumer, 'tsconfig.json'), JSON.stringify({ ...tsconfig, files: ['main.ts'] }))
    await compile('-p', '.')
    const { stdout } = await run(process.execPath, ['out/main.js'], { cwd: consumer })
    expect(stdout).to.match(
      /^1 images, each proven by what was signed and logged; not established: audited, declared/,
    )
  })

  it('has types for a browser, where nothing of Node is known', async () => {
    await writeFile(join(consumer, 'page.ts'), IN_BROWSER)
    const compilerOptions = { ...tsconfig.compilerOptions, types: [], lib: ['es2023', 'dom'], noEmit: true }
    await writeFile(
      join(consumer, 'tsconfig.page.json'),
      JSON.stringify({ compilerOptions, files: ['page.ts'] }),
    )
    await compile('-p', 'tsconfig.page.json')
  })

  it('is a command', async () => {
    const { bin } = JSON.parse(await readFile(join(packed, 'package.json'), 'utf8')) as {
      bin: { attestree: string }
    }
    const program = join(packed, bin.attestree)
    expect((await readFile(program, 'utf8')).startsWith('#!/usr/bin/env node\n')).to.equal(true)
    const { stdout } = await run(process.execPath, [program, '--help'])
    expect(stdout).to.include('Usage: attestree')
  })

  it('starts its command without a server, a database, or any package that was not bundled', async () => {
    const { inputs } = await readImports(join(packed, 'dist/cli/main.js'))
    const reached = Object.keys(inputs).filter((path) => path.endsWith('/main.js'))
    expect(reached).to.have.length(1)
    // A list that grows while it is walked.
    for (const path of reached) {
      const atOnce = inputs[path]?.imports.filter(({ kind }) => kind !== 'dynamic-import') ?? []
      reached.push(...atOnce.map((one) => one.path).filter((one) => !reached.includes(one)))
    }
    expect(reached.filter((path) => !(path in inputs) && !path.startsWith('node:'))).to.deep.equal([])
    expect(reached).to.have.length.within(2, 60)
  })

  it(`bundles its verifier for a browser in at most ${MAX_VERIFIER_BYTES} bytes, compressed`, async () => {
    const { gzipped } = await verifierSize(join(packed, 'dist/verify.js'))
    expect(gzipped).to.be.within(20_000, MAX_VERIFIER_BYTES)
  })
})
