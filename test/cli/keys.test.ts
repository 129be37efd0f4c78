/** Key files on disk: nobody else can read them, nothing overwrites them, and the passphrase is never shown. */
import { chmodSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { expectRefusal, openBench, PASSPHRASE, type Bench } from '../helpers/cli.ts'
import { together } from '../helpers/together.ts'
import { itWithVectors } from '../helpers/vectors.ts'

const modeOf = (path: string): number => statSync(path).mode & 0o777

describe('attestree key', () => {
  let bench: Bench
  let made: string

  before(async () => {
    bench = await openBench()
    made = (await bench.ok('key', 'new', 'builder')).stdout
  })

  after(() => bench.dispose())

  const tests = together()

  it('new writes a private key that only its owner can read, encrypted, and a public key', () => {
    expect(modeOf(bench.path('builder.key'))).to.equal(0o600)
    expect(modeOf(bench.path('builder.pub'))).to.equal(0o644)
    expect(readFileSync(bench.path('builder.key'), 'utf8')).to.match(
      /^-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n/,
    )
    expect(made).to.match(
      /Wrote builder\.key and builder\.pub\n {2}Key {2}sha256:[0-9a-f]{64} {2}\(ecdsa-p256\)\n$/,
    )
  })

  tests.it('show tells the same key id of both halves', async () => {
    const [fromPublic, fromPrivate] = await Promise.all([
      bench.ok('key', 'show', 'builder.pub'),
      bench.ok('key', 'show', 'builder.key'),
    ])
    expect(fromPrivate.stdout).to.equal(fromPublic.stdout)
    expect(made).to.include(fromPublic.stdout.split('  ')[0])
    expect(fromPublic.stdout).to.include(readFileSync(bench.path('builder.pub'), 'utf8'))
  })

  tests.it('new never overwrites either half', async () => {
    const [key, pub] = ['builder.key', 'builder.pub'].map((name) => readFileSync(bench.path(name)))
    expectRefusal(
      await bench.run(['key', 'new', 'builder']),
      33,
      /builder\.key: there is a file already[^]*Move it away/,
    )
    expect(readFileSync(bench.path('builder.key'))).to.deep.equal(key)
    expect(readFileSync(bench.path('builder.pub'))).to.deep.equal(pub)
  })

  tests.it('a file that others can read is refused, with the command that mends it', async () => {
    await bench.write('exposed.key', readFileSync(bench.path('builder.key')))
    for (const mode of [0o640, 0o604]) {
      chmodSync(bench.path('exposed.key'), mode)
      expectRefusal(
        await bench.run(['key', 'show', 'exposed.key']),
        33,
        /Do +chmod 600 exposed\.key\n.*key-file-exposed/,
      )
    }
  })

  tests.it('another passphrase does not open it; an empty one is a passphrase too', async () => {
    const wrong = await bench.run(['key', 'show', 'builder.key'], {
      env: { ATTESTREE_PASSPHRASE: 'hunter2' },
    })
    expectRefusal(wrong, 33, /wrong-passphrase/)
    expect(wrong.stderr).not.to.include('hunter2')
    const empty = { env: { ATTESTREE_PASSPHRASE: '' } }
    expect(await bench.run(['key', 'new', 'plain', '--type', 'ed25519'], empty)).to.include({ code: 0 })
    expect((await bench.run(['key', 'show', 'plain.key'], empty)).stdout).to.include('(ed25519)')
    expectRefusal(await bench.run(['key', 'show', 'plain.key']), 33, /wrong-passphrase/)
  })

  tests.it('without a passphrase and without a terminal it asks nobody, and says what to set', async () => {
    const none = { env: { ATTESTREE_PASSPHRASE: undefined } }
    expectRefusal(
      await bench.run(['key', 'show', 'builder.key'], none),
      2,
      /no terminal to ask on[^]*Set ATTESTREE_PASSPHRASE/,
    )
    expectRefusal(await bench.run(['key', 'new', 'other'], none), 2, /no terminal to ask on/)
  })

  tests.it(
    'what is no key is refused: a private key as the public one, a public one as private, something large',
    async () => {
      await bench.write('private.pub', readFileSync(bench.path('builder.key')))
      await bench.write('public.key', readFileSync(bench.path('builder.pub')), 0o600)
      await bench.write('large.key', 'x'.repeat(70_000), 0o600)
      const wrong: readonly (readonly [file: string, code: number])[] = [
        ['private.pub', 33],
        ['public.key', 33],
        ['large.key', 2],
      ]
      for (const [file, code] of wrong)
        expectRefusal(await bench.run(['key', 'show', file]), code, new RegExp(file.replace('.', '\\.')))
    },
  )

  itWithVectors(
    'cosign',
    "cosign's own key file opens, and is the key of its public half",
    async (folder) => {
      await bench.write('cosign.key', readFileSync(join(folder, 'cosign.key')), 0o600)
      await bench.write('cosign.pub', readFileSync(join(folder, 'cosign.pub')))
      const opened = await bench.run(['key', 'show', 'cosign.key'], {
        env: { ATTESTREE_PASSPHRASE: 'attestree' },
      })
      expect(opened).to.include({ code: 0, stdout: (await bench.ok('key', 'show', 'cosign.pub')).stdout })
    },
  )

  it('the passphrase is nowhere in a file', () => {
    for (const name of ['builder.key', 'builder.pub'])
      expect(readFileSync(bench.path(name), 'utf8')).not.to.include(PASSPHRASE)
  })
})
