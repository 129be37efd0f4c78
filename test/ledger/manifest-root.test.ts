/** A manifest's root in the server against the checker's own tree. */
import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { utf8 } from '../../src/encoding/utf8.ts'
import { linesOf, rootOfManifest } from '../../src/ledger/manifest-root.ts'
import { checkManifest } from '../../src/map/manifest-tree.ts'
import { treeSize } from '../../src/brand.ts'

const manifestOf = (lines: readonly string[]): Uint8Array => utf8(lines.map((line) => `${line}\n`).join(''))

describe('the root of a manifest', () => {
  it('is the one that a verifier makes of the same lines, of any number', () => {
    const someLines = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,5}$/), { maxLength: 70 })
    fc.assert(
      fc.property(someLines, (lines) => {
        const manifest = manifestOf(lines.sort())
        const { lines: count, root } = rootOfManifest(manifest)
        expect(count).to.equal(lines.length)
        checkManifest({ size: treeSize(count), root }, linesOf(manifest))
      }),
    )
  })

  it('is the same where the tree is made of subtrees', () => {
    for (const count of [4_095, 4_096, 4_097, 9_000, 12_288]) {
      const manifest = manifestOf(Array.from({ length: count }, (_, i) => `${1e6 + i}`))
      const { lines, root } = rootOfManifest(manifest)
      checkManifest({ size: treeSize(lines), root }, linesOf(manifest))
    }
  })

  it('is not made of a manifest that was cut', () => {
    expect(() => rootOfManifest(utf8('p\tpkg:npm/a\t1\np\tpkg'))).to.throw(/no end/)
  })
})
