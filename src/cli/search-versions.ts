/** Which versions were found, and in how many images: a quick look at whether the right thing was asked. */
import { versionOrderOf } from '../sbom/versions/order.ts'
import type { SearchRow } from '../verify/search.ts'
import { nameOf, versionOf } from './search-words.ts'
import { formatTable, plural } from './table.ts'

/** What fits a screen; files have all. */
const MAX_LINES = 30
const BAR_WIDTH = 24

interface Found {
  readonly name: string
  readonly version: string
  readonly images: Set<string>
  isAffected: boolean
}

/** Nothing for a single version: the table says it. */
export function formatVersions(rows: readonly SearchRow[]): readonly string[] {
  const found = countVersions(rows)
  if (found.length < 2) return []
  const most = Math.max(...found.map(({ images }) => images.size))
  const shown = found.slice(0, MAX_LINES)
  const [, ...lines] = formatTable(
    ['', '', '', ''],
    shown.map(({ name, version, images, isAffected }) => [
      `  ${name}`,
      version,
      '#'.repeat(Math.max(1, Math.round((BAR_WIDTH * images.size) / most))),
      `${plural(images.size, 'image')}${isAffected ? '' : ', undetermined'}`,
    ]),
  )
  const more = found.length - shown.length
  return [
    'Versions found',
    ...lines,
    ...(more === 0 ? [] : [`  … and ${more} more: --group-by version lists all, as -o csv does.`]),
  ]
}

function countVersions(rows: readonly SearchRow[]): readonly Found[] {
  const found = new Map<string, Found>()
  for (const row of rows) {
    for (const match of row.matches) {
      const name = nameOf(match)
      const one = found.get(match.component) ?? {
        name,
        version: versionOf(match),
        images: new Set(),
        isAffected: false,
      }
      one.images.add(row.image)
      one.isAffected ||= match.status === 'affected'
      found.set(match.component, one)
    }
  }
  return [...found.values()].sort(byNameAndVersion)
}

function byNameAndVersion(a: Found, b: Found): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1
  const order = versionOrderOf(/^pkg:([^/]+)\//.exec(a.name)?.[1] ?? '')
  return order?.compare(a.version, b.version) ?? (a.version < b.version ? -1 : 1)
}
