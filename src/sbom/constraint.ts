/**
 * What a version range is made of, however it was written: range.ts reads and writes VERS, native-range.ts reads the
 * ecosystem's own notation.
 */

export type Comparator = '=' | '!=' | '<' | '<=' | '>' | '>=' | '*'

export interface Constraint {
  readonly comparator: Comparator
  /** Decoded; empty with `*`, which stands alone. */
  readonly version: string
}

export interface VersionRange {
  /** A VERS type, which is the purl type. */
  readonly type: string
  /** At least one; ascending by version where the type's versions can be ordered. */
  readonly constraints: readonly Constraint[]
}

/** As it is written; nothing is `=`. */
export function comparatorOf(text: string): Comparator {
  return text === '>=' || text === '<=' || text === '!=' || text === '>' || text === '<' ? text : '='
}
