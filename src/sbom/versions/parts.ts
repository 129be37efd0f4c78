/**
 * What the orders of all ecosystems are made of: numbers of any length, texts, and lists in which what is missing
 * counts as something. Versions come from strangers, so nothing here reads a number into a number type, and each
 * character is looked at a fixed number of times.
 */

/** Longer ones are not ordered: Maven's lists lie as deep within each other as their text is long. Real ones are short. */
export const MAX_VERSION_LENGTH = 2_000

/** By value, whatever the length and the leading zeros; '' is zero. */
export function compareNumbers(a: string, b: string): number {
  const [left, right] = [trimZeros(a), trimZeros(b)]
  return left.length - right.length || compareTexts(left, right)
}

function trimZeros(digits: string): string {
  return digits.replace(/^0+/, '')
}

/** By UTF-16 code units, which for ASCII is by bytes. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export function isNumber(text: string): boolean {
  return /^\d+$/.test(text)
}

/** The first difference decides; where one list ends, `filling` stands in for what the other still has. */
export function compareLists<T>(
  a: readonly T[],
  b: readonly T[],
  filling: T,
  compare: (x: T, y: T, at: number) => number,
): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const order = compare(a[at] ?? filling, b[at] ?? filling, at)
    if (order !== 0) return order
  }
  return 0
}

/** Texts and numbers in turns, beginning with a text: `1.2a` is '', `1`, `.`, `2`, `a`. */
export function runsOf(text: string): readonly string[] {
  return text.split(/(\d+)/)
}

/**
 * For ecosystems that order any text: whether it can be meant as a version. Words without a digit (`latest`, `trunk`) say
 * nothing of an order, and placeholders (`${project.version}`) were never filled in.
 */
export function isLikeVersion(text: string): boolean {
  return /^[!-~]+$/.test(text) && /\d/.test(text) && !text.includes('${')
}
