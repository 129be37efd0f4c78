/** Patterns over names on the command line: "*" stands for any run of characters, "?" for one. Case is not looked at. */

/** Without "/" in the pattern, the part of the name behind its last "/" may match as well. */
export function matchesName(pattern: string, name: string): boolean {
  if (matchesGlob(pattern, name)) return true
  return !pattern.includes('/') && matchesGlob(pattern, name.slice(name.lastIndexOf('/') + 1))
}

/** Steps back to the last "*" alone, so a pattern of many costs no more than pattern times name. */
function matchesGlob(pattern: string, name: string): boolean {
  const [wanted, given] = [[...pattern.toLowerCase()], [...name.toLowerCase()]]
  let [at, from] = [0, 0]
  let star: { readonly at: number; readonly from: number } | undefined
  while (from < given.length) {
    if (wanted[at] === '*') {
      star = { at, from }
      at++
    } else if (wanted[at] === '?' || (at < wanted.length && wanted[at] === given[from])) {
      at++
      from++
    } else if (star === undefined) return false
    else {
      star = { at: star.at, from: star.from + 1 }
      ;[at, from] = [star.at + 1, star.from]
    }
  }
  return wanted.slice(at).every((one) => one === '*')
}
