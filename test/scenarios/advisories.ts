/**
 * Published advisories as OSV documents, from the facts in known-advisories.txt: with what Go's database puts beside the ranges
 * and must change nothing (`imports`, `custom_ranges`).
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** From the first version to before the second or, if `isLast`, up to and with it; '' if it was never fixed. */
interface KnownRange {
  readonly from: string
  readonly to: string
  readonly isLast: boolean
}

export interface KnownPackage {
  readonly ecosystem: 'Go' | 'Maven'
  readonly name: string
  readonly ranges: readonly KnownRange[]
  readonly listed: readonly string[]
}

export interface KnownAdvisory {
  readonly id: string
  readonly isWithdrawn: boolean
  readonly affected: readonly KnownPackage[]
}

export const knownAdvisories: readonly KnownAdvisory[] = readTable(
  readFileSync(join(import.meta.dirname, 'known-advisories.txt'), 'utf8'),
)

function readTable(text: string): readonly KnownAdvisory[] {
  const byId = new Map<string, KnownPackage[]>()
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const [id = '', name = '', ...pairs] = line.split(' ')
    const listed = pairs.filter((pair) => pair.startsWith('=')).map((pair) => pair.slice(1))
    const ranges = pairs.filter((pair) => !pair.startsWith('=')).map(readPair)
    const ecosystem = name.includes(':') ? 'Maven' : 'Go'
    byId.set(id, [...(byId.get(id) ?? []), { ecosystem, name, ranges, listed }])
  }
  return [...byId].map(([id, affected]) => ({
    id: id.replace('!', ''),
    isWithdrawn: id.startsWith('!'),
    affected,
  }))
}

function readPair(pair: string): KnownRange {
  const [from = '', to = ''] = pair.split(',')
  return { from, to: to.replace('=', ''), isLast: to.startsWith('=') }
}

export function osvJson({ id, isWithdrawn, affected }: KnownAdvisory): object {
  return {
    schema_version: '1.3.1',
    id,
    modified: '0001-01-01T00:00:00Z',
    ...(isWithdrawn ? { withdrawn: '2024-08-21T16:25:56Z' } : {}),
    affected: affected.map(({ ecosystem, name, ranges, listed }) => ({
      package: { ecosystem, name },
      ...(ranges.length === 0
        ? {}
        : { ranges: [{ type: typeOf(ecosystem), events: ranges.flatMap(eventsOf) }] }),
      ...(listed.length === 0 ? {} : { versions: listed }),
      ...(ecosystem === 'Go' ? { ecosystem_specific: goSpecific(name) } : {}),
    })),
  }
}

function typeOf(ecosystem: KnownPackage['ecosystem']): string {
  return ecosystem === 'Go' ? 'SEMVER' : 'ECOSYSTEM'
}

function eventsOf({ from, to, isLast }: KnownRange): readonly object[] {
  if (to === '') return [{ introduced: from }]
  return [{ introduced: from }, isLast ? { last_affected: to } : { fixed: to }]
}

/** Which of a module's packages and functions are affected: SBOMs list modules, so it must not narrow anything. */
function goSpecific(name: string): object {
  return {
    imports: [{ path: `${name}/inner`, goos: ['windows'], symbols: ['Parse'] }],
    custom_ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '999.0.0' }] }],
  }
}
