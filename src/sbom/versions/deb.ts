/**
 * The order of Debian versions (Debian Policy 5.6.12, deb-version(7)): `[epoch:]upstream[-revision]`.
 *
 * A missing epoch is 0, a missing revision is the same as `0`. Parts are compared in turns of non-digits and digits;
 * among non-digits `~` is below the end, the end below letters, and letters below everything else.
 */
import { compareLists, compareNumbers, compareTexts, runsOf } from './parts.ts'

export interface DebVersion {
  readonly epoch: string
  readonly upstream: string
  readonly revision: string
}

/** Undefined for what dpkg would warn of or refuse: no digit at the start, characters that no version has. */
export function parseDeb(text: string): DebVersion | undefined {
  const [isVersion, epoch = '0', rest = ''] = /^(?:(\d+):)?(\d[0-9A-Za-z.+~:-]*)$/.exec(text) ?? []
  if (isVersion === undefined) return undefined
  const hyphen = rest.lastIndexOf('-')
  if (hyphen === -1) return { epoch, upstream: rest, revision: '0' }
  return { epoch, upstream: rest.slice(0, hyphen), revision: rest.slice(hyphen + 1) }
}

export function compareDeb(a: DebVersion, b: DebVersion): number {
  return (
    compareNumbers(a.epoch, b.epoch) ||
    compareParts(a.upstream, b.upstream) ||
    compareParts(a.revision, b.revision)
  )
}

function compareParts(a: string, b: string): number {
  return compareLists(runsOf(a), runsOf(b), '', (x, y, at) =>
    at % 2 === 1 ? compareNumbers(x, y) : compareTexts(weighted(x), weighted(y)),
  )
}

/** Characters moved so that texts compare as Debian wants: `~`, the end, letters, others. */
function weighted(text: string): string {
  const weights = Array.from(text, (one) =>
    one === '~' ? 0 : /[A-Za-z]/.test(one) ? one.charCodeAt(0) : one.charCodeAt(0) + 256,
  )
  return String.fromCharCode(...weights, 1)
}
