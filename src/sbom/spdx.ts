/**
 * SPDX JSON 2.2 and 2.3 (https://spdx.github.io/spdx-spec/v2.3/): packages, and the tool.
 *
 * Files are no components: real documents list forty times as many files as packages. A package with several purls
 * is one component for each. What is declared or concluded about a package's licence
 * counts, what was found in its files does not. Relationships are left to later issues.
 */
import {
  documentField,
  elements,
  expectString,
  member,
  optionalMember,
  textOrNone,
  type Field,
} from '../attestation/field.ts'
import type { JsonValue } from '../encoding/strict-json.ts'
import {
  checkComponentCount,
  makeComponent,
  makeSbomDocument,
  makeTool,
  systemOf,
  type Component,
  type ComponentDetails,
  type SbomDocument,
  type SbomTool,
} from './component.ts'
import { parseCpe, type Cpe } from './cpe.ts'
import { readHashes } from './hashes.ts'
import { describedIds, ownDigests } from './own-subject.ts'
import { refuseText, unsupportedFormat } from './unsupported-format.ts'

const document = { subject: 'SPDX document', reason: 'sbom-unacceptable' } as const

/** Looking for the version is quadratic in the worst case; real names have fewer than 50 characters. */
const MAX_TOOL_LENGTH = 1_000

/**
 * `pointer` is the document's own place, for messages: `/predicate` in a statement.
 *
 * @throws Fault `unsupported` (`sbom-format-unsupported`), `unacceptable` (`sbom-unacceptable`), `too-large`
 * (`component-limit`)
 */
export function readSpdx(predicate: JsonValue | undefined, pointer = ''): SbomDocument {
  refuseText(predicate, pointer)
  const whole = documentField(document, predicate, pointer)
  const version = readVersion(whole)
  const packages = optionalMember(whole, 'packages')
  const components: Component[] = []
  const systems: Component[] = []
  const about: string[] = []
  const described = describedIds(
    member(whole, 'documentDescribes').value,
    member(whole, 'relationships').value,
  )
  for (const element of packages === undefined ? [] : elements(packages)) {
    const read = readPackage(element)
    components.push(...read)
    if (isSystem(element)) systems.push(...read)
    if (described.has(textOrNone(element, 'SPDXID'))) about.push(...read.flatMap(ownDigests))
    checkComponentCount(components.length, `${pointer}/packages`)
  }
  const creation = optionalMember(whole, 'creationInfo')
  return makeSbomDocument(`SPDX ${version}`, readTool(creation), components, {
    system: systemOf(systems),
    about,
    created: creation === undefined ? '' : textOrNone(creation, 'created'),
  })
}

function readVersion(whole: Field): string {
  // SPDX 3 is a graph in JSON-LD, and has no version at the top.
  const graph = optionalMember(whole, '@context')
  if (graph !== undefined)
    throw unsupportedFormat(
      'SPDX 3 (JSON-LD)',
      graph.pointer,
      'Make the SBOM as SPDX 2.3, for example with: syft IMAGE -o spdx-json@2.3',
    )
  const field = member(whole, 'spdxVersion')
  const written = expectString(field)
  if (written === 'SPDX-2.2' || written === 'SPDX-2.3') return written.slice('SPDX-'.length)
  throw unsupportedFormat(
    written,
    field.pointer,
    'Convert it: syft convert sbom.spdx.json -o spdx-json@2.3=sbom-2.3.spdx.json',
  )
}

function readPackage(field: Field): readonly Component[] {
  const name = expectString(member(field, 'name'))
  const stated = optionalMember(field, 'versionInfo')
  const version = stated === undefined ? '' : versionInfo(expectString(stated))
  const { purls, cpes } = readReferences(optionalMember(field, 'externalRefs'))
  const details = readDetails(field, cpes)
  if (purls.length === 0) return [makeComponent(name, version, undefined, details)]
  return purls.map((purl) => makeComponent(name, version, purl, details))
}

/** trivy's word for it before there was a purpose (SPDX 2.2) is in the id. */
function isSystem(field: Field): boolean {
  const purpose = textOrNone(field, 'primaryPackagePurpose')
  return purpose === 'OPERATING-SYSTEM' || textOrNone(field, 'SPDXID').startsWith('SPDXRef-OperatingSystem-')
}

function readDetails(field: Field, cpes: readonly Cpe[]): ComponentDetails {
  const hashes = readHashes(field, 'checksums', 'algorithm', 'checksumValue')
  const source = readSource(textOrNone(field, 'sourceInfo'))
  const licences = ['licenseDeclared', 'licenseConcluded']
    .map((name) => textOrNone(field, name))
    .filter((text) => !['', 'NONE', 'NOASSERTION'].includes(text))
  return {
    ...(hashes.length === 0 ? {} : { hashes }),
    ...(cpes.length === 0 ? {} : { cpes }),
    ...(source === '' ? {} : { source }),
    ...(licences.length === 0 ? {} : { licences }),
  }
}

/** trivy's sentence about the source package; other tools write here where they looked. */
function readSource(sourceInfo: string): string {
  const [, name = '', version] = /^built package from: (\S+)(?: (\S+))?$/.exec(sourceInfo) ?? []
  return version === undefined ? name : `${name}@${version}`
}

/** SPDX's word for "not stated". */
function versionInfo(text: string): string {
  return text === 'NOASSERTION' ? '' : text
}

/** Tools spell the category differently (PACKAGE-MANAGER, PACKAGE_MANAGER), so only the type decides. */
function readReferences(references: Field | undefined): {
  readonly purls: readonly string[]
  readonly cpes: readonly Cpe[]
} {
  const purls = new Set<string>()
  const cpes: Cpe[] = []
  for (const reference of references === undefined ? [] : elements(references)) {
    const { value } = member(reference, 'referenceType')
    const isPurl = value === 'purl' || value === 'http://spdx.org/rdf/references/purl'
    if (isPurl) purls.add(expectString(member(reference, 'referenceLocator')))
    else if (typeof value === 'string' && /cpe2[23]Type$/.test(value)) {
      const cpe = parseCpe(textOrNone(reference, 'referenceLocator'))
      if (cpe !== undefined) cpes.push(cpe)
    }
  }
  return { purls: [...purls], cpes }
}

/** The first `Tool:` among the creators, without a trailing `-<version>`. */
function readTool(creationInfo: Field | undefined): SbomTool {
  const creators = creationInfo === undefined ? undefined : optionalMember(creationInfo, 'creators')
  for (const field of creators === undefined ? [] : elements(creators)) {
    const creator = expectString(field)
    if (creator.startsWith('Tool:')) return splitToolVersion(creator.slice('Tool:'.length).trim())
  }
  return makeTool('', '')
}

/**
 * `syft-0.64.0`, `buildkit-v0.12.0-rc1`, `npm/cli-10.8.2`: a version begins with a digit, and has a dot or ends the
 * text. syft writes `syft-[not provided]` where it was built without one.
 */
function splitToolVersion(text: string): SbomTool {
  if (text.length > MAX_TOOL_LENGTH) return makeTool(text, '')
  const [, name = text, version = ''] = /^(.+?)-(v?\d+\.\S*|v?\d+|\[not provided\])$/.exec(text) ?? []
  return makeTool(name, version === '[not provided]' ? '' : version)
}
