/**
 * The order of Ruby gem versions (Gem::Version): segments of digits and of letters; letters are below numbers, so they
 * make a pre-release, and zeros at the end of the numbers and of the whole do not count.
 *
 * A platform behind the version (`1.15.0-x86_64-linux`, as in lock files) is dropped.
 */
import { compareLists, compareNumbers, compareTexts, isNumber } from './parts.ts'

const version = /^\s*\d[0-9A-Za-z]*(?:\.[0-9A-Za-z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?\s*$/
const platform =
  /-(?:x86|x64|x86_64|amd64|i[3-6]86|aarch64|arm\w*|java|jruby|universal|ppc\w*|powerpc\w*|riscv\w*|s390\w*|sparc\w*|mswin\w*|mingw\w*)(?:-.*)?$/

export function parseGem(text: string): readonly string[] | undefined {
  const bare = text.replace(platform, '')
  if (!version.test(bare)) return undefined
  const segments = bare.replaceAll('-', '.pre.').match(/\d+|[A-Za-z]+/g) ?? []
  const word = segments.findIndex((segment) => !isNumber(segment))
  const end = word === -1 ? segments.length : word
  return [...withoutZeros(segments.slice(0, end)), ...withoutZeros(segments.slice(end))]
}

function withoutZeros(segments: readonly string[]): readonly string[] {
  const last = segments.findLastIndex((segment) => !/^0+$/.test(segment))
  return segments.slice(0, last + 1)
}

export function compareGem(a: readonly string[], b: readonly string[]): number {
  return compareLists(a, b, '0', (x, y) => {
    const [left, right] = [isNumber(x), isNumber(y)]
    if (left && right) return compareNumbers(x, y)
    return left === right ? compareTexts(x, y) : left ? 1 : -1
  })
}
