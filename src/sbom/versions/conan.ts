/**
 * The order of Conan versions (https://docs.conan.io/2/reference/conanfile/attributes.html, class Version): dotted
 * items, then a pre-release behind "-" and a build behind "+". Two numbers are compared by value, everything else as
 * texts; zeros at the end do not count, a pre-release is below its release and a build above having none.
 */
import { compareLists, compareNumbers, compareTexts, isNumber } from './parts.ts'

export interface ConanVersion {
  readonly items: readonly string[]
  readonly prerelease: readonly string[] | undefined
  readonly build: readonly string[]
}

export function parseConan(text: string): ConanVersion {
  const [rest, build] = splitLast(text, '+')
  const [items, label] = splitLast(rest, '-')
  return {
    items: itemsOf(items),
    prerelease: label === undefined ? undefined : itemsOf(label),
    build: itemsOf(build),
  }
}

function splitLast(text: string, mark: string): readonly [string, string | undefined] {
  const at = text.lastIndexOf(mark)
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}

function itemsOf(text = ''): readonly string[] {
  const items = text.split('.')
  return items.slice(0, items.findLastIndex((item) => !/^0*$/.test(item)) + 1)
}

export function compareConan(a: ConanVersion, b: ConanVersion): number {
  return (
    compareItems(a.items, b.items) ||
    comparePrereleases(a.prerelease, b.prerelease) ||
    compareItems(a.build, b.build)
  )
}

function comparePrereleases(a: readonly string[] | undefined, b: readonly string[] | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined)
  return compareItems(a, b)
}

function compareItems(a: readonly string[], b: readonly string[]): number {
  return compareLists(a, b, '', (x, y) => {
    if (x === '' || y === '') return x.length - y.length
    return isNumber(x) && isNumber(y) ? compareNumbers(x, y) : compareTexts(x, y)
  })
}
