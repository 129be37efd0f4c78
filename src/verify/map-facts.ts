/** What the maps have of an entry: under which keys it is posted, and the root of its manifest (index.md 3 and 4). */
import { parseControl } from '../attestation/control.ts'
import type { Statement } from '../attestation/statement.ts'
import type { KeyId } from '../brand.ts'
import { utf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'
import type { CountedRoot } from '../map/counted-root.ts'
import { keysOfManifest, statusKeysOf, unreadableKey } from '../map/keys.ts'
import { manifestRoot } from '../map/manifest-tree.ts'
import { formatLine, type ManifestLine } from '../sbom/manifest-line.ts'
import { manifestOf } from '../sbom/manifest.ts'

/** What the component map has of an entry. */
export interface ComponentFacts {
  readonly keys: readonly Uint8Array[]
  readonly manifest: CountedRoot
}

/** An entry that could not be read states nothing but that it is there. */
export function componentFacts(lines: readonly ManifestLine[], isReadable: boolean): ComponentFacts {
  if (!isReadable) return { keys: [unreadableKey], manifest: manifestRoot([]) }
  return { keys: keysOfManifest(lines), manifest: manifestRoot(lines.map((line) => utf8(formatLine(line)))) }
}

/** The manifest that follows from what was signed; undefined if none does. An entry of such a statement can only stand under `u`. */
export function derivedLines(statement: Statement, key: KeyId): readonly ManifestLine[] | undefined {
  try {
    return manifestOf(statement, key)
  } catch (cause) {
    if (cause instanceof Fault) return undefined
    throw cause
  }
}

/** Where the status map has a statement; none of most. @throws Fault for a control statement that cannot be read */
export function statusFacts(statement: Statement): readonly Uint8Array[] {
  const control = parseControl(statement)
  return control === undefined ? [] : statusKeysOf(control)
}
