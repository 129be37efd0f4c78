/**
 * Two orders of VERS that know nothing of versions: `lexicographic`, by the bytes of UTF-8, and `datetime`, by the moment
 * that RFC 3339 names.
 */
import { compareTexts } from './parts.ts'

/** By code points, which is by the bytes of UTF-8: JavaScript's own order puts surrogates before U+E000. */
export function compareLexicographic(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)]
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const order = (left[at]?.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? 0)
    if (order !== 0) return order
  }
  return left.length - right.length
}

export interface Moment {
  /** Milliseconds since 1970 of the whole second. */
  readonly second: number
  /** Digits behind the point. */
  readonly fraction: string
}

/** With capital T and Z, and any number of digits behind the point. */
export function parseMoment(text: string): Moment | undefined {
  const [, time = '', fraction = '', zone = ''] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(text) ?? []
  const second = Date.parse(time + zone)
  return Number.isNaN(second) ? undefined : { second, fraction }
}

export function compareMoments(a: Moment, b: Moment): number {
  const length = Math.max(a.fraction.length, b.fraction.length)
  return a.second - b.second || compareTexts(a.fraction.padEnd(length, '0'), b.fraction.padEnd(length, '0'))
}
