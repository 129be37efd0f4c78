/**
 * CycloneDX JSON 1.2 to 1.7 (https://cyclonedx.org/docs/): components, wherever they are nested, and the tool.
 *
 * `metadata.component` is what the SBOM is about; it counts as a component if it has a purl (contracts.md 1). Nothing
 * here checks a document against its schema: README 2.7, "Poor documents". Dependency
 * edges are dependency-graph.ts, analyses of vulnerabilities attestation/vex.ts; services are not read.
 */
import {
  documentField,
  elements,
  expectString,
  member,
  objectsOrNone,
  optionalMember,
  refusal,
  textOrNone,
  type Field,
} from '../attestation/field.ts'
import { isObject, type JsonValue } from '../encoding/strict-json.ts'
import {
  checkComponentCount,
  makeComponent,
  makeSbomDocument,
  makeTool,
  statedDetails,
  systemOf,
  type Component,
  type ComponentDetails,
  type SbomDocument,
  type SbomTool,
} from './component.ts'
import { parseCpe } from './cpe.ts'
import { readHashes } from './hashes.ts'
import { ownDigests } from './own-subject.ts'
import { sourceInProperties } from './source-properties.ts'
import { unsupportedFormat } from './unsupported-format.ts'

const document = { subject: 'CycloneDX document', reason: 'sbom-unacceptable' } as const

/**
 * `pointer` is the document's own place, for messages: `/predicate` in a statement.
 *
 * @throws Fault `unsupported` (`sbom-format-unsupported`), `unacceptable` (`sbom-unacceptable`), `too-large`
 * (`component-limit`)
 */
export function readCycloneDx(predicate: JsonValue | undefined, pointer = ''): SbomDocument {
  const whole = documentField(document, predicate, pointer)
  const version = readVersion(whole)
  const metadata = optionalMember(whole, 'metadata')
  const components: Component[] = []
  const systems: Component[] = []
  const into = { components, systems }
  const about = metadata === undefined ? undefined : optionalMember(metadata, 'component')
  const digests = about === undefined ? [] : addAbout(about, into)
  addNested(whole, into)
  const tools = metadata === undefined ? undefined : optionalMember(metadata, 'tools')
  return makeSbomDocument(`CycloneDX ${version}`, readTool(tools), components, {
    system: systemOf(systems),
    about: digests,
    created: metadata === undefined ? '' : textOrNone(metadata, 'timestamp'),
  })
}

function readVersion(whole: Field): string {
  const format = optionalMember(whole, 'bomFormat')
  if (format !== undefined && format.value !== 'CycloneDX') throw refusal(format, '"CycloneDX"')
  const field = member(whole, 'specVersion')
  const version = expectString(field)
  if (/^1\.[2-7]$/.test(version)) return version
  throw unsupportedFormat(`CycloneDX ${version}`, field.pointer)
}

/** The name of the first tool: an array until 1.4, an object of components and services since 1.5. */
function readTool(tools: Field | undefined): SbomTool {
  const first = tools === undefined ? undefined : firstTool(tools)
  if (first === undefined) return makeTool('', '')
  return makeTool(optionalString(first, 'name'), optionalString(first, 'version'))
}

function firstTool(tools: Field): Field | undefined {
  if (Array.isArray(tools.value)) return elements(tools)[0]
  return firstOf(tools, 'components') ?? firstOf(tools, 'services')
}

function firstOf(parent: Field, name: string): Field | undefined {
  const list = optionalMember(parent, name)
  return list === undefined ? undefined : elements(list)[0]
}

interface Found {
  readonly components: Component[]
  readonly systems: Component[]
}

/** Returns the digests by which it is named. */
function addAbout(about: Field, into: Found): readonly string[] {
  const component = readComponent(about)
  if (component.purl !== undefined || component.poorPurl !== undefined) into.components.push(component)
  addNested(about, into)
  return ownDigests(component)
}

/** Recursion ends where JSON does: 64 levels (contracts.md 4). */
function addNested(parent: Field, into: Found): void {
  const list = optionalMember(parent, 'components')
  if (list === undefined) return
  for (const element of elements(list)) {
    const component = readComponent(element)
    into.components.push(component)
    if (textOrNone(element, 'type') === 'operating-system') into.systems.push(component)
    checkComponentCount(into.components.length, list.pointer)
    addNested(element, into)
  }
}

function readComponent(field: Field): Component {
  const purl = optionalMember(field, 'purl')
  const name = expectString(member(field, 'name'))
  const component = makeComponent(
    name,
    optionalString(field, 'version'),
    purl === undefined ? undefined : expectString(purl),
    readDetails(field),
  )
  const isPackage = !['file', 'operating-system'].includes(textOrNone(field, 'type'))
  return isPackage ? component : { ...component, isNoPackage: true }
}

function readDetails(field: Field): ComponentDetails {
  const cpe = parseCpe(textOrNone(field, 'cpe'))
  // A file has hashes too, but is no package.
  const hashes = textOrNone(field, 'type') === 'file' ? [] : readHashes(field, 'hashes', 'alg', 'content')
  const source = sourceInProperties(field)
  const licences = readLicences(field)
  return statedDetails({ hashes, cpes: cpe === undefined ? [] : [cpe], source, licences })
}

/** `{license: {id}}`, `{license: {name}}` (an id, where tools do not know the list) or `{expression}`. */
function readLicences(field: Field): readonly string[] {
  return objectsOrNone(field, 'licenses').flatMap((one) => {
    const licence = member(one, 'license')
    const [id, name] = isObject(licence.value)
      ? [textOrNone(licence, 'id'), textOrNone(licence, 'name')]
      : ['', '']
    return [id, name, textOrNone(one, 'expression')].filter((text) => text !== '')
  })
}

function optionalString(parent: Field, name: string): string {
  const field = optionalMember(parent, name)
  return field === undefined ? '' : expectString(field)
}
