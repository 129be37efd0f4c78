/**
 * An operator who publishes wrong roots with the log's own key, and the auditor of index.md 6: what each lie is called, which entries
 * are named, and what proves it to others. Clients cannot see these lies: their proofs hold.
 */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import type { IndexAuditReport } from '../../src/client/audit-index.ts'
import {
  componentKey,
  keysOfManifest,
  manifestKey,
  statusKey,
  trustRootsKey,
  unreadableKey,
} from '../../src/map/keys.ts'
import { logIndex, treeSize } from '../../src/brand.ts'
import type { MapName } from '../../src/map/output-log.ts'
import { manifestOf } from '../../src/sbom/manifest.ts'
import { verifyFraudProof, type FraudReport } from '../../src/verify/fraud-proof.ts'
import { parseText } from '../helpers/json-edit.ts'
import { misfits, schemaNamed } from '../helpers/json-schema.ts'
import type { World } from '../helpers/map-world.ts'
import {
  asUnreadable,
  audit,
  operatorOf,
  posted,
  SIZE,
  trust,
  WEB,
  withEntry,
  without,
  world,
} from '../helpers/operator-story.ts'

const where = ({ problems }: IndexAuditReport): string[] => problems.map((one) => one.where)

/** The one wrong root is explained, and its proof convinces others. */
function proven({ explained }: IndexAuditReport): FraudReport {
  const [one] = explained
  expect(explained).to.have.length(1)
  expect(one?.report, `${one?.unexplained}`).to.not.equal(undefined)
  const proof = one?.proof ?? new Uint8Array()
  expect(misfits(schemaNamed('fraud-proof.schema.json'), parseText(proof))).to.deep.equal([])
  const report = verifyFraudProof(proof, trust)
  expect(report).to.deep.equal(one?.report)
  return report
}

const lodash = (version: string): Uint8Array => componentKey('pkg:npm/lodash', version)

describe('an auditor of entries that could not be read', () => {
  it('takes from the ledger which these are, with maps of different sizes', async () => {
    const { problems, maps, unreadable, derivable } = await audit(
      operatorOf({
        components: [
          [3, world],
          [6, world],
        ],
        status: [
          [1, world],
          [5, world],
          [SIZE, world],
        ],
      }),
    )
    expect(problems).to.deep.equal([])
    expect([maps.components.size, maps.components.roots]).to.deep.equal([6, 2])
    expect([maps.status.size, maps.status.roots]).to.deep.equal([SIZE, 3])
    expect([unreadable, derivable]).to.deep.equal([[5], []])
  })

  it('names one that could be read, and was among them from the beginning: nobody can prove when it became readable', async () => {
    const lie = asUnreadable(3)
    const report = await audit(
      operatorOf(
        {
          components: [
            [4, lie],
            [SIZE, lie],
          ],
        },
        lie,
      ),
    )
    expect([report.problems, report.unreadable, report.derivable]).to.deep.equal([[], [3, 5], [3]])
  })

  it('proves that an entry was moved in after it was published, by the two roots alone', async () => {
    const lie = asUnreadable(3)
    const report = await audit(
      operatorOf(
        {
          components: [
            [4, world],
            [SIZE, lie],
          ],
        },
        lie,
      ),
    )
    expect(where(report)).to.deep.equal(['components map at size 4'])
    const { earlier, ...found } = proven(report)
    expect(found).to.deep.include({ wrong: 'rewritten', entry: 3, key: unreadableKey, size: SIZE })
    expect(earlier).to.deep.include({ size: 4, isListed: false })
  })

  it('proves that an entry was moved out again', async () => {
    const report = await audit(
      operatorOf({
        components: [
          [4, asUnreadable(3)],
          [SIZE, world],
        ],
      }),
    )
    expect(where(report)).to.deep.equal(['components map at size 4'])
    const { earlier, ...found } = proven(report)
    expect(found).to.deep.include({ wrong: 'rewritten', entry: 3, key: unreadableKey })
    expect(earlier).to.deep.include({ size: 4, isListed: true })
  })

  it('proves that one was dropped from them, which nothing else lists', async () => {
    const lie = posted(5, [manifestKey(logIndex(5))])
    const report = await audit(
      operatorOf({
        components: [
          [4, world],
          [SIZE, lie],
        ],
      }),
    )
    expect(where(report)).to.deep.equal(['entry 5', `components map at size ${SIZE}`])
    expect(proven(report)).to.deep.include({ wrong: 'missing', entry: 5, key: unreadableKey })
  })

  it('proves that one was dropped from them, and posted under what it does not state', async () => {
    const lie = posted(5, [lodash('4.17.20'), manifestKey(logIndex(5))])
    expect(proven(await audit(operatorOf({ components: [[SIZE, lie]] })))).to.deep.include({ entry: 5 })
  })
})

describe('an auditor of a root that takes back what was published', () => {
  const taken: readonly (readonly [string, MapName, World, Partial<FraudReport>])[] = [
    [
      'a row',
      'components',
      without(1, 'components', lodash('4.17.20')),
      { entry: logIndex(1), key: lodash('4.17.20') },
    ],
    [
      'an SBOM of an image',
      'components',
      without(1, 'components', keysOf(1, 's')),
      { entry: logIndex(1), key: keysOf(1, 's') },
    ],
    [
      'a trust root',
      'status',
      without(0, 'status', trustRootsKey),
      { entry: logIndex(0), key: trustRootsKey },
    ],
  ]
  for (const [what, map, lie, expected] of taken) {
    it(`names the entry and the key, and proves it, of ${what} that is hidden now`, async () => {
      const report = await audit(
        operatorOf({
          [map]: [
            [4, world],
            [SIZE, lie],
          ],
        }),
      )
      expect(where(report)).to.deep.equal([`${map} map at size ${SIZE}`])
      expect(proven(report)).to.deep.include({ map, wrong: 'missing', size: SIZE, ...expected })
    })
  }

  it('names the manifest that was exchanged', async () => {
    const lie = withEntry(2, ({ lines }) => ({ lines: lines.slice(1) }))
    const report = await audit(
      operatorOf({
        components: [
          [4, world],
          [SIZE, lie],
        ],
      }),
    )
    expect(proven(report)).to.deep.include({ wrong: 'manifest', entry: 2, key: manifestKey(logIndex(2)) })
  })
})

describe('an auditor of roots of long ago', () => {
  const repaired: readonly (readonly [string, MapName, World, Partial<FraudReport>])[] = [
    [
      'a row',
      'components',
      without(3, 'components', lodash('4.17.15')),
      { entry: logIndex(3), key: lodash('4.17.15') },
    ],
    [
      'an SBOM of an image',
      'components',
      without(3, 'components', keysOf(3, 's')),
      { entry: logIndex(3), key: keysOf(3, 's') },
    ],
    [
      'a revocation',
      'status',
      without(4, 'status', statusKey(WEB)),
      { entry: logIndex(4), key: statusKey(WEB) },
    ],
  ]
  for (const [what, map, lie, expected] of repaired) {
    it(`proves that one hid ${what}, though the newest does not`, async () => {
      const report = await audit(
        operatorOf({
          [map]: [
            [3, world],
            [5, lie],
            [SIZE, world],
          ],
        }),
      )
      expect(where(report)).to.deep.equal([`${map} map at size 5`])
      const found = proven(report)
      expect(found).to.deep.include({ map, wrong: 'missing', size: 5, ...expected })
      expect(found.published.size).to.equal(3)
    })
  }

  it('says between which sizes the lie is where it cannot make the map again', async () => {
    const lie = posted(3, [lodash('4.17.15')])
    const report = await audit(
      operatorOf({
        components: [
          [3, world],
          [5, lie],
          [SIZE, world],
        ],
      }),
    )
    expect(where(report)).to.deep.equal(['components map at size 5'])
    expect(report.explained).to.deep.equal([{ map: 'components', size: treeSize(5), after: treeSize(3) }])
  })
})

/** The first key of a kind. */
function keysOf(index: number, kind: string): Uint8Array {
  const one = world.entries[index]
  if (one === undefined) throw new Error(`no entry ${index}`)
  const all = keysOfManifest(manifestOf(one.statement, one.entry.keyId))
  return all.find((key) => key[0] === kind.charCodeAt(0)) ?? new Uint8Array()
}
