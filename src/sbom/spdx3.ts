/**
 * SPDX 3.0 JSON-LD (https://spdx.github.io/spdx-spec/v3.0.1/serializations/): packages, and the tool.
 *
 * Elements may stand in `@graph`, inside each other, or alone, so all places that are read are looked at. They name
 * each other by `spdxId` or `@id`; nothing is looked up outside the document, and no context is ever fetched: the
 * serialisation has one spelling of each name. Sets of the expanded licensing profile are left out; the edges between
 * packages are the business of dependency-graph.ts.
 */
import {
  elements,
  expectString,
  member,
  optionalMember,
  textOrNone,
  objectsOrNone,
  type Field,
} from '../attestation/field.ts'
import { isObject, type JsonObject, type JsonValue } from '../encoding/strict-json.ts'
import {
  checkComponentCount,
  createHashCount,
  makeComponent,
  makeSbomDocument,
  statedDetails,
  systemOf,
  type Component,
  type SbomDocument,
  type SbomTool,
} from './component.ts'
import { parseCpe } from './cpe.ts'
import { readHashes } from './hashes.ts'
import { ownDigests } from './own-subject.ts'
import { sourceIn, splitToolVersion, statedText } from './spdx-words.ts'
import { unsupportedFormat } from './unsupported-format.ts'

/** Where elements may stand inside each other. */
const nesting = [
  '@graph',
  'element',
  'rootElement',
  'from',
  'to',
  'creationInfo',
  'createdBy',
  'createdUsing',
]
/** The class and those derived from it. */
const packageTypes = /^(software_|ai_AI|dataset_Dataset)Package$/
/** What is about something: `rootElement` says what. */
const collectionTypes = /^(SpdxDocument|software_Sbom|Bom|Bundle)$/

/** The elements of a document that are of use, and all of them by their id. */
export interface Graph {
  readonly packages: readonly Field[]
  readonly collections: readonly JsonObject[]
  readonly relationships: readonly JsonObject[]
  readonly byId: ReadonlyMap<string, JsonObject>
}

/**
 * `whole` has an `@context`.
 *
 * @throws Fault `unsupported` (`sbom-format-unsupported`), `unacceptable` (`sbom-unacceptable`), `too-large`
 * (`component-limit`)
 */
export function readSpdx3(whole: Field): SbomDocument {
  checkContext(member(whole, '@context'))
  const graph = readGraph(whole)
  const roots = rootIds(graph)
  const licences = licencesByPackage(graph)
  const components: Component[] = []
  const systems: Component[] = []
  const about = new Set<string>()
  const countHashes = createHashCount(`${whole.pointer}/@graph`)
  for (const field of graph.packages) {
    const id = idOf(field.value)
    const isSystem = textOrNone(field, 'software_primaryPurpose') === 'operatingSystem'
    const found = readPackage(field, licences.get(id) ?? [])
    countHashes(found)
    for (const component of found) {
      components.push(isSystem || roots.has(id) ? { ...component, isNoPackage: true } : component)
      checkComponentCount(components.length, `${whole.pointer}/@graph`)
      if (isSystem) systems.push(component)
      if (roots.has(id)) for (const digest of ownDigests(component)) about.add(digest)
    }
  }
  const creation = creationOf(graph)
  const created = textOf(creation, 'created')
  return makeSbomDocument('SPDX 3.0', toolOf(creation, graph), components, {
    system: systemOf(systems),
    about: [...about],
    created,
  })
}

/** Beside SPDX's own there may be contexts of extensions, which rename nothing of it. */
function checkContext({ value, pointer }: Field): void {
  const isOurs = (one: JsonValue): boolean =>
    typeof one === 'string' && /^https?:\/\/spdx\.org\/rdf\/v?3\.0(\.\d+)?\//.test(one)
  if (!listOf(value).some(isOurs)) throw unsupportedFormat('JSON-LD', pointer)
}

/** `whole` is the document. */
export function readGraph(whole: Field): Graph {
  const packages: Field[] = []
  const collections: JsonObject[] = []
  const relationships: JsonObject[] = []
  const byId = new Map<string, JsonObject>()
  // Recursion ends where JSON does: 64 levels (contracts.md 4).
  const visit = (field: Field): void => {
    const { value } = field
    if (Array.isArray(value)) for (const element of elements(field)) visit(element)
    if (!isObject(value)) return
    const type = textOf(value, 'type')
    if (packageTypes.test(type)) packages.push(field)
    else if (collectionTypes.test(type)) collections.push(value)
    else if ('relationshipType' in value) relationships.push(value)
    const id = idOf(value)
    if (id !== '') byId.set(id, value)
    for (const name of nesting) visit(member(field, name))
  }
  visit(whole)
  return { packages, collections, relationships, byId }
}

function readPackage(field: Field, licences: readonly string[]): readonly Component[] {
  const name = expectString(member(field, 'name'))
  const version = optionalMember(field, 'software_packageVersion')
  const stated = version === undefined ? '' : statedText(expectString(version))
  const url = optionalMember(field, 'software_packageUrl')
  const identifiers = objectsOrNone(field, 'externalIdentifier')
  const named = (type: RegExp): readonly string[] =>
    identifiers
      .filter((one) => type.test(textOrNone(one, 'externalIdentifierType')))
      .map((one) => textOrNone(one, 'identifier'))
  const purls = new Set([...(url === undefined ? [] : [expectString(url)]), ...named(/^(packageUrl|purl)$/i)])
  const cpes = named(/^cpe2[23](Type)?$/)
    .map(parseCpe)
    .filter((one) => one !== undefined)
  const hashes = readHashes(field, 'verifiedUsing', 'algorithm', 'hashValue')
  const source = sourceIn(textOrNone(field, 'software_sourceInfo'))
  const details = statedDetails({ hashes, cpes, source, licences })
  if (purls.size === 0) return [makeComponent(name, stated, undefined, details)]
  checkComponentCount(purls.size, field.pointer)
  return [...purls].map((purl) => makeComponent(name, stated, purl, details))
}

/** What is declared or concluded, as in SPDX 2. */
function licencesByPackage({ relationships, byId }: Graph): ReadonlyMap<string, readonly string[]> {
  const licences = new Map<string, string[]>()
  for (const one of relationships) {
    if (!/^has(Declared|Concluded)License$/.test(textOf(one, 'relationshipType'))) continue
    const from = idOf(one['from'])
    const known = licences.get(from) ?? []
    // Pushed, not copied: one package may have as many of these relationships as a document has room for.
    for (const text of listOf(one['to']).map((to) => licenceText(to, byId))) if (text !== '') known.push(text)
    licences.set(from, known)
  }
  return licences
}

/** An expression; or one of the list, by the address that is its id. */
function licenceText(to: JsonValue, byId: Graph['byId']): string {
  const expression = textOf(resolved(to, byId), 'simplelicensing_licenseExpression')
  const [, listed = ''] = /^https?:\/\/spdx\.org\/licenses\/([^/]+)$/.exec(idOf(to)) ?? []
  return statedText(expression || listed)
}

/** What the document, and its SBOM, is about. */
export function rootIds({ collections, relationships }: Graph): ReadonlySet<string> {
  const roots = collections.flatMap((one) => listOf(one['rootElement']).map(idOf))
  const described = relationships
    .filter((one) => one['relationshipType'] === 'describes')
    .flatMap((one) => listOf(one['to']).map(idOf))
  return new Set([...roots, ...described])
}

/** The document's own. */
function creationOf({ collections, byId }: Graph): JsonObject | undefined {
  const whole = collections.find((one) => one['type'] === 'SpdxDocument') ?? collections[0]
  return resolved(whole?.['creationInfo'], byId)
}

/** The first program that it was created using, else by. */
function toolOf(creation: JsonObject | undefined, { byId }: Graph): SbomTool {
  const makers = [...listOf(creation?.['createdUsing']), ...listOf(creation?.['createdBy'])]
  const programs = makers
    .map((one) => resolved(one, byId))
    .filter((one) => /^(Tool|SoftwareAgent)$/.test(textOf(one, 'type')))
  return splitToolVersion(textOf(programs[0], 'name').trim())
}

function resolved(value: JsonValue | undefined, byId: Graph['byId']): JsonObject | undefined {
  return isObject(value) ? value : byId.get(idOf(value))
}

/** Of a reference, or of the element itself; empty if it has none. */
export function idOf(value: JsonValue | undefined): string {
  if (!isObject(value)) return typeof value === 'string' ? value : ''
  return textOf(value, 'spdxId') || textOf(value, '@id')
}

function textOf(object: JsonObject | undefined, name: string): string {
  const value = object?.[name]
  return typeof value === 'string' ? value : ''
}

/** One value may stand without its array. */
export function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [value]
}
