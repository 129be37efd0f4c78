/** Two administrators at two keyboards: a trust root and an annulment, each signed by one and then by the other. */
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { Client } from '../../src/client/client.ts'
import { currentTrustRoot } from '../../src/client/current-trust-root.ts'
import { firstContact } from '../../src/client/first-contact.ts'
import { parsePublicKeyPem } from '../../src/crypto/public-key.ts'
import { formatBase64 } from '../../src/encoding/base64.ts'
import { expectRefusal } from '../helpers/cli.ts'
import { openLedgerBench, SHOP, type LedgerBench } from '../helpers/ledger-bench.ts'

describe('attestree trust cosign', () => {
  let bench: LedgerBench

  before(async () => {
    bench = await openLedgerBench()
  })

  after(() => bench.dispose())

  /** The id that the first administrator is told to hand on. */
  const waiting = (stdout: string): string => /cosign (sha256:[0-9a-f]{64})/.exec(stdout)?.[1] ?? ''

  it('a version that asks for two waits for the second, who sees the same change', async () => {
    const { url } = bench.server
    const { root } = await currentTrustRoot(new Client({ url, ...(await firstContact(url)) }))
    const { id, spki } = parsePublicKeyPem(readFileSync(bench.path('stranger.pub'), 'utf8'))
    const next = {
      ...root,
      admins: { principals: ['admin', 'bob'], threshold: 2 },
      principals: { ...root.principals, bob: { keys: [id] } },
      keys: { ...root.keys, [id]: { spki: formatBase64(spki) } },
    }
    await bench.write('next.json', JSON.stringify(next))
    const proposed = (await bench.ok('trust', 'update', 'next.json', '--yes')).stdout
    const change = '+ 2 of the administrators must sign\n  + bob is an administrator\n'
    expect(proposed)
      .to.include(change)
      .and.to.match(
        /recorded #7\n[^]*Not in force yet: it needs the signatures of 1 administrator of version 4\./,
      )
    const signed = await bench.ok(
      'trust',
      'cosign',
      waiting(proposed),
      '--admin-key',
      'stranger.key',
      '--yes',
    )
    expect(signed.stdout)
      .to.include(change)
      .and.to.include('Trust root version 4 recorded #8')
      .and.not.to.include('Not in force')
  })

  it('a revocation made by mistake is annulled by both, and the image is good again', async () => {
    await bench.ok('revoke', SHOP, '--reason', 'malicious-artifact')
    const annulled = (await bench.ok('trust', 'annul', '9', '--reason', 'mistake', '--yes')).stdout
    expect(annulled)
      .to.match(/^Entry #9 revokes image:sha256:[0-9a-f]{64}: malicious-artifact \(all\)\n/)
      .and.to.include('Not in effect yet: it needs the signatures of 1 more administrator.')
    const cosign = ['trust', 'cosign', waiting(annulled), '--admin-key', 'stranger.key', '--yes']
    expect((await bench.ok(...cosign)).stdout).to.include(
      'Entry #9 takes nothing back any more, from entry #11 on.',
    )
    const [again, verified] = await Promise.all([bench.ok(...cosign), bench.ok('verify', SHOP)])
    expect(again.stdout).to.include('annulled already, by #11')
    expect(verified.stdout).to.match(/#3 .* valid +malicious-artifact \(#9\), annulled by #11/)
  })

  it('what is no revocation, or waits for nobody, is refused with the reason', async () => {
    const [entry, nothing] = await Promise.all([
      bench.run(['trust', 'annul', '3', '--reason', 'mistake', '--yes']),
      bench.run(['trust', 'cosign', `sha256:${'0'.repeat(64)}`, '--yes']),
    ])
    expectRefusal(entry, 33, /not-annullable/)
    expectRefusal(nothing, 10, /not-recorded/)
  })
})
