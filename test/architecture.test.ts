/**
 * The architecture as a test (style.md habit 5): the layer table of scripts/layers.cjs holds over src/, the tool
 * that says so has read every module, every rule bites, and the portable folders compile without Node's types.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { foundations, layers, layersTable, packageHomes, rules } from '../scripts/layers.cjs'
import { filesUnder, repositoryRoot } from './helpers/repository.ts'

/** All modules under `root`/src and the rules they break, as "rule: from → to". */
function readModules(root: string): { modules: string[]; violations: string[] } {
  return JSON.parse(run(join(repositoryRoot, 'scripts/check-layers.mjs'), root, '--json'))
}

/** What a program of Node prints, whatever its exit code. */
function run(program: string, ...commandLine: string[]): string {
  return spawnSync(process.execPath, [program, ...commandLine], { encoding: 'utf8' }).stdout
}

function compile(project: string, ...more: string[]): string[] {
  return run(join(repositoryRoot, 'node_modules/typescript/bin/tsc'), '-p', project, ...more).split('\n')
}

function write(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

/** A small tree that keeps every rule; its parts are what the bad modules below import. */
const goodTree = {
  'package.json': JSON.stringify({
    type: 'module',
    imports: { '#crypto-backend': { source: './src/crypto/backend-node.ts' } },
    dependencies: { express: '*' },
    devDependencies: { mocha: '*' },
  }),
  'node_modules/express/package.json': '{"name":"express","main":"index.js"}',
  'node_modules/express/index.js': '',
  'node_modules/mocha/package.json': '{"name":"mocha","main":"index.js"}',
  'node_modules/mocha/index.js': '',
  'test/helper.ts': 'export const helper = 1',
  'src/errors.ts': 'export const fault = 1',
  'src/brand.ts': "export { fault } from './errors.ts'",
  'src/encoding/hex.ts': "import { fault } from '../errors.ts'\nexport const hex = fault",
  'src/crypto/backend-node.ts': "import { hash } from 'node:crypto'\nexport const backend = hash",
  'src/crypto/sha256.ts': "export { backend } from '#crypto-backend'",
  'src/ledger/ports.ts': "import { fault } from '../errors.ts'\nexport const ports = fault",
  'src/storage/memory/storage.ts': "export { ports } from '../../ledger/ports.ts'",
  'src/storage/sqlite/storage.ts': "export { ports } from '../../ledger/ports.ts'",
  'src/http/app.ts': "import express from 'express'\nexport const app = express",
  'src/cli/ledger-folder.ts': "export const open = () => import('../storage/sqlite/storage.ts')",
  'src/cli/main.ts': "import './ledger-folder.ts'\nimport '../http/app.ts'",
}

/** Each breaks one rule: path, source, what has to be reported. */
const badModules: readonly (readonly [path: string, source: string, report: string])[] = [
  [
    'src/tlog/up.ts',
    "import type { ports } from '../ledger/ports.ts'",
    'layer: tlog: src/tlog/up.ts → src/ledger/ports.ts',
  ],
  [
    'src/entry/side.ts',
    "export * from '../sbom/purl.ts'",
    'layer: entry: src/entry/side.ts → src/sbom/purl.ts',
  ],
  [
    'src/storage/memory/up.ts',
    "import '../../ledger/ledger.ts'",
    'layer: storage: src/storage/memory/up.ts → src/ledger/ledger.ts',
  ],
  [
    'src/http/open.ts',
    "import '../storage/memory/storage.ts'",
    'layer: http: src/http/open.ts → src/storage/memory/storage.ts',
  ],
  [
    'src/cli/lazy.ts',
    "export async function f() { await using open = (await import('../storage/sqlite/storage.ts')).open() }",
    'layer: cli: src/cli/lazy.ts → src/storage/sqlite/storage.ts',
  ],
  [
    'src/cli/ledger-folder.ts',
    "import '../http/app.ts'",
    'opens storage: src/cli/ledger-folder.ts → src/http/app.ts',
  ],
  [
    'src/storage/sqlite/peer.ts',
    "import '../memory/storage.ts'",
    'backends apart: src/storage/sqlite/peer.ts → src/storage/memory/storage.ts',
  ],
  [
    'src/storage/shared.ts',
    "import './memory/storage.ts'",
    'backends above: src/storage/shared.ts → src/storage/memory/storage.ts',
  ],
  [
    'src/ledger/door.ts',
    "import 'express'",
    'package: express: src/ledger/door.ts → node_modules/express/index.js',
  ],
  ['src/errors.ts', "import './encoding/hex.ts'", 'foundations: src/errors.ts → src/encoding/hex.ts'],
  ['src/map/a.ts', "import type {} from './b.ts'", 'no cycles: src/map/a.ts → src/map/b.ts'],
  ['src/sbom/alone.ts', 'export const alone = 1', 'no orphans: src/sbom/alone.ts → src/sbom/alone.ts'],
  [
    'src/verify/clock.ts',
    "import { now } from 'node:perf_hooks'",
    'portable: src/verify/clock.ts → perf_hooks',
  ],
  ['src/client/buffer.ts', "import { Buffer } from 'buffer'", 'portable: src/client/buffer.ts → buffer'],
  [
    'src/crypto/direct.ts',
    "import './backend-node.ts'",
    'backend by condition: src/crypto/direct.ts → src/crypto/backend-node.ts',
  ],
  [
    'src/cli/helped.ts',
    "import '../../test/helper.ts'",
    'no tests in src: src/cli/helped.ts → test/helper.ts',
  ],
  ['src/cli/dev.ts', "import 'mocha'", 'declared packages: src/cli/dev.ts → node_modules/mocha/index.js'],
  ['src/cli/lost.ts', "import './nowhere.ts'", 'declared packages: src/cli/lost.ts → ./nowhere.ts'],
]

/** Without comments, which may name what the code must not call. */
function code(path: string): string {
  return readFileSync(join(repositoryRoot, path), 'utf8').replaceAll(/\/\*.*?\*\/|\/\/ [^\n]*/gs, '')
}

describe('architecture', () => {
  let temporary: string
  before(() => (temporary = mkdtempSync(join(tmpdir(), 'attestree-layers-'))))
  after(() => rmSync(temporary, { recursive: true }))

  it('every module of src is read, and none breaks a rule', () => {
    const { modules, violations } = readModules(repositoryRoot)
    // dependency-cruiser reads nothing, and so finds nothing, where no parser of TypeScript is installed.
    expect(modules.toSorted()).to.deep.equal(filesUnder('src', '.ts'))
    expect(violations).to.deep.equal([])
  })

  it('a tree that keeps the rules is not reported', () => {
    write(join(temporary, 'good'), goodTree)
    const { modules, violations } = readModules(join(temporary, 'good'))
    expect(modules).to.have.length(Object.keys(goodTree).filter((path) => path.startsWith('src/')).length)
    expect(violations).to.deep.equal([])
  })

  it('each deliberate violation is reported', () => {
    const bad = join(temporary, 'bad')
    write(bad, goodTree)
    write(bad, { 'src/sbom/purl.ts': '', 'src/map/b.ts': "import './a.ts'", 'src/ledger/ledger.ts': '' })
    write(bad, Object.fromEntries(badModules.map(([path, source]) => [path, source])))
    const { violations } = readModules(bad)
    expect(violations).to.include.members(badModules.map(([, , report]) => report))
  })

  it('every rule is broken by one of the deliberate violations, or is one of a table tried above', () => {
    const tried = badModules.map(([, , report]) => report)
    const untried = rules
      .map(({ name }) => name)
      .filter((name) => !tried.some((report) => report.startsWith(name)))
    expect(untried.filter((name) => !/^(layer|package): /.test(name))).to.deep.equal([])
  })

  it('the table names every folder and file directly under src, and every runtime dependency', () => {
    const places = new Set(filesUnder('src', '.ts').map((path) => path.split('/')[1] ?? ''))
    const unnamed = [...places].filter((place) => !(place in layers) && !foundations.includes(place))
    expect(unnamed).to.deep.equal([])
    const manifest = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as {
      dependencies: object
    }
    expect(Object.keys(packageHomes)).to.have.members(Object.keys(manifest.dependencies))
  })

  it('the table in src/README.md is the table of scripts/layers.cjs', () => {
    const map = readFileSync(join(repositoryRoot, 'src/README.md'), 'utf8')
    expect(map, 'paste what `node scripts/layers.cjs` prints').to.include(`\n${layersTable()}\n`)
  })

  it('the portable compile takes in every portable module, and no types of Node', () => {
    const read = compile(join(repositoryRoot, 'scripts/tsconfig.portable.json'), '--listFilesOnly')
    expect(read.filter((path) => path.includes('/@types/'))).to.deep.equal([])
    const portable = filesUnder('src', '.ts').filter((path) => layers[path.split('/')[1] ?? '']?.portable)
    const missing = portable.filter((path) => !read.includes(join(repositoryRoot, path)))
    expect(missing).to.deep.equal(['src/crypto/backend-node.ts'])
  })

  it('the portable compile refuses what only Node has', () => {
    const project = join(temporary, 'portable')
    write(project, {
      'tsconfig.json': JSON.stringify({
        extends: join(repositoryRoot, 'scripts/tsconfig.portable.json'),
        include: ['*.ts'],
      }),
      'node.ts': "import { readFileSync } from 'node:fs'\nexport const all = [readFileSync, Buffer, process]",
    })
    const errors = compile(join(project, 'tsconfig.json')).filter((line) => line.includes('error'))
    expect(errors).to.have.length(3)
  })

  it('only the command line reads the clock or throws dice: elsewhere time and randomness are arguments', () => {
    const found = filesUnder('src', '.ts')
      .filter((path) => !path.startsWith('src/cli/'))
      .filter((path) =>
        /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\brandomBytes\b|\bgetRandomValues\b/.test(code(path)),
      )
    expect(found).to.deep.equal([])
  })
})
