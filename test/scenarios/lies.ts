/** The lies of lying-server.test.ts: what is changed, cut, swapped or withheld, and how it is refused. */
import type { Reason } from '../../src/errors.ts'
import { editAt, removeAt, setAt, textAt } from '../helpers/json-edit.ts'
import { SHOP } from '../helpers/ledger-bench.ts'
import { lieAbout, lieInJson, withhold, type Lie } from '../helpers/lying-proxy.ts'
import { flipBit } from '../helpers/mangle.ts'
import { digestOf } from '../helpers/test-ledger.ts'

export const FIND = ['find', 'pkg:npm/lodash', '--range', '<5'] as const
const SHOW = ['show', SHOP] as const
const VERIFY = ['verify', SHOP] as const
export const STATUS = ['log', 'status'] as const
export const AUDIT = ['log', 'audit'] as const

const FLIPPED = (text: string): string => (text.startsWith('A') ? 'B' : 'A') + text.slice(1)

const flipText =
  (pointer: string) =>
  (answer: Parameters<typeof textAt>[0]): ReturnType<typeof setAt> =>
    setAt(answer, pointer, FLIPPED(textAt(answer, pointer)))

const cut: Lie = lieAbout('ledger/', (honest) => ({ ...honest, body: honest.body.slice(0, -20) }))
const hangUp: Lie = lieAbout('ledger/', (honest) => ({ ...honest, hangUp: true }))

export type Row = readonly [
  what: string,
  command: readonly string[],
  lie: Lie,
  code: number,
  reason: Reason | 'unreachable',
]

/** The client has to ask for tiles in all of these, since the log has grown. */
export const aboutProofs: readonly Row[] = [
  ['withholds the consistency proof', STATUS, withhold('tile/'), 15, 'consistency-proof-invalid'],
  [
    'cuts a tile',
    STATUS,
    lieAbout('tile/', (t) => ({ ...t, body: t.body.slice(32) })),
    15,
    'consistency-proof-invalid',
  ],
  [
    'changes a tile',
    STATUS,
    lieAbout('tile/', (t) => ({ ...t, body: flipBit(t.body, 9) })),
    15,
    'consistency-proof-invalid',
  ],
  [
    'has an empty tile',
    FIND,
    lieAbout('tile/', (t) => ({ ...t, body: new Uint8Array() })),
    15,
    'consistency-proof-invalid',
  ],
  [
    'hangs up in the middle of a tile',
    FIND,
    lieAbout('tile/', (t) => ({ ...t, hangUp: true })),
    31,
    'unreachable',
  ],
]

export const aboutAnswers: readonly Row[] = [
  [
    'changes the signed checkpoint',
    STATUS,
    lieInJson('ledger/v1/status', (a) =>
      editAt(a, '/asOf/checkpoint', (note) => String(note).replace('\n8\n', '\n9\n')),
    ),
    15,
    'checkpoint-signature-invalid',
  ],
  [
    'changes the size beside it',
    STATUS,
    lieInJson('ledger/v1/status', (a) => setAt(a, '/asOf/treeSize', 9)),
    15,
    'entry-mismatch',
  ],
  [
    'changes an inclusion proof',
    FIND,
    lieInJson('ledger/v1/search', flipText('/entries/3/inclusion/0')),
    15,
    'inclusion-proof-invalid',
  ],
  [
    'withholds an inclusion proof',
    FIND,
    lieInJson('ledger/v1/search', (a) => setAt(a, '/entries/3/inclusion', [])),
    15,
    'inclusion-proof-invalid',
  ],
  [
    'leaves an entry out',
    FIND,
    lieInJson('ledger/v1/search', (a) => removeAt(a, '/entries/3')),
    15,
    'entry-mismatch',
  ],
  [
    'swaps two entries',
    FIND,
    lieInJson('ledger/v1/search', (a) => editAt(a, '/entries/3', () => at5(a))),
    15,
    'inclusion-proof-invalid',
  ],
  [
    'changes a row',
    FIND,
    lieInJson('ledger/v1/search', (a) => setAt(a, '/items/0/status', 'undetermined')),
    15,
    'rows-differ',
  ],
  [
    'changes a verdict',
    VERIFY,
    lieInJson('ledger/v1/images/', (a) => setAt(a, '/attestations/0/verdict/verdict', 'revoked')),
    15,
    'rows-differ',
  ],
  [
    'answers another question',
    SHOW,
    async (path, honest, ask) =>
      path.startsWith('ledger/v1/images/') ? ask(`ledger/v1/images/${digestOf('api')}`) : honest,
    15,
    'entry-mismatch',
  ],
  [
    'changes what was signed',
    VERIFY,
    lieAbout('ledger/v1/attestations/', (p) => ({ ...p, body: flipBit(p.body, 999) })),
    15,
    'entry-mismatch',
  ],
  [
    'cuts what was signed',
    VERIFY,
    lieAbout('ledger/v1/attestations/', (p) => ({ ...p, body: p.body.slice(0, -1) })),
    15,
    'entry-mismatch',
  ],
  ['withholds what was signed', VERIFY, withhold('ledger/v1/attestations/'), 15, 'signed-bytes-withheld'],
  [
    'withholds what was signed behind a row',
    FIND,
    withhold('ledger/v1/attestations/'),
    15,
    'signed-bytes-withheld',
  ],
  ['cuts an answer', SHOW, cut, 15, 'answer-malformed'],
  ['hangs up in the middle of an answer', SHOW, hangUp, 31, 'unreachable'],
  [
    'answers with nothing',
    STATUS,
    lieAbout('ledger/', (a) => ({ ...a, body: new Uint8Array() })),
    15,
    'answer-malformed',
  ],
  [
    'answers with a page',
    STATUS,
    lieAbout('ledger/', (a) => ({ ...a, type: 'text/html' })),
    15,
    'answer-malformed',
  ],
  ['says that nothing is recorded', SHOW, withhold('ledger/v1/images/'), 10, 'not-recorded'],
]

function at5(answer: Parameters<typeof textAt>[0]): ReturnType<typeof setAt> {
  const entries = (answer as { readonly entries: Readonly<Record<string, ReturnType<typeof setAt>>> }).entries
  const other = entries['5']
  if (other === undefined) throw new Error('no entry 5 to swap with')
  return other
}
