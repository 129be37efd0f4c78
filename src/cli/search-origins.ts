/** How a component came into an image, and on what the image stands, in the words of its SBOMs. */
import type { Origins } from '../client/introductions.ts'
import { makeComponent } from '../sbom/component.ts'
import { ownDigests } from '../sbom/own-subject.ts'
import type { GraphNode, Introduction } from '../sbom/dependency-graph.ts'
import type { SearchMatch, SearchRow } from '../verify/search.ts'
import { unique } from './search-words.ts'
import { plural } from './table.ts'

/** `app@1.4 → search-lib@2.0 → log4j-core@2.14.1`, `(direct)`, or why nobody can tell. */
export function howItGotIn({ entry, component }: SearchMatch, origins: Origins): string {
  const origin = origins.get(entry)
  if (origin === undefined) return 'not read: too many SBOMs'
  const introduction = origin.components.get(component)
  if (introduction === undefined) return 'not looked at: there is too much of it in the SBOM'
  const [first, ...others] = pathsOf(introduction)
  if (!origin.hasEdges) return 'unknown: the SBOM has no edges'
  if (first === undefined) return 'unknown: the SBOM does not place it'
  const more = others.length === 0 ? '' : ` (and ${plural(others.length, 'more way')})`
  return `${first}${markOf(introduction)}${more}`
}

/** All ways that are known, for a file. */
export function allWays({ entry, component }: SearchMatch, origins: Origins): string {
  const introduction = origins.get(entry)?.components.get(component)
  return introduction === undefined ? '' : pathsOf(introduction).join('; ')
}

export function relationOf({ entry, component }: SearchMatch, origins: Origins): string {
  return origins.get(entry)?.components.get(component)?.relation ?? ''
}

/** Each way in one line; a component with nothing above it has only itself to show. */
function pathsOf({ paths }: Introduction): readonly string[] {
  return unique(paths.map((path) => path.map(stepOf).join(' → ')))
}

function markOf({ relation }: Introduction): string {
  if (relation === 'direct') return ' (direct)'
  return relation === 'unknown' ? ' (contained in it)' : ''
}

/** On the way to a component an image is known by its name; trivy writes its digest into that. */
function stepOf(node: GraphNode): string {
  return labelOf({ ...node, name: node.name.replace(/@sha256:[0-9a-f]{64}$/, '') })
}

/** The digest of an image is no version that a person compares. */
function labelOf({ name, version, purl }: GraphNode): string {
  const shown = name || purl || '(no name)'
  return version === '' || version.startsWith('sha256:') || version === 'NOASSERTION'
    ? shown
    : `${shown}@${version}`
}

/** The base images that SBOMs name, each once: those of provenance stand beside them. */
export function basesBySbom({ matches }: SearchRow, origins: Origins): readonly string[] {
  const bases = matches.flatMap(({ entry }) => origins.get(entry)?.bases ?? [])
  return unique(bases.map(baseOf))
}

/** As `basesBySbom`, under the digest where the SBOM says one: what provenance names the same image by. */
export function statedBases({ matches }: SearchRow, origins: Origins): readonly StatedBase[] {
  const nodes = matches.flatMap(({ entry }) => origins.get(entry)?.bases ?? [])
  return nodes.map((node) => {
    const [digest] = ownDigests(makeComponent(node.name, node.version, node.purl))
    return { key: digest ?? labelOf(node), name: node.name || node.purl }
  })
}

/** `name` is for people. */
export interface StatedBase {
  readonly key: string
  readonly name: string
}

function baseOf(base: GraphNode): string {
  return base.version.startsWith('sha256:') ? `${base.name || base.purl}@${base.version}` : labelOf(base)
}

/** For a program: who signed the SBOM says so, not the server. */
export const READ_FROM = { readFrom: 'signed-bytes' } as const

/** By entry, and in it by component. */
export function originsJson(origins: Origins): Readonly<Record<string, object>> {
  return Object.fromEntries(
    [...origins].map(([entry, { components, ...told }]) => [
      String(entry),
      { ...told, components: Object.fromEntries(components) },
    ]),
  )
}
