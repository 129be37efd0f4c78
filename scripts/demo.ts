/**
 * `npm run demo`: the main job from end to end, on this project's own SBOMs, in a temporary folder that is removed at
 * the end. It runs the real program as a user would, checks what comes of every step, and exits 0 only if all of it
 * came as told.
 */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { digestOfFiles, forgeDigit, provenanceOf, sourceOf } from './demo/inputs.ts'
import { openShell, type Shell } from './demo/shell.ts'

const project = join(import.meta.dirname, '..')
const root = mkdtempSync(join(tmpdir(), 'attestree-demo-'))
const work = join(root, 'work')
const shell = openShell({
  folder: work,
  env: environment(),
  columns: columns(),
  print: (line) => console.log(line),
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => leave(130))
try {
  prepare()
  await tell(shell)
  shell.say('Done. Everything above stood in a temporary folder, which is removed now.')
  leave(0)
} catch (cause) {
  console.error(`\n✕ The demo failed: ${cause instanceof Error ? cause.message : String(cause)}`)
  leave(1)
}

function leave(code: number): never {
  shell.abandon()
  rmSync(root, { recursive: true, force: true })
  process.exit(code)
}

/** `attestree` is the built program; settings, keys and npm's own files stay in the temporary folder. */
function environment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|ATTESTREE_)/i.test(name))
  return {
    ...Object.fromEntries(inherited),
    PATH: `${join(root, 'bin')}:${process.env['PATH'] ?? ''}`,
    XDG_CONFIG_HOME: join(root, 'config'),
    ATTESTREE_PASSPHRASE: 'a passphrase for the demo',
    COLUMNS: String(columns()),
    PROJECT: project,
    npm_config_cache: join(root, 'npm'),
    npm_config_update_notifier: 'false',
    ...(process.stdout.isTTY && process.env['NO_COLOR'] === undefined ? { FORCE_COLOR: '1' } : {}),
  }
}

/** As wide as the reader's terminal, within what reads well. */
function columns(): number {
  return Math.min(process.stdout.columns ?? 110, 110)
}

function prepare(): void {
  mkdirSync(join(root, 'bin'))
  mkdirSync(work)
  const program = join(root, 'bin', 'attestree')
  writeFileSync(
    program,
    `#!/bin/sh\nexec "${process.execPath}" "${join(project, 'dist', 'cli', 'main.js')}" "$@"\n`,
  )
  chmodSync(program, 0o755)
}

async function tell(at: Shell): Promise<void> {
  at.say('A real ledger, real keys and real SBOMs, in a temporary folder.')
  await createLedger(at)
  await describeImages(at)
  await submit(at)
  await ask(at)
  await loseKey(at)
  await judge(at)
  await keepEvidence(at)
}

async function createLedger(at: Shell): Promise<void> {
  at.say(
    'An operator creates a ledger. (ATTESTREE_PASSPHRASE is set here, so that nothing has to ask for one.)',
  )
  await at.run('attestree server init --origin ledger.example --data ledger --signer-dir signer', {
    says: ['(entry 0)'],
  })
  const started = await at.start('attestree server start --data ledger --signer-dir signer --port 0')
  at.say(
    'Everybody writes down once which log they trust. From now on, nothing the server says is believed unchecked.',
  )
  at.set('URL', /http:\/\/\S+/.exec(started)?.[0] ?? '')
  await at.run('attestree trust init "$URL"', { says: ['Wrote attestree-trust.yaml'] })
  at.say(
    'Two builders make keys, and the administrator registers each for the kinds of statement it may sign.',
  )
  const made = await at.run('attestree key new ci', { says: ['ecdsa-p256'] })
  at.set('KEY', /sha256:[0-9a-f]{64}/.exec(made)?.[0] ?? '')
  await at.run(
    "attestree trust add-signer ci --key ci.pub \\\n --types 'https://spdx.dev/Document*' 'https://cyclonedx.org/bom*' 'https://slsa.dev/provenance/*'",
    { says: ['version 2 recorded #1'] },
  )
  await at.run('attestree key new lab')
  await at.run("attestree trust add-signer lab --key lab.pub --types 'https://slsa.dev/provenance/*'", {
    says: ['version 3 recorded #2'],
  })
}

async function describeImages(at: Shell): Promise<void> {
  const { commit, real } = sourceOf(project)
  at.say(
    'Real input: npm lists what this project is made of. Its production tree is one image, with its development tools it is another. No registry is needed here: each digest is the SHA-256 of the files that the image would hold.',
  )
  await at.run('npm --prefix "$PROJECT" sbom --omit dev --sbom-format spdx > prod.spdx.json')
  await at.run('npm --prefix "$PROJECT" sbom --sbom-format cyclonedx > dev.cdx.json')
  at.set('PROD', `registry.example/attestree:0.1.0@${digestOfFiles(project, ['package.json', 'dist'])}`)
  at.set(
    'DEV',
    `registry.example/attestree-dev:0.1.0@${digestOfFiles(project, ['package.json', 'package-lock.json', 'dist', 'src'])}`,
  )
  at.set('OLD', `registry.example/attestree:0.0.9@${digestOfFiles(project, ['package.json'])}`)
  at.say(
    `The builder says where each came from (SLSA provenance). ${real ? 'The commit is the one checked out here.' : 'This is no git checkout, so the commit is made up.'}`,
  )
  writeFileSync(
    join(work, 'provenance.json'),
    provenanceOf('https://ci.example/builder', 'git.example/attestree', commit),
  )
  await at.run('cat provenance.json', { says: [commit] })
}

async function submit(at: Shell): Promise<void> {
  at.say(
    'CI signs and submits. Success means: on stable storage, in the tree, and proven so under a signed checkpoint.',
  )
  await at.run('attestree submit "$PROD" --sbom prod.spdx.json --provenance provenance.json --key ci.key', {
    says: ['recorded #3', 'recorded #4'],
  })
  await at.run('attestree submit "$DEV" --sbom dev.cdx.json --provenance provenance.json --key ci.key', {
    says: ['recorded #5', 'recorded #6'],
  })
  at.say('The lab records an older image, but has no SBOM of it.')
  await at.run('attestree submit "$OLD" --provenance provenance.json --key lab.key', {
    says: ['recorded #7'],
  })
}

async function ask(at: Shell): Promise<void> {
  at.say('A responder asks: which images contain express below version 6?')
  await at.run("attestree find pkg:npm/express --range '<6'", {
    says: [
      '2 of 2 images with an SBOM contain',
      'Of 3 images: 2 affected, 0 not affected, 0 undetermined, 1 unknown',
      '✓ #3 #4',
      '✓ #5 #6',
    ],
  })
  at.say('And mocha, by its name? Only the image with the development tools.')
  await at.run("attestree find mocha --range '>=1'", {
    says: [
      'mocha means pkg:npm/mocha',
      '1 of 2 images with an SBOM contains',
      'Of 3 images: 1 affected, 1 not affected, 0 undetermined, 1 unknown',
      'attestree-dev:0.1.0',
    ],
  })
  at.say('And a package that none contains? The image without an SBOM is counted as unknown, never as clean.')
  await at.run('attestree find pkg:npm/event-stream@3.3.6', {
    says: [
      'None of 2 images with an SBOM is known to contain',
      'Of 3 images: 0 affected, 2 not affected, 0 undetermined, 1 unknown',
    ],
  })
}

async function loseKey(at: Shell): Promise<void> {
  at.say(
    "CI's key leaks. The log has 8 entries at that moment; then whoever found the key signs an image of their own.",
  )
  at.set('BAD', `registry.example/attestree:0.1.1@${digestOfFiles(project, ['README.md'])}`)
  await at.run('attestree submit "$BAD" --sbom prod.spdx.json --key ci.key', { says: ['recorded #8'] })
  at.say(
    'The administrator revokes the key since size 8: one more signed entry. Nothing is edited, nothing removed.',
  )
  await at.run('attestree revoke "key:$KEY" --reason key-compromise --since 8', { says: ['recorded #9'] })
}

async function judge(at: Shell): Promise<void> {
  at.say(
    'What the key signed before stays good, by its place in the log: no clock is asked, so a thief cannot date anything back.',
  )
  await at.run('attestree verify "$PROD"', {
    says: ['valid-before-compromise', 'since size 8 (#9)', '✓ Vouched for: 2 attestations'],
  })
  at.say('What it signed afterwards is not, and the exit code says so.')
  await at.run('attestree verify "$BAD"', { exit: 14, says: ['after-cutoff', 'REVOKED'] })
  await at.run('attestree show "key:$KEY"', { says: ['revoked-since', 'entry #9'] })
  at.say('The key can sign nothing new.')
  await at.run('attestree submit "$BAD" --provenance provenance.json --key ci.key', {
    exit: 14,
    says: ['revoked-key'],
  })
  at.say(
    "Asked again: the leaked key's image is unknown now, since its only SBOM no longer counts. The others stand.",
  )
  await at.run("attestree find pkg:npm/express --range '<6'", {
    says: [
      '2 of 2 images with an SBOM contain',
      'Of 4 images: 2 affected, 0 not affected, 0 undetermined, 2 unknown',
      'As of 10 entries',
    ],
  })
}

async function keepEvidence(at: Shell): Promise<void> {
  at.say(
    'An answer to keep: one file with the question, the rows, the proofs and everything that was signed. Then the server stops.',
  )
  await at.run("attestree get evidence pkg:npm/express --range '<6' --out express.evidence.json", {
    says: ['Wrote express.evidence.json'],
  })
  await at.stop()
  at.say('Anybody with the log key verifies it, without the server, the network or a clock.')
  await at.run('attestree verify express.evidence.json', {
    says: [
      'verifies, offline',
      'as of size 10',
      'Each of the 2 rows is stated by signed entries',
      'No row is missing as of size 10',
      '? audited:',
    ],
  })
  await forge(at)
  at.say('The operator checks what is on the disk: every signature, tile, entry and index key.')
  await at.run('attestree server check ledger --signer-dir signer', { says: ['✓ OK', '10 entries'] })
}

async function forge(at: Shell): Promise<void> {
  const text = readFileSync(join(work, 'express.evidence.json'), 'utf8')
  const { answer } = JSON.parse(text) as {
    answer: {
      items: { matches: { purl: string; entry: number }[] }[]
      entries: Record<string, { attestation: string }>
    }
  }
  const match = answer.items[0]?.matches[0]
  if (match === undefined) throw new Error('the evidence has no row')
  const { offset, was, becomes } = forgeDigit(
    text,
    answer.entries[match.entry]?.attestation ?? '',
    match.purl,
  )
  const version = match.purl.slice(match.purl.lastIndexOf('@') + 1)
  at.say(
    `Somebody would like that SBOM to say another version than ${version}: byte ${offset} of the file, "${was}", becomes "${becomes}".`,
  )
  await at.run(
    `cp express.evidence.json forged.evidence.json\nprintf ${becomes} | dd of=forged.evidence.json bs=1 seek=${offset} conv=notrunc 2> /dev/null`,
  )
  await at.run('attestree verify forged.evidence.json', { exit: 15, says: ['entry-mismatch', 'exit 15'] })
}
