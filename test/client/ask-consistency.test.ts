/** That a log grew without changing what it had: both roots follow from the signed one, whatever a server says. */
import { expect } from 'chai'
import { before, describe, it } from 'mocha'
import { treeSize } from '../../src/brand.ts'
import { Client } from '../../src/client/client.ts'
import { formatBase64 } from '../../src/encoding/base64.ts'
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { at, removeAt, setAt } from '../helpers/json-edit.ts'
import { changeJson, ledgerFetch, URL_OF_LEDGER } from '../helpers/ledger-fetch.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import { clientOf, STORY_SIZE, tellStory, trust } from '../helpers/story.ts'

const sizes = { from: treeSize(3), to: treeSize(6) }
const OTHER_ROOT = formatBase64(new Uint8Array(32).fill(7))

describe('consistency', () => {
  let ledger: Ledger

  before(async () => (ledger = (await tellStory()).ledger))

  it('is proven between any two sizes, and up to the newest', async () => {
    for (let from = 0; from <= STORY_SIZE; from++) {
      const { to } = await clientOf(ledger).consistency({ from: treeSize(from) })
      expect(to).to.equal(STORY_SIZE)
      for (let size = from; size <= STORY_SIZE; size++)
        await clientOf(ledger).consistency({ from: treeSize(from), to: treeSize(size) })
    }
  })

  const lies: readonly (readonly [string, string, (answer: JsonValue) => JsonValue])[] = [
    ['from another size', 'entry-mismatch', (a) => setAt(a, '/from', 2)],
    ['to another size', 'entry-mismatch', (a) => setAt(a, '/to', 7)],
    ['from another root', 'consistency-proof-invalid', (a) => setAt(a, '/fromRoot', OTHER_ROOT)],
    ['to another root', 'consistency-proof-invalid', (a) => setAt(a, '/toRoot', OTHER_ROOT)],
    [
      'from no size, to another root',
      'consistency-proof-invalid',
      (a) => setAt(setAt(a, '/fromRoot', at(a, '/toRoot')), '/proof', []),
    ],
    ['without a hash', 'consistency-proof-invalid', (a) => removeAt(a, '/proof/0')],
    ['with a hash that is none', 'consistency-proof-invalid', (a) => setAt(a, '/proof/0', 'AAAA')],
  ]
  for (const [lie, reason, tell] of lies) {
    it(`is refused ${lie}: ${reason}`, async () => {
      const lying = clientOf(ledger, changeJson('ledger/v1/proofs/', tell))
      expect((await asyncRefusal(lying.consistency(sizes))).reason).to.equal(reason)
    })
  }

  it('is refused to a root that no signed one continues, though the proof leads there', async () => {
    // From nothing, any root follows.
    const tell = (a: JsonValue): JsonValue => setAt(a, '/toRoot', OTHER_ROOT)
    const lying = clientOf(ledger, changeJson('ledger/v1/proofs/', tell))
    const asked = { from: treeSize(0), to: treeSize(6) }
    expect((await asyncRefusal(lying.consistency(asked))).reason).to.equal('consistency-proof-invalid')
  })

  it('is refused to a size that no checkpoint has reached', async () => {
    const honest = ledgerFetch(
      ledger,
      changeJson('ledger/v1/proofs/', (a) => setAt(a, '/to', 20)),
    )
    const lying: typeof fetch = (input, init) => honest(String(input).replace('to=20', 'to=6'), init)
    const client = new Client({ ...trust, url: URL_OF_LEDGER, fetch: lying })
    const { reason } = await asyncRefusal(client.consistency({ from: treeSize(0), to: treeSize(20) }))
    expect(reason).to.equal('consistency-proof-invalid')
    const backwards = { from: treeSize(6), to: treeSize(3) }
    const turned = changeJson('ledger/v1/proofs/', (a) => setAt(setAt(a, '/from', 6), '/to', 3))
    const other: typeof fetch = (input, init) =>
      ledgerFetch(ledger, turned)(String(input).replace('from=6&to=3', 'from=3&to=6'), init)
    const mirrored = new Client({ ...trust, url: URL_OF_LEDGER, fetch: other })
    expect((await asyncRefusal(mirrored.consistency(backwards))).class).to.equal('bad-proof')
  })
})
