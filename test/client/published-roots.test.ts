/** Output logs whose entries name another checkpoint of the log than they should: the auditor names entry and size. */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { treeSize } from '../../src/brand.ts'
import type { IndexAuditReport } from '../../src/client/audit-index.ts'
import { trustRootsKey } from '../../src/map/keys.ts'
import type { MapName } from '../../src/map/output-log.ts'
import { signCheckpoint } from '../../src/tlog/checkpoint.ts'
import { clientOfOperator } from '../helpers/lying-operator.ts'
import { asyncRefusal } from '../helpers/mangle.ts'
import { noteAt } from '../helpers/map-world.ts'
import { audit, operatorOf, SIZE, trust, world } from '../helpers/operator-story.ts'
import { keys, ORIGIN, testKey } from '../helpers/test-ledger.ts'

/** A checkpoint of the size, as whoever says so would sign it. */
function noteOf(size: number, { origin = ORIGIN, key = keys.log, root = world.tree.root(0, size) }): string {
  return signCheckpoint({ origin, size: treeSize(size), root }, key)
}

const otherTree = world.tree.root(1, 5)

/** The second entry of the output log names this; the third is as it should be. */
const lies: readonly (readonly [what: string, size: number, note: string, where: RegExp, says: RegExp])[] = [
  ['of another log', 4, noteOf(4, { origin: 'other.test' }), /^MAP output log: entry 1$/, /other\.test/],
  [
    'signed by another key',
    4,
    noteOf(4, { key: testKey('other', 'ed25519') }),
    /^MAP output log: entry 1$/,
    /expected a signature by/,
  ],
  [
    'that is not signed as it stands',
    4,
    noteAt(world, 4).replace('\n4\n', '\n5\n'),
    /^MAP output log: entry 1$/,
    /./,
  ],
  ['of a size that was published before', 4, noteAt(world, 2), /^MAP output log: entry 1$/, /above 2/],
  [
    'of a smaller size than was published before',
    4,
    noteAt(world, 1),
    /^MAP output log: entry 1$/,
    /above 2, .* got 1/,
  ],
  [
    'of more entries than it has',
    4,
    noteAt(world, 5),
    /^MAP map at size 5$/,
    /in entry 1 of its output log is [0-9a-f]{64}, the entries give/,
  ],
  [
    'of fewer entries than it has',
    5,
    noteAt(world, 4),
    /^MAP map at size 4$/,
    /in entry 1 of its output log is [0-9a-f]{64}, the entries give/,
  ],
  ['of another history', 4, noteOf(4, { root: otherTree }), /^MAP map at size 4$/, /two histories/],
]

describe('an auditor of what output logs name', () => {
  for (const [what, size, note, where, says] of lies)
    it(`finds a root of a checkpoint ${what}, in either log`, async () => {
      for (const map of ['components', 'status'] as const) {
        const report = await auditOf(map, size, note)
        expect(report.outcome).to.equal('wrong')
        const [first] = report.problems
        expect(first?.where).to.match(new RegExp(where.source.replace('MAP', map)))
        expect(first?.what).to.match(says)
      }
    })

  it('finds a root of more entries than the log has, the newest one too, which clients refuse at once', async () => {
    const note = noteOf(SIZE + 9, { root: otherTree })
    for (const map of ['components', 'status'] as const) {
      const operator = operatorOf({
        [map]: [
          [2, world],
          [SIZE, world, note],
        ],
      })
      const { problems, forks } = await audit(operator)
      const [last] = problems.slice(-1)
      expect(last?.where).to.equal(`${map} map at size ${SIZE + 9}`)
      expect(last?.what).to.include(`is said to be of ${SIZE + 9} entries, but the log has ${SIZE}`)
      expect(forks).to.deep.equal([note])
      const asked = clientOfOperator(operator, trust).maps.lookUp(map, [trustRootsKey])
      expect((await asyncRefusal(asked)).reason).to.equal('consistency-proof-invalid')
    }
  })

  it('keeps both signed checkpoints of a fork: they are the proof', async () => {
    const note = noteOf(4, { root: otherTree })
    const { forks, note: own } = await auditOf('components', 4, note)
    expect(forks).to.deep.equal([note])
    expect(own).to.equal(noteAt(world, SIZE))
  })

  function auditOf(map: MapName, size: number, note: string): Promise<IndexAuditReport> {
    return audit(
      operatorOf({
        [map]: [
          [2, world],
          [size, world, note],
          [SIZE, world],
        ],
      }),
    )
  }
})
