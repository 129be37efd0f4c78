/**
 * What an SBOM says of its components' dependencies, and how one came in: root → … → component (search.md 6.1, 6.2).
 *
 *     CycloneDX   `dependencies`; nesting is containment; `metadata.component` is the root, its `pedigree.ancestors` are bases
 *     SPDX        DEPENDS_ON, …DEPENDENCY_OF, …_LINK; CONTAINS, CONTAINED_BY; what is described is the root; DESCENDANT_OF
 *     SPDX 3      dependsOn, has…Link; contains; rootElement; descendantOf
 *
 * Made again from the signed bytes when somebody asks, from the whole statement: a lean one has no edges
 * (attestation/statement.ts). An edge that leads nowhere is left out; circles are walked once. Which component is looked
 * for is the caller's business.
 */
import { documentField, member, objectsOrNone, textOrNone, type Field } from '../attestation/field.ts'
import { isObject, type JsonValue } from '../encoding/strict-json.ts'
import { describedIds } from './own-subject.ts'
import { idOf, listOf, readGraph, rootIds } from './spdx3.ts'

/** Who asks wants to know who brought it in, not each of a thousand ways. */
export const MAX_PATHS = 5

export interface GraphNode {
  readonly name: string
  readonly version: string
  /** As written; empty if there is none. */
  readonly purl: string
}

export interface DependencyGraph {
  readonly nodes: ReadonlyMap<string, GraphNode>
  /** Ids of what the document is about. */
  readonly roots: ReadonlySet<string>
  /** From an id to the ids of those that depend on it. */
  readonly dependents: ReadonlyMap<string, readonly string[]>
  /** From an id to the ids of those that contain it. */
  readonly holders: ReadonlyMap<string, readonly string[]>
  /** What the document says it was built upon: base images, mostly. */
  readonly bases: readonly GraphNode[]
}

/**
 * `direct`: the root depends on it, or nothing that is listed does although others have edges; `transitive`: only others
 * depend on it; `unknown`: the document has no edges, or does not list it.
 */
export interface Introduction {
  readonly relation: 'direct' | 'transitive' | 'unknown'
  /** The shortest, each from what nothing depends on down to the component; at most `MAX_PATHS`. */
  readonly paths: readonly (readonly GraphNode[])[]
}

interface Draft {
  readonly nodes: Map<string, GraphNode>
  readonly roots: Set<string>
  readonly dependents: Map<string, string[]>
  readonly holders: Map<string, string[]>
  readonly baseIds: Set<string>
  readonly bases: GraphNode[]
}

/** `predicate` is an SBOM that readSbom takes. Never refuses: what has another shape gives no node and no edge. */
export function readDependencies(predicate: JsonValue | undefined): DependencyGraph {
  const draft: Draft = {
    nodes: new Map(),
    roots: new Set(),
    dependents: new Map(),
    holders: new Map(),
    baseIds: new Set(),
    bases: [],
  }
  if (isObject(predicate)) {
    const whole = documentField({ subject: 'SBOM', reason: 'sbom-unacceptable' }, predicate)
    if ('@context' in predicate) addSpdx3(draft, whole)
    else if ('spdxVersion' in predicate) addSpdx(draft, whole)
    else addCycloneDx(draft, whole)
  }
  const named = [...draft.baseIds].map((id) => draft.nodes.get(id)).filter((one) => one !== undefined)
  return { ...draft, bases: [...draft.bases, ...named] }
}

/** How the components that `isIt` picks came in. Linear in the graph. */
export function introductionOf(graph: DependencyGraph, isIt: (node: GraphNode) => boolean): Introduction {
  return introductionAt(
    graph,
    [...graph.nodes].filter(([, node]) => isIt(node)).map(([id]) => id),
  )
}

/** As `introductionOf`, of the components with these ids. Linear in what is above them. */
export function introductionAt(graph: DependencyGraph, targets: readonly string[]): Introduction {
  if (targets.length === 0 || graph.dependents.size + graph.holders.size === 0)
    return { relation: 'unknown', paths: [] }
  const { dependents, roots } = graph
  const isDirect = (id: string): boolean => {
    const by = dependents.get(id)
    return by === undefined ? dependents.size > 0 || roots.has(id) : by.some((one) => roots.has(one))
  }
  const relation = targets.some(isDirect) ? 'direct' : dependents.size > 0 ? 'transitive' : 'unknown'
  return { relation, paths: pathsTo(graph, targets) }
}

/** Upwards, breadth first: over dependents, and over holders where nothing depends on it. */
function pathsTo(graph: DependencyGraph, targets: readonly string[]): Introduction['paths'] {
  const below = new Map<string, string | undefined>(targets.map((id) => [id, undefined]))
  const paths: GraphNode[][] = []
  // A map is walked in the order of its growing, so it is the queue too.
  for (const [id] of below) {
    const above = graph.roots.has(id) ? [] : (graph.dependents.get(id) ?? graph.holders.get(id) ?? [])
    if (above.length === 0) paths.push(downFrom(id, below, graph))
    if (paths.length >= MAX_PATHS) break
    for (const one of above) if (!below.has(one)) below.set(one, id)
  }
  return paths
}

function downFrom(
  top: string,
  below: ReadonlyMap<string, string | undefined>,
  { nodes }: DependencyGraph,
): GraphNode[] {
  const path: GraphNode[] = []
  for (let id: string | undefined = top; id !== undefined; id = below.get(id)) {
    const node = nodes.get(id)
    if (node !== undefined) path.push(node)
  }
  return path
}

function addEdge(edges: Map<string, string[]>, { nodes }: Draft, from: string, to: string): void {
  if (from === to || !nodes.has(from) || !nodes.has(to)) return
  const known = edges.get(to)
  if (known === undefined) edges.set(to, [from])
  else known.push(from)
}

function addCycloneDx(draft: Draft, whole: Field): void {
  const about = objectField(objectField(whole, 'metadata'), 'component')
  if (about !== undefined) {
    draft.roots.add(addComponent(draft, about, undefined))
    const pedigree = objectField(about, 'pedigree')
    if (pedigree !== undefined) draft.bases.push(...objectsOrNone(pedigree, 'ancestors').map(componentNode))
  }
  for (const one of objectsOrNone(whole, 'components')) addComponent(draft, one, undefined)
  for (const one of objectsOrNone(whole, 'dependencies')) {
    const ref = textOrNone(one, 'ref')
    for (const to of listOf(member(one, 'dependsOn').value))
      addEdge(draft.dependents, draft, ref, typeof to === 'string' ? to : '')
  }
}

/** Returns its id: the place, where it has none. Recursion ends where JSON does: 64 levels. */
function addComponent(draft: Draft, field: Field, parent: string | undefined): string {
  const id = textOrNone(field, 'bom-ref') || field.pointer
  draft.nodes.set(id, componentNode(field))
  if (parent !== undefined) addEdge(draft.holders, draft, parent, id)
  for (const one of objectsOrNone(field, 'components')) addComponent(draft, one, id)
  return id
}

function componentNode(field: Field): GraphNode {
  const [name, version, purl] = [
    textOrNone(field, 'name'),
    textOrNone(field, 'version'),
    textOrNone(field, 'purl'),
  ]
  return { name, version, purl }
}

function addSpdx(draft: Draft, whole: Field): void {
  for (const one of objectsOrNone(whole, 'packages')) {
    const reference = objectsOrNone(one, 'externalRefs').find((two) =>
      textOrNone(two, 'referenceType').endsWith('purl'),
    )
    draft.nodes.set(textOrNone(one, 'SPDXID'), {
      name: textOrNone(one, 'name'),
      version: textOrNone(one, 'versionInfo'),
      purl: reference === undefined ? '' : textOrNone(reference, 'referenceLocator'),
    })
  }
  const relationships = member(whole, 'relationships').value
  const described = describedIds(member(whole, 'documentDescribes').value, relationships)
  for (const id of described) draft.roots.add(id)
  for (const one of objectsOrNone(whole, 'relationships')) {
    const [from, to] = [textOrNone(one, 'spdxElementId'), textOrNone(one, 'relatedSpdxElement')]
    addRelation(draft, textOrNone(one, 'relationshipType'), from, to)
  }
}

function addSpdx3(draft: Draft, whole: Field): void {
  const graph = readGraph(whole)
  for (const one of graph.packages) {
    const identifier = objectsOrNone(one, 'externalIdentifier').find((two) =>
      /^(packageUrl|purl)$/i.test(textOrNone(two, 'externalIdentifierType')),
    )
    const other = identifier === undefined ? '' : textOrNone(identifier, 'identifier')
    draft.nodes.set(idOf(one.value), {
      name: textOrNone(one, 'name'),
      version: textOrNone(one, 'software_packageVersion'),
      purl: textOrNone(one, 'software_packageUrl') || other,
    })
  }
  for (const id of rootIds(graph)) if (draft.nodes.has(id)) draft.roots.add(id)
  for (const one of graph.relationships) {
    const written = one['relationshipType']
    if (typeof written !== 'string') continue
    const type = written.replaceAll(/[A-Z]/g, '_$&').toUpperCase()
    for (const to of listOf(one['to']))
      addRelation(draft, type.replace(/^HAS_/, ''), idOf(one['from']), idOf(to))
  }
}

/** `type` in the spelling of SPDX 2. */
function addRelation(draft: Draft, type: string, from: string, to: string): void {
  if (/^(DEPENDS_ON|(DYNAMIC|STATIC)_LINK)$/.test(type)) addEdge(draft.dependents, draft, from, to)
  else if (type.endsWith('DEPENDENCY_OF')) addEdge(draft.dependents, draft, to, from)
  else if (type === 'CONTAINS') addEdge(draft.holders, draft, from, to)
  else if (type === 'CONTAINED_BY') addEdge(draft.holders, draft, to, from)
  else if (type === 'DESCENDANT_OF') draft.baseIds.add(to)
  else if (type === 'ANCESTOR_OF') draft.baseIds.add(from)
}

function objectField(parent: Field | undefined, name: string): Field | undefined {
  const field = parent === undefined ? undefined : member(parent, name)
  return field !== undefined && isObject(field.value) ? field : undefined
}
