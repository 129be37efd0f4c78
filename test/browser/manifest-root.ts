/**
 * In the page instead of ledger/manifest-root.ts, whose library needs Node's Buffer: the verifier's own tree. That both make
 * the same roots is test/ledger/manifest-root.test.ts.
 */
import { parseUtf8, utf8 } from '../../src/encoding/utf8.ts'
import { manifestRoot } from '../../src/map/manifest-tree.ts'

export function linesOf(manifest: Uint8Array): readonly Uint8Array[] {
  return parseUtf8(manifest).split('\n').slice(0, -1).map(utf8)
}

export function rootOfManifest(manifest: Uint8Array): { readonly lines: number; readonly root: Uint8Array } {
  const { size, root } = manifestRoot(linesOf(manifest))
  return { lines: size, root }
}
