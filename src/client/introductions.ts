/**
 * How what a search found came into its images: the ways through the dependency graphs of the SBOMs that list it, and the
 * base images that these name. Read from what was signed, which was fetched and checked; the server is not asked.
 */
import type { LogIndex } from '../brand.ts'
import { parseUtf8, utf8 } from '../encoding/utf8.ts'
import { makeComponent, type Component } from '../sbom/component.ts'
import { introductionAt, readDependencies, type DependencyGraph } from '../sbom/dependency-graph.ts'
import type { GraphNode, Introduction } from '../sbom/dependency-graph.ts'
import { componentLines, readSbom } from '../sbom/stated-lines.ts'
import { asBadProof } from '../verify/bad-proof.ts'
import type { CheckedAttestation } from '../verify/proven-entry.ts'
import type { SearchRow } from '../verify/search.ts'
import { componentOf } from '../verify/search-rows.ts'

/** Of one SBOM: each costs a walk through its graph. Who needs the others asks for them alone. */
export const MAX_TRACED = 200

/** In the ways of one SBOM: real ones come to a thousand, and nobody waits for a chain of a hundred thousand. */
const MAX_STEPS = 1_000_000

/** An image stands on one, or on one for each of its stages. */
const MAX_BASES = 20

/** Real ways have ten at most. */
export const MAX_PATH_NODES = 40

export interface SbomOrigin {
  /** Whether it tells dependencies or containment at all. */
  readonly hasEdges: boolean
  /** What it says its image was built upon. */
  readonly bases: readonly GraphNode[]
  /** By component as the matches name it; those beyond `MAX_TRACED`, or too far from the root, are not in it. */
  readonly components: ReadonlyMap<string, Introduction>
}

/** By the SBOM's entry. */
export type Origins = ReadonlyMap<LogIndex, SbomOrigin>

/** Of every SBOM in which the rows found something. `attested` are their entries, checked. */
export function originsOf(rows: readonly SearchRow[], attested: readonly CheckedAttestation[]): Origins {
  const wanted = new Map<LogIndex, Set<string>>()
  for (const { entry, component } of rows.flatMap((row) => row.matches)) {
    const known = wanted.get(entry) ?? new Set()
    wanted.set(entry, known.size < MAX_TRACED ? known.add(component) : known)
  }
  const origins = new Map<LogIndex, SbomOrigin>()
  for (const one of attested) {
    const components = wanted.get(one.entry.index)
    if (components !== undefined) origins.set(one.entry.index, originIn(one, components))
  }
  return origins
}

function originIn({ entry, statement }: CheckedAttestation, wanted: ReadonlySet<string>): SbomOrigin {
  return asBadProof('not-admissible', `entry ${entry.index}`, () => {
    const graph = readDependencies(statement.predicate)
    const places = placesOf(graph, wanted)
    const left = new Set([...wanted].filter((one) => !places.has(one)))
    if (left.size > 0) addByName(places, graph, left, readSbom(statement)?.components ?? [])
    const components = new Map<string, Introduction>()
    let steps = 0
    for (const one of wanted) {
      if (steps > MAX_STEPS) break
      const { relation, paths } = introductionAt(graph, [...(places.get(one) ?? [])])
      for (const path of paths) steps += path.length
      components.set(one, { relation, paths: paths.map(shortened) })
    }
    return {
      hasEdges: graph.dependents.size + graph.holders.size > 0,
      bases: graph.bases.slice(0, MAX_BASES).map(detached),
      components,
    }
  })
}

/** Sets by name: of the ids of nodes, mostly. */
type Places = Map<string, Set<string>>

/** The nodes that are a component, by purl or, without one, by name and version. */
function placesOf(graph: DependencyGraph, wanted: ReadonlySet<string>): Places {
  const places: Places = new Map()
  for (const [id, node] of graph.nodes) {
    for (const name of namesOf(makeComponent(node.name, node.version, node.purl)))
      if (wanted.has(name)) add(places, name, id)
  }
  return places
}

/** What a node does not tell: a CPE, the second purl of a package. */
function addByName(
  places: Places,
  { nodes }: DependencyGraph,
  wanted: ReadonlySet<string>,
  components: readonly Component[],
): void {
  const named: Places = new Map()
  for (const component of components) {
    for (const name of namesOf(component)) if (wanted.has(name)) add(named, keyOf(component), name)
  }
  for (const [id, node] of nodes) for (const name of named.get(keyOf(node)) ?? []) add(places, name, id)
}

/** As a match may name it. What a file's hash belongs to has its version unescaped. */
function namesOf(component: Component): readonly string[] {
  return componentLines(component, '').flatMap((line) =>
    line.kind === 'p' ? [componentOf(line), `${line.name}@${line.version}`] : [componentOf(line)],
  )
}

function keyOf({ name, version }: Pick<GraphNode, 'name' | 'version'>): string {
  return JSON.stringify([name, version === 'NOASSERTION' || version === 'NONE' ? '' : version])
}

function add(places: Places, name: string, id: string): void {
  const known = places.get(name)
  if (known === undefined) places.set(name, new Set([id]))
  else known.add(id)
}

/** Without the middle of a way that nobody reads. */
function shortened(path: readonly GraphNode[]): readonly GraphNode[] {
  if (path.length <= MAX_PATH_NODES) return path.map(detached)
  const half = MAX_PATH_NODES / 2
  const left = { name: `… ${path.length - MAX_PATH_NODES} more …`, version: '', purl: '' }
  return [...path.slice(0, half).map(detached), left, ...path.slice(-half).map(detached)]
}

/** A part of a string may keep the whole of it: a document of 64 MiB, for a name. */
function detached({ name, version, purl }: GraphNode): GraphNode {
  return { name: copyOf(name), version: copyOf(version), purl: copyOf(purl) }
}

function copyOf(text: string): string {
  return parseUtf8(utf8(text), 'SBOM')
}
