import { expect } from 'chai'
import { before, describe, it } from 'mocha'
import { logIndex } from '../../src/brand.ts'
import { printEntry } from '../../src/cli/show-entry.ts'
import { entryStanding, type EntryStanding } from '../../src/client/entry-standing.ts'
import { signedEntry } from '../../src/client/signed-entry.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { removeAt, setAt } from '../helpers/json-edit.ts'
import { changeJson, type Change } from '../helpers/ledger-fetch.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import { recorder } from '../helpers/recorder.ts'
import { clientOf, tellStory } from '../helpers/story.ts'
import { digestOf } from '../helpers/test-ledger.ts'

describe('attestree show N', () => {
  let ledger: Ledger

  before(async () => {
    ledger = (await tellStory()).ledger
  })

  async function standingOf(entry: number, change?: Change): Promise<EntryStanding | undefined> {
    const client = clientOf(ledger, change)
    return entryStanding(client, await signedEntry(client, logIndex(entry)))
  }

  async function shown(
    entry: number,
    change: (standing?: EntryStanding) => EntryStanding | undefined = (same) => same,
  ): Promise<string> {
    const { terminal, lines } = recorder()
    const signed = await signedEntry(clientOf(ledger), logIndex(entry))
    printEntry(terminal, signed, change(await standingOf(entry)))
    return lines.join('\n')
  }

  it('says whose the entry is and what it is worth, as judged here', async () => {
    const judged = await Promise.all(
      [0, 1, 4, 5, 6, 7].map(async (entry) => {
        const standing = await standingOf(entry)
        return [entry, standing?.signer, ...(standing?.verdicts ?? []).map((one) => one.verdict)]
      }),
    )
    expect(judged).to.deep.equal([
      [0, 'admin', 'valid'],
      [1, 'ci', 'valid'],
      [4, 'ci', 'revoked'],
      [5, 'admin', 'valid'],
      [6, 'ci', 'revoked'],
      [7, 'admin', 'valid'],
    ])
    expect(await shown(1)).to.match(/Signed by .* {2}\(ci\)\n[^⊘!]*Verdict {6}valid\n[^⊘!]*$/)
    expect(await shown(1)).to.match(
      /✓ No revocation is missing as of size 8: proven by the published status map/,
    )
    expect(await shown(4)).to.match(/Verdict {6}revoked: malicious-artifact \(#5\)[^]*⊘ It is revoked/)
  })

  it('says that a key is not registered, and where nothing could be established', async () => {
    const stranger = await shown(1, () => ({
      signer: null,
      verdicts: [{ entry: logIndex(1), subject: '', verdict: 'untrusted-signer', reasons: [] }],
    }))
    expect(stranger).to.include('(not registered)').and.to.include('counts for nothing')
    expect(await shown(1, () => undefined)).to.include('is not established')
    const behind = changeJson('ledger/v1/revocations', (a) => setAt(a, '/asOf/indexedThrough', 4))
    expect(await standingOf(4, behind)).to.equal(undefined)
  })

  it('refuses a server that hides the revocation, or judges otherwise', async () => {
    const lies = [
      changeJson('ledger/v1/revocations', (a) => removeAt(a, '/entries/5')),
      changeJson('ledger/v1/revocations', (a) => setAt(a, '/verdicts/0/verdict', 'valid')),
      changeJson('ledger/v1/revocations', (a) => setAt(a, '/verdicts', [])),
      // The revocation is in the answer, behind the end of its index.
      changeJson('ledger/v1/revocations', (a) =>
        setAt(setAt(a, '/asOf/indexedThrough', 5), '/verdicts/0/verdict', 'valid'),
      ),
    ]
    for (const lie of lies) expect((await asyncRefusal(standingOf(4, lie))).reason).to.equal('rows-differ')
    const image = digestOf('web')
    const hidden = changeJson('ledger/v1/revocations', (a) =>
      setAt(removeAt(a, '/entries/5'), '/verdicts/0', {
        entry: 4,
        subject: image,
        verdict: 'valid',
        reasons: [],
      }),
    )
    expect((await asyncRefusal(standingOf(4, hidden))).reason, 'with a verdict to match').to.equal(
      'answer-incomplete',
    )
  })
})
