/**
 * The layers (style.md 2 and habit 5): ONE table says what each folder of src/ holds and which folders it may
 * import. The rules of dependency-cruiser and the table in src/README.md are made from it, and
 * test/architecture.test.ts runs them; `node scripts/layers.cjs` prints the table for src/README.md.
 *
 * Which entries, exports and packages are unused is the business of knip (knip.json).
 */
'use strict'

/** Pure and portable, lowest first; the order of style.md 2. */
const log = ['encoding', 'crypto', 'tlog']
const portable = [...log, 'attestation', 'sbom', 'entry', 'trust', 'map']

/**
 * Keys are folders or files under src/; a folder's own files and brand.ts, errors.ts are open to it always.
 * `portable` folders run in any browser: no Node modules, no Node types.
 */
const layers = {
  encoding: { imports: [], portable: true, holds: 'bytes and text without meaning: base64, hex, JSON, PEM' },
  crypto: { imports: ['encoding'], portable: true, holds: 'SHA-256, keys, signatures, key files' },
  tlog: {
    imports: ['encoding', 'crypto'],
    portable: true,
    holds: 'the log: hashes, proofs, tiles, notes, checkpoints',
  },
  attestation: {
    imports: ['encoding', 'crypto'],
    portable: true,
    holds: 'what somebody signed: envelope, statement, predicates',
  },
  sbom: {
    imports: ['encoding', 'attestation'],
    portable: true,
    holds: 'components, purls, versions, ranges',
  },
  entry: {
    imports: [...log, 'attestation'],
    portable: true,
    holds: 'what is logged: where attestation and tlog meet',
  },
  trust: {
    imports: [...log, 'attestation'],
    portable: true,
    holds: 'trust state as a fold, admission, status',
  },
  map: {
    imports: [...log, 'attestation', 'sbom'],
    portable: true,
    holds: 'manifests to keys; the maps and their proofs',
  },
  verify: {
    imports: portable,
    portable: true,
    holds: 'verdicts: entries, answers, evidence; no I/O, no clock',
  },
  client: { imports: [...portable, 'verify'], portable: true, holds: 'the SDK: fetch, check, then answer' },
  ledger: {
    imports: [...portable, 'verify'],
    portable: false,
    holds: 'the flow, one file per step; I/O only through ports.ts',
  },
  threads: { imports: [], portable: false, holds: 'orders to worker threads of this program' },
  storage: {
    imports: ['encoding', 'crypto', 'map', 'ledger/ports.ts', 'threads'],
    portable: false,
    holds: 'the ports, one folder per technology',
  },
  http: {
    imports: [...portable, 'verify', 'ledger', 'threads'],
    portable: false,
    holds: 'routes; problem.ts maps faults to statuses',
  },
  cli: {
    imports: [...portable, 'verify', 'client', 'ledger', 'http', 'threads'],
    portable: false,
    holds: 'one file per command; wires everything',
  },
  'index.ts': { imports: [...portable, 'verify', 'client'], portable: true, holds: 'public entry: the SDK' },
  'verify.ts': {
    imports: [...portable, 'verify'],
    portable: true,
    holds: 'public entry: the verifier alone',
  },
  'server.ts': {
    imports: [...portable, 'verify', 'ledger', 'storage', 'http'],
    portable: false,
    holds: 'public entry: a ledger in a Node program',
  },
}

/** Open to everybody. */
const foundations = ['brand.ts', 'errors.ts']

/** The one place outside the public entry server.ts that opens storage. */
const opensStorage = 'cli/ledger-folder.ts'

/** The one portable-folder file that may import Node's modules; everybody else says `#crypto-backend`. */
const nodeBackend = 'crypto/backend-node.ts'

/** Each runtime package has a home; nothing outside knows that it exists. */
const packageHomes = {
  '@cyclonedx/cyclonedx-library': ['ledger', 'http'],
  '@inquirer/password': ['cli'],
  '@noble/curves': ['crypto'],
  '@noble/hashes': ['crypto'],
  // Loaded by the CycloneDX library alone, to validate.
  ajv: [],
  'ajv-formats': [],
  'ajv-formats-draft2019': [],
  'better-sqlite3': ['storage/sqlite'],
  canonicalize: ['encoding'],
  commander: ['cli'],
  express: ['http'],
  'express-rate-limit': ['http'],
  helmet: ['http'],
  merkletreejs: ['ledger'],
  'spdx-expression-parse': ['sbom'],
  'spdx-license-ids': ['sbom'],
  tweetnacl: ['crypto'],
  yaml: ['client', 'cli'],
}

const quote = (text) => text.replaceAll('.', '\\.')
const pathOf = (place) => (place.endsWith('.ts') ? `^src/${quote(place)}$` : `^src/${quote(place)}/`)
const isOutside = (places) => places.map(pathOf)
const named = (places) => (places.length === 0 ? 'nothing' : places.join(', '))
const portablePaths = Object.keys(layers)
  .filter((place) => layers[place].portable)
  .map(pathOf)

function layerRule([place, { imports }]) {
  return {
    name: `layer: ${place}`,
    comment: `${place} imports only ${named(imports)}. Move what you need down a layer, or take it as an argument.`,
    severity: 'error',
    from: { path: pathOf(place), pathNot: pathOf(opensStorage) },
    to: { path: '^src/', pathNot: isOutside([...foundations, place, ...imports]) },
  }
}

function homeRule([name, homes]) {
  return {
    name: `package: ${name}`,
    comment: `${name} lives in ${homes.join(', ')} only. Call what stands there, or change packageHomes and say why.`,
    severity: 'error',
    from: { path: '^src/', pathNot: isOutside(homes) },
    to: { path: `(^|/)node_modules/(@types/)?${quote(name)}/` },
  }
}

const rules = [
  ...Object.entries(layers).map(layerRule),
  ...Object.entries(packageHomes).map(homeRule),
  {
    name: 'foundations',
    comment: 'brand.ts and errors.ts import nothing but each other, since everybody imports them.',
    severity: 'error',
    from: { path: isOutside(foundations) },
    to: { pathNot: isOutside(foundations) },
  },
  {
    name: 'opens storage',
    comment: `${opensStorage} opens a ledger in a folder: it imports storage, ledger and what is below them, no door and no client.`,
    severity: 'error',
    from: { path: pathOf(opensStorage) },
    to: { path: '^src/', pathNot: isOutside([...foundations, ...portable, 'ledger', 'storage', 'cli']) },
  },
  {
    name: 'backends apart',
    comment: 'A storage backend knows no other: what two of them need stands in storage/ itself, or below.',
    severity: 'error',
    from: { path: '^src/storage/([^/]+)/' },
    to: { path: '^src/storage/[^/]+/', pathNot: '^src/storage/$1/' },
  },
  {
    name: 'backends above',
    comment: 'What stands in storage/ itself is shared by the backends, and knows none of them.',
    severity: 'error',
    from: { path: '^src/storage/[^/]+\\.ts$' },
    to: { path: '^src/storage/[^/]+/' },
  },
  {
    name: 'no cycles',
    comment: 'Two modules that import each other are one idea in two files, or the wrong one owns a type.',
    severity: 'error',
    from: { path: '^src/' },
    to: { circular: true },
  },
  {
    name: 'no orphans',
    comment: 'Nothing imports this module and it imports nothing: connect it or delete it.',
    severity: 'error',
    from: { orphan: true, path: '^src/' },
    to: {},
  },
  {
    name: 'portable',
    comment: `Portable folders run in a browser: no Node module, except in ${nodeBackend}. Use Uint8Array, fetch, URL.`,
    severity: 'error',
    from: { path: portablePaths, pathNot: pathOf(nodeBackend) },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'backend by condition',
    comment: "Import '#crypto-backend': the package's import map picks the Node or the browser module.",
    severity: 'error',
    from: { path: '^src/' },
    to: { path: '^src/crypto/backend-(node|browser)\\.ts$', dependencyTypesNot: ['aliased-subpath-import'] },
  },
  {
    name: 'no tests in src',
    comment: 'What runs in production imports no test, script or build output.',
    severity: 'error',
    from: { path: '^src/' },
    to: { path: '^(test|scripts|dist)/' },
  },
  {
    name: 'declared packages',
    comment: 'src imports only runtime dependencies of package.json, and only modules that exist.',
    severity: 'error',
    from: { path: '^src/' },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'] },
  },
]

/** Options of dependency-cruiser. TypeScript 7 has no parser that it can use, so swc reads the sources. */
const options = {
  parser: 'swc',
  doNotFollow: { path: '(^|/)node_modules/' },
}

/** `source` makes `#crypto-backend` the TypeScript file. */
const resolveOptions = {
  exportsFields: ['exports'],
  conditionNames: ['source', 'node', 'import', 'types', 'default'],
}

/** "all above but …" where that is shorter, since most layers open to most of what is below them. */
function namedShort(place, imports) {
  const folders = Object.keys(layers).filter((other) => !other.endsWith('.ts'))
  const above = folders.includes(place) ? folders.slice(0, folders.indexOf(place)) : folders
  const closed = above.filter((other) => !imports.includes(other))
  if (imports.length < 6) return named(imports)
  return closed.length === 0 ? 'all above' : `all above but ${named(closed)}`
}

/** The table of src/README.md, as Markdown. */
function layersTable() {
  const rows = Object.entries(layers).map(
    ([place, { imports, portable: isPortable, holds }]) =>
      `| \`${place}\` | ${holds} | ${isPortable ? 'yes' : 'no'} | ${namedShort(place, imports)} |`,
  )
  return ['| place | what it holds | portable | may import |', '| --- | --- | --- | --- |', ...rows].join(
    '\n',
  )
}

module.exports = { rules, options, resolveOptions, layers, foundations, packageHomes, layersTable }

if (require.main === module) process.stdout.write(`${layersTable()}\n`)
