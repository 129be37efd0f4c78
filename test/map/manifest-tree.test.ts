import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { MerkleTree } from 'merkletreejs'
import { compareBytes, concatBytes } from '../../src/encoding/bytes.ts'
import { formatHex } from '../../src/encoding/hex.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { sha256 } from '../../src/crypto/sha256.ts'
import {
  checkLines,
  checkManifest,
  checkNoLine,
  manifestRoot,
  proveLines,
  proveNoLine,
} from '../../src/map/manifest-tree.ts'
import { leafHash } from '../../src/tlog/tree-hash.ts'
import { refusal, refuseAll } from '../helpers/mangle.ts'

function sortedLines(texts: readonly string[]): readonly Uint8Array[] {
  return [...new Set(texts)].map(utf8).sort(compareBytes)
}

const lines = sortedLines([
  'k\tsha256:01\t',
  'p\tpkg:npm/left-pad\t1.3.0',
  'p\tpkg:npm/lodash\t4.17.20',
  'p\tpkg:npm/lodash\t4.17.21',
  'p\tpkg:npm/zod\t3.0.0',
  's\tsha256:0a\t\tname=registry.example/app',
  's\tsha256:0b\t\tname=registry.example/app',
])
const manifest = manifestRoot(lines)

const someLines = fc.uniqueArray(fc.string({ maxLength: 4 }), { maxLength: 20 }).map(sortedLines)

describe('the tree of a manifest', () => {
  it('has the root that merkletreejs has for it, with a proof for each line that both accept', () => {
    // index.md 3: leaves pre-hashed, SHA-256(01 ‖ x) as the hash function, no options; size 0 is not its business.
    const node = (pair: Uint8Array): Buffer => Buffer.from(sha256(concatBytes(Uint8Array.of(1), pair)))
    fc.assert(
      fc.property(someLines, (all) => {
        const ours = manifestRoot(all)
        expect(ours.size).to.equal(all.length)
        if (all.length === 0) return
        const theirs = new MerkleTree(
          all.map((line) => Buffer.from(leafHash(line))),
          node,
        )
        expect(formatHex(ours.root)).to.equal(theirs.getRoot().toString('hex'))
        for (const [at, line] of all.entries()) {
          // They list siblings from the leaf to the root, we list them from left to right.
          const path = theirs.getProof(Buffer.from(leafHash(line)), at)
          const leftToRight = [
            ...path.filter(({ position }) => position === 'left').reverse(),
            ...path.filter(({ position }) => position === 'right'),
          ]
          expect(proveLines(all, at, at + 1).proof.map(formatHex)).to.deep.equal(
            leftToRight.map(({ data }) => data.toString('hex')),
          )
        }
      }),
      { numRuns: 40 },
    )
  })

  it('has the root of RFC 6962 for no lines', () => {
    const empty = manifestRoot([])
    expect(formatHex(empty.root)).to.equal('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    checkNoLine(empty, utf8('x'), proveNoLine([], utf8('x')))
    checkManifest(empty, [])
  })

  it('proves any lines that stand together, such as all subjects, at their place only', () => {
    for (let from = 0; from < lines.length; from++) {
      for (let to = from + 1; to <= lines.length; to++) {
        const proven = proveLines(lines, from, to)
        checkLines(manifest, proven)
        refuseAll([from + 1, from - 1, -1, 0.5], (other) => checkLines(manifest, { ...proven, from: other }))
        refuseAll(proven.lines.keys(), (at) =>
          checkLines(manifest, { ...proven, lines: proven.lines.toSpliced(at, 1) }),
        )
      }
    }
    refuseAll(
      [
        [3, 3],
        [0, 8],
      ] as const,
      ([from, to]) => proveLines(lines, from, to),
    )
  })

  it('proves of any first fields that no line has them, in any manifest, and of none that a line has', () => {
    const someText = fc.string({ unit: fc.constantFrom('a', 'b', '\t', '!'), maxLength: 4 })
    const someManifest = fc.uniqueArray(someText, { maxLength: 14 })
    fc.assert(
      fc.property(someManifest, someText, (texts, fields) => {
        const all = sortedLines(texts)
        const has = (text: string): boolean => texts.some((line) => `${line}\t`.startsWith(`${text}\t`))
        if (has(fields)) {
          expect(() => proveNoLine(all, utf8(fields))).to.throw('is there')
          return
        }
        const proven = proveNoLine(all, utf8(fields))
        expect(proven.lines.length).to.be.at.most(2)
        checkNoLine(manifestRoot(all), utf8(fields), proven)
        for (const other of texts) refusal(() => checkNoLine(manifestRoot(all), utf8(other), proven))
      }),
      { numRuns: 300 },
    )
  })

  it('proves that a package is not listed in any version, and that a version is not, whatever extras it would have', () => {
    checkNoLine(manifest, utf8('p\tpkg:npm/express'), proveNoLine(lines, utf8('p\tpkg:npm/express')))
    checkNoLine(
      manifest,
      utf8('p\tpkg:npm/lodash\t4.17.2'),
      proveNoLine(lines, utf8('p\tpkg:npm/lodash\t4.17.2')),
    )
    const around = proveLines(lines, 1, 3)
    // The next line after left-pad is lodash: not proof that lodash is absent.
    refuseAll(['p\tpkg:npm/lodash', 's\tsha256:0a', 's'], (fields) =>
      checkNoLine(manifest, utf8(fields), around),
    )
    refuseAll(['s\tsha256:0a', 's'], (fields) => checkNoLine(manifest, utf8(fields), proveLines(lines, 4, 7)))
  })

  it('is not fooled by lines that are not neighbours, by one side alone, or by the end of another manifest', () => {
    const line = utf8('p\tpkg:npm/lodash\t4.17.20')
    const at = lines.findIndex((other) => compareBytes(other, line) === 0)
    const before = proveLines(lines, at - 1, at)
    const after = proveLines(lines, at + 1, at + 2)
    const around = {
      ...proveLines(lines, at - 1, at + 2),
      lines: [lines[at - 1], lines[at + 1]].filter((l) => l !== undefined),
    }
    refuseAll([before, after, around, { from: 0, lines: [], proof: [] }], (lie) =>
      checkNoLine(manifest, line, lie),
    )
    const shorter = lines.slice(0, at)
    refuseAll([proveNoLine(shorter, line)], (lie) => checkNoLine(manifest, line, lie))
  })

  it('takes the whole of a manifest only complete and sorted', () => {
    checkManifest(manifest, lines)
    refuseAll(lines.keys(), (at) => checkManifest(manifest, lines.toSpliced(at, 1)))
    refuseAll(lines.keys(), (at) => checkManifest(manifest, lines.with(at, utf8('p\tx\t1'))))
    const unsorted = [...lines].reverse()
    expect(refusal(() => checkManifest(manifestRoot(unsorted), unsorted)).message).to.contain('sorted')
  })
})
