/** Test files as one script for a browser: the sources of the program with its browser backend, and no Node. */
import { readFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { repositoryRoot } from '../helpers/repository.ts'

const inBrowserFolder = (name: string): string => join(repositoryRoot, 'test/browser', name)

/** Prime, so that each kind of change at each place has its turn. */
const MANGLE_STRIDE = 41

/** `setImmediate` for tests that let others in: a browser has none, and its setTimeout waits for milliseconds. */
const BANNER = `
globalThis.setImmediate ??= (go) => {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => { port1.close(); go() }
  port2.postMessage(0)
}`

const nodeModule = new RegExp(`^(node:)?(${builtinModules.join('|')})$`)

/** What node-shims.ts has, and else a refusal: a module of Node breaks what uses it, not what merely imports it. */
const refusing = (module: string): string => `
const known = require(${JSON.stringify(inBrowserFolder('node-shims.ts'))})
const get = (_, name) => {
  if (name in known) return known[name]
  if (typeof name === 'symbol' || name === '__esModule') return undefined
  throw new Error('no ${module}.' + name + ' in a browser')
}
module.exports = Object.create(new Proxy({}, { get }))`

/** Mocha is the page's own. The one cryptography is the browser's, in tests that name both as well. */
const pageModules: Plugin = {
  name: 'page modules',
  setup(pages) {
    pages.onResolve({ filter: /^mocha$/ }, () => ({ path: inBrowserFolder('mocha-global.ts') }))
    pages.onResolve({ filter: /\/backend-node\.ts$/ }, () => ({
      path: join(repositoryRoot, 'src/crypto/backend-browser.ts'),
    }))
    // Tests of the verifier make their logs with the real ledger, in memory. Nothing of the verifier sees this.
    pages.onLoad({ filter: /\/src\/storage\/.*\.ts$/ }, async ({ path }) => ({
      contents: `import { Buffer } from '${inBrowserFolder('node-shims.ts')}'\n${await readFile(path, 'utf8')}`,
      loader: 'ts',
    }))
    pages.onResolve({ filter: /\/manifest-root\.ts$/ }, () => ({ path: inBrowserFolder('manifest-root.ts') }))
    pages.onResolve({ filter: nodeModule }, ({ path }) => ({ path, namespace: 'node' }))
    pages.onLoad({ filter: /.*/, namespace: 'node' }, ({ path }) => ({
      contents: refusing(path),
      resolveDir: repositoryRoot,
    }))
  },
}

/** @param files test files, relative to the repository; the script sets `attestreeRun`, which runs them */
export async function bundleSuites(files: readonly string[]): Promise<string> {
  const suites = files.map((file) => `${JSON.stringify(file)}: () => import('./${file}')`)
  const contents = `import { runSuites } from './test/browser/in-page.ts'
    globalThis.attestreeRun = () => runSuites({ ${suites.join(', ')} })`
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: repositoryRoot, sourcefile: 'suites.ts', loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    conditions: ['source'],
    banner: { js: BANNER },
    define: {
      'process.env': JSON.stringify({ MANGLE_STRIDE: String(MANGLE_STRIDE) }),
      'import.meta.dirname': '"/repository/test/helpers"',
      'import.meta.url': '"file:///repository/test/helpers/x.ts"',
    },
    plugins: [pageModules],
    logLevel: 'silent',
  })
  return outputFiles[0]?.text ?? ''
}
