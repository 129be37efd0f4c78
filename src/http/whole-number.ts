/** Whole numbers in paths and parameters: decimal digits without sign, leading zero, point or exponent, and exact. */
import { Fault } from '../errors.ts'

/** @throws Fault `malformed` for any other spelling, and for a number outside `least` … `most`. */
export function parseWholeNumber(
  text: string,
  subject: string,
  { least = 0, most = Number.MAX_SAFE_INTEGER }: { readonly least?: number; readonly most?: number } = {},
): number {
  const value = /^(0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : Number.NaN
  // 2^53 and above would be rounded to a neighbour: that is another entry.
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw new Fault(
      'parameter-malformed',
      `${subject}: expected a whole number from ${least} to ${most}, got ${text.slice(0, 100)}`,
    )
  }
  return value
}
