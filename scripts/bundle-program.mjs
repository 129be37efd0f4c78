/**
 * Bundles the command from src: `dist/cli/main.js`, the programs of its threads, and what they share, our packages
 * included. A start then opens ten files, where Node would look up four hundred.
 *
 * All stands flat in one folder, so that a thread's program is beside whoever starts it. The library of the package is
 * not bundled: tsc writes it, file by file, with its types.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

/**
 * Not copied: a binary of the platform; what looks up parts of its own when it runs; and what strangers reach over the
 * network, so that a fix of it arrives with `npm update`.
 */
const external = ['better-sqlite3', '@cyclonedx/cyclonedx-library', 'express', 'express-rate-limit', 'helmet']

const folder = 'dist/cli'
/** By their name: a thread's program is imported by nobody. */
const threads = readdirSync('src', { recursive: true }).filter((path) => path.endsWith('-worker.ts'))
const { metafile } = await build({
  entryPoints: ['cli/main.ts', ...threads].map((path) => join('src', path)),
  outdir: folder,
  entryNames: '[name]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  conditions: ['source'],
  external,
  metafile: true,
  logLevel: 'warning',
  // For the packages that are CommonJS and ask for a module of Node.
  banner: {
    js: "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)",
  },
})
writeFileSync(join(folder, 'LICENSES.txt'), licences(Object.keys(metafile.inputs)))

/** The licences of the packages that are copied into the bundle, as they ask for. */
function licences(inputs) {
  const found = inputs.map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+\//.exec(path)?.[0])
  const packages = [...new Set(found)].filter((path) => path !== undefined)
  return packages.map((path) => `${licenceOf(path)}\n`).join(`\n${'-'.repeat(80)}\n\n`)
}

function licenceOf(path) {
  const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
  const file = readdirSync(path).find((one) => /^licen[cs]e/i.test(one))
  const text = file === undefined ? '' : readFileSync(join(path, file), 'utf8')
  return `${name} ${version} (${license})\n\n${text.trim()}`.trim()
}
