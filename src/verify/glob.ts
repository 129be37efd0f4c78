/** Patterns for names, with one sign: `*` stands for anything, also for nothing and for "/". */

/** In time of the pattern's length times the name's, whatever both are: no backtracking beyond the last star. */
export function isNameMatch(pattern: string, name: string): boolean {
  let [at, from] = [0, 0]
  let star = -1
  let resume = 0
  while (at < name.length) {
    if (pattern[from] === '*') {
      star = from++
      resume = at
    } else if (from < pattern.length && pattern[from] === name[at]) {
      from++
      at++
    } else if (star >= 0) {
      from = star + 1
      at = ++resume
    } else return false
  }
  while (pattern[from] === '*') from++
  return from === pattern.length
}
