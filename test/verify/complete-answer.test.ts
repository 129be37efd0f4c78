import { expect } from 'chai'
import { describe, it } from 'mocha'
import { logIndex, treeSize, type LogIndex } from '../../src/brand.ts'
import { builderKey, licenceKey } from '../../src/map/keys.ts'
import type { FoundAnswer, ImagesAnswer } from '../../src/verify/answer.ts'
import { checkComplete, type CompleteRowsClaim as CompleteClaim } from '../../src/verify/complete-answer.ts'
import type { Completeness, MapProofs } from '../../src/verify/completeness-wire.ts'
import { makeRow, statedBy } from '../../src/verify/row-check.ts'
import { honestClaim, world } from '../helpers/complete-claim.ts'
import { refusal } from '../helpers/mangle.ts'
import { linesOf, mapAt, mapRootProof, proveKeys } from '../helpers/map-world.ts'
import { digestOf } from '../helpers/test-ledger.ts'

const rowsOf = ({ answer }: CompleteClaim): string[] => answer.items.map(({ image }) => image).sort()
const imagesNamed = (...names: string[]): string[] => names.map(digestOf).sort()
const reasonOf = (claim: CompleteClaim): string => refusal(() => checkComplete(claim)).reason

function withItems(claim: CompleteClaim, items: readonly unknown[]): CompleteClaim {
  return { ...claim, answer: { ...claim.answer, items } as ImagesAnswer }
}

/** With the last two entries of the log. */
const LATER = { components: 13, status: 13, size: 13 }

/** As if the server did not know the entry. */
function without(claim: CompleteClaim, index: number): CompleteClaim {
  const entries = new Map(claim.entries)
  entries.delete(logIndex(index))
  return { ...claim, entries, attested: claim.attested.filter(({ entry }) => entry.index !== index) }
}

function withComponents(
  claim: CompleteClaim,
  change: (proofs: MapProofs) => Partial<MapProofs>,
): CompleteClaim {
  const { components } = claim.proof
  if (components === undefined) throw new Error('no components')
  return { ...claim, proof: { ...claim.proof, components: { ...components, ...change(components) } } }
}

describe('a complete answer', () => {
  it('has a row for each image with an SBOM that counts, and says what nobody could read', () => {
    const claim = honestClaim()
    expect(rowsOf(claim)).to.deep.equal(imagesNamed('shop', 'left', 'right', 'late'))
    const { components, status, unreadable } = checkComplete(claim)
    expect([components.size, status.size, unreadable]).to.deep.equal([11, 11, 1])
  })

  it('may have lines of manifests instead of what was signed, for any of its SBOMs', () => {
    for (const byManifest of [[3], [4], [9], [1, 3, 4, 5, 9, 10]]) checkComplete(honestClaim({ byManifest }))
  })

  it('proves that no image contains a package or a version of it', () => {
    for (const question of [
      { component: 'pkg:npm/never' },
      { component: 'pkg:npm/lodash@1.0.0' },
      { component: 'pkg:npm/lodash', range: 'vers:npm/<4.0.0' },
    ]) {
      const claim = honestClaim({ question })
      expect(claim.answer.items).to.deep.equal([])
      expect(checkComplete(claim).unreadable).to.equal(1)
    }
  })

  it('may rest on maps of different sizes, and is complete as of the smaller', () => {
    const claim = honestClaim({ components: 9, status: 7, size: 11, through: 7 })
    expect(rowsOf(claim)).to.deep.equal(imagesNamed('shop'))
    const { components, status } = checkComplete(claim)
    expect([components.size, status.size]).to.deep.equal([9, 7])
    checkComplete(honestClaim({ components: 10, status: 11, size: 10, through: 10 }))
  })

  it('reads a version whose key was cut from what was signed, and nowhere else', () => {
    const claim = honestClaim(LATER)
    checkComplete(claim)
    expect(rowsOf(claim)).to.include(digestOf('long'))
    expect(reasonOf(honestClaim({ ...LATER, byManifest: [12] }))).to.equal('answer-incomplete')
  })

  it('is of an earlier moment where entries from then on are left out', () => {
    for (const [through, images] of [
      [3, imagesNamed('shop')],
      [4, imagesNamed('shop', 'web')],
      [6, imagesNamed('shop', 'old')],
      [10, imagesNamed('shop', 'left', 'right')],
    ] as const) {
      const claim = honestClaim({ through })
      checkComplete(claim)
      expect(rowsOf(claim), `below ${through}`).to.deep.equal(images)
    }
  })
})

describe('an answer is refused as incomplete', () => {
  it('without the row of an image, whatever else of it is left out', () => {
    for (const hidden of ['shop', 'left', 'late']) {
      const claim = honestClaim()
      const items = claim.answer.items.filter(({ image }) => image !== digestOf(hidden))
      expect(reasonOf(withItems(claim, items)), hidden).to.equal('answer-incomplete')
    }
    const claim = honestClaim()
    const items = claim.answer.items.filter(({ image }) => image !== digestOf('late'))
    expect(reasonOf(without(withItems(claim, items), 10))).to.equal('answer-incomplete')
  })

  it('without the row of an image of which another entry speaks as of something else', () => {
    for (const byManifest of [[], [11]]) {
      const claim = honestClaim({ ...LATER, byManifest })
      const items = claim.answer.items.filter(({ image }) => image !== digestOf('late'))
      const attested = claim.attested.filter(({ entry }) => ![10, 11].includes(entry.index))
      const others = { ...withItems(claim, items), attested }
      expect(reasonOf(others)).to.equal('answer-incomplete')
      expect(reasonOf(withItems(claim, items))).to.be.oneOf(['answer-incomplete', 'rows-differ'])
    }
  })

  it('where one of two subjects is dropped from the lines of a manifest', () => {
    const claim = honestClaim({ byManifest: [9] })
    const items = claim.answer.items.filter(({ image }) => image !== digestOf('right'))
    expect(reasonOf(withItems(claim, items))).to.equal('answer-incomplete')
    const whole = world.entries[9]
    if (whole === undefined) throw new Error('no entry 9')
    const right = whole.lines.findIndex((line) => new TextDecoder().decode(line).includes(digestOf('right')))
    const parts = [linesOf(whole, 0, right), linesOf(whole, right + 1)]
    const dropped = { ...claim.proof, manifests: { '9': parts } }
    expect(reasonOf({ ...claim, proof: dropped })).to.equal('answer-incomplete')
  })

  it('without the SBOM that takes another’s place, or the one whose place is taken', () => {
    for (const index of [3, 4]) expect(reasonOf(without(honestClaim(), index))).to.equal('answer-incomplete')
  })

  it('without a revocation', () => {
    expect(reasonOf(without(honestClaim(), 6))).to.equal('answer-incomplete')
  })

  it('with a revocation that the status map has not reached: what takes it back may be there too', () => {
    expect(reasonOf(honestClaim({ status: 6 }))).to.equal('answer-incomplete')
  })

  it('with entries that the status map has not reached: who was registered since would be a stranger', () => {
    expect(reasonOf(honestClaim({ components: 9, status: 7, size: 11 }))).to.equal('answer-incomplete')
  })

  it('without a stranger’s entry, which could be anybody’s', () => {
    expect(reasonOf(without(honestClaim(), 7))).to.equal('answer-incomplete')
  })

  it('with the leaf alone of an entry that counts', () => {
    expect(reasonOf(honestClaim({ bare: [7, 9] }))).to.equal('answer-incomplete')
  })

  it('if nothing is shown of the other entries of an image, or of those that nobody could read', () => {
    const claim = honestClaim()
    for (const at of claim.proof.components?.keys.keys() ?? [])
      expect(reasonOf(withComponents(claim, ({ keys }) => ({ keys: keys.toSpliced(at, 1) })))).to.equal(
        'answer-incomplete',
      )
  })

  it('if it is one page of several, or has no component map', () => {
    const claim = honestClaim()
    expect(reasonOf({ ...claim, answer: { ...claim.answer, next: 'more' } })).to.equal('answer-incomplete')
    const { status } = claim.proof
    expect(reasonOf({ ...claim, proof: { status } })).to.equal('answer-incomplete')
  })
})

describe('an answer about a builder', () => {
  const builder = 'https://ci.test/builder'
  const question = { builder }
  const base = honestClaim({ ...LATER, byManifest: [10, 11] })
  const about = [10, 11].flatMap((index) => world.entries[index] ?? [])
  const late = digestOf('late') as ImagesAnswer['items'][number]['image']
  const shown = proveKeys(mapAt(world, 'components', 13), { keys: [builderKey(builder)] })
  const row = makeRow(
    question,
    late,
    about.map((one) => statedBy(one, question)),
    base.trust,
    treeSize(13),
  )
  const claimWith = (items: readonly unknown[]): CompleteClaim => ({
    ...withComponents(base, ({ keys }) => ({ keys: [...keys, ...shown.keys] })),
    answer: { ...base.answer, question, items } as FoundAnswer,
    entries: new Map([...base.entries].filter(([index]) => [0, 6, 10, 11].includes(index))),
    attested: base.attested.filter(({ entry }) => [0, 6].includes(entry.index)),
  })

  it('rests on lines of manifests alike: on those that name it, and on no others', () => {
    expect(row.matches).to.deep.equal([{ entry: 11 }])
    expect(checkComplete(claimWith([row])).byManifest).to.deep.equal([10, 11])
    const wrong = { ...row, matches: [{ entry: 10 }, ...row.matches] }
    expect(reasonOf(claimWith([wrong]))).to.equal('rows-differ')
  })

  it('is refused without the row of an image that such a line tells of', () => {
    const fault = refusal(() => checkComplete(claimWith([])))
    expect([fault.reason, fault.message]).to.deep.equal([
      'answer-incomplete',
      `answer: expected a row of ${late}, which follows from entry 11, got none`,
    ])
  })
})

describe('an answer about a licence', () => {
  it('that no SBOM lists in this spelling is not complete: there may be another', () => {
    const claim = honestClaim({ question: { component: 'pkg:npm/never' } })
    const { absent } = proveKeys(mapAt(world, 'components', 11), { keys: [licenceKey('MIT')] })
    const shown = withComponents(claim, (proofs) => ({ absent: [...proofs.absent, ...absent] }))
    const answer = { ...shown.answer, question: { licence: 'MIT' } } as FoundAnswer
    expect(reasonOf({ ...shown, answer })).to.equal('unproven')
  })
})

describe('an answer is refused as unproven', () => {
  const proofRefused = (claim: CompleteClaim): void => {
    expect(reasonOf(claim)).to.equal('map-proof-invalid')
  }

  it('with a version hidden, or an entry in the list of a version or an image', () => {
    const claim = honestClaim()
    proofRefused(
      withComponents(claim, ({ prefixes }) => ({
        prefixes: prefixes.map((one) => ({ ...one, keys: one.keys.slice(1) })),
      })),
    )
    const shorter = <T extends { readonly postings?: readonly LogIndex[] }>(one: T): T =>
      (one.postings?.length ?? 0) > 1 ? { ...one, postings: one.postings?.slice(1) } : one
    proofRefused(
      withComponents(claim, ({ prefixes }) => ({
        prefixes: prefixes.map((one) => ({ ...one, keys: one.keys.map(shorter) })),
      })),
    )
    proofRefused(withComponents(claim, ({ keys }) => ({ keys: keys.map(shorter) })))
  })

  it('with an entry moved out of those that nobody could read', () => {
    const claim = honestClaim()
    const moved = withComponents(claim, ({ keys }) => ({
      keys: keys.map((one) => (one.key === btoa('u') ? { ...one, n: 0, postings: [] } : one)),
    }))
    proofRefused(moved)
  })

  it('with keys of the map as it was under its current root', () => {
    const [claim, older] = [honestClaim(), honestClaim({ components: 9 })]
    const { prefixes = [], keys = [], absent = [] } = older.proof.components ?? {}
    proofRefused(withComponents(claim, () => ({ prefixes, keys, absent })))
  })

  it('with lines that are not of the manifest', () => {
    const claim = honestClaim({ byManifest: [4] })
    const lines = claim.proof.manifests?.['4']?.map((part) => ({
      ...part,
      lines: part.lines.map((line) => line.replace('4.17.21', '4.17.22')),
    }))
    const proof: Completeness = { ...claim.proof, manifests: { '4': lines ?? [] } }
    proofRefused({ ...claim, proof })
  })

  it('with the root of a map as it was', () => {
    const claim = honestClaim({ through: 9 })
    const map = mapRootProof(world, 'components', [1, 9], 11)
    proofRefused(withComponents(claim, () => ({ map })))
  })

  it('with another row than follows from its entries, or a row of an entry behind its index', () => {
    const claim = honestClaim()
    const changed = claim.answer.items.map((row) => ({ ...row, names: ['registry.test/other'] }))
    expect(reasonOf(withItems(claim, changed))).to.equal('rows-differ')
    const asOf = { ...claim.answer.asOf, indexedThrough: treeSize(10) }
    expect(reasonOf({ ...claim, answer: { ...claim.answer, asOf } })).to.equal('rows-differ')
  })

  it('with what was signed in an entry that no row rests on', () => {
    const claim = honestClaim({ question: { component: 'pkg:npm/never' } })
    const stranger = world.entries[2]
    if (stranger === undefined) throw new Error('no entry 2')
    const entries = new Map([...claim.entries, [logIndex(2), stranger.entry] as const])
    expect(reasonOf({ ...claim, entries, attested: [...claim.attested, stranger] })).to.equal('rows-differ')
  })

  it('with an entry that nothing asks for', () => {
    const claim = honestClaim({ question: { component: 'pkg:npm/never' } })
    const stranger = world.entries[7]
    if (stranger === undefined) throw new Error('no entry 7')
    const entries = new Map([...claim.entries, [logIndex(7), stranger.entry] as const])
    expect(reasonOf({ ...claim, entries })).to.equal('entry-mismatch')
  })
})
