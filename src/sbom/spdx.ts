/**
 * SPDX JSON 2.2 and 2.3 (https://spdx.github.io/spdx-spec/v2.3/): packages, and the tool.
 *
 * Files are no components: real documents list forty times as many files as packages. A package with several purls
 * is one component for each. What is declared or concluded about a package's licence
 * counts, what was found in its files does not. Relationships between packages are dependency-graph.ts.
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
  createHashCount,
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
import { parseCpe, type Cpe } from './cpe.ts'
import { readHashes } from './hashes.ts'
import { describedIds, ownDigests } from './own-subject.ts'
import { sourceIn, splitToolVersion, statedText } from './spdx-words.ts'
import { readSpdx3 } from './spdx3.ts'
import { unsupportedFormat } from './unsupported-format.ts'

const document = { subject: 'SPDX document', reason: 'sbom-unacceptable' } as const

/**
 * SPDX 3 too, which is a graph in JSON-LD (spdx3.ts). `pointer` is the document's own place, for messages: `/predicate`
 * in a statement.
 *
 * @throws Fault `unsupported` (`sbom-format-unsupported`), `unacceptable` (`sbom-unacceptable`), `too-large`
 * (`component-limit`)
 */
export function readSpdx(predicate: JsonValue | undefined, pointer = ''): SbomDocument {
  const whole = documentField(document, predicate, pointer)
  if (optionalMember(whole, '@context') !== undefined) return readSpdx3(whole)
  const version = readVersion(whole)
  const packages = optionalMember(whole, 'packages')
  const components: Component[] = []
  const systems: Component[] = []
  const about = new Set<string>()
  const countHashes = createHashCount(`${pointer}/packages`)
  const described = describedIds(
    member(whole, 'documentDescribes').value,
    member(whole, 'relationships').value,
  )
  for (const element of packages === undefined ? [] : elements(packages)) {
    const isAbout = described.has(textOrNone(element, 'SPDXID'))
    const found = readPackage(element)
    countHashes(found)
    for (const component of found) {
      components.push(isAbout || isSystem(element) ? { ...component, isNoPackage: true } : component)
      checkComponentCount(components.length, `${pointer}/packages`)
      if (isSystem(element)) systems.push(component)
      if (isAbout) for (const digest of ownDigests(component)) about.add(digest)
    }
  }
  const creation = optionalMember(whole, 'creationInfo')
  return makeSbomDocument(`SPDX ${version}`, readTool(creation), components, {
    system: systemOf(systems),
    about: [...about],
    created: creation === undefined ? '' : textOrNone(creation, 'created'),
  })
}

function readVersion(whole: Field): string {
  const field = member(whole, 'spdxVersion')
  const written = expectString(field)
  if (written === 'SPDX-2.2' || written === 'SPDX-2.3') return written.slice('SPDX-'.length)
  throw unsupportedFormat(written, field.pointer)
}

function readPackage(field: Field): readonly Component[] {
  const name = expectString(member(field, 'name'))
  const stated = optionalMember(field, 'versionInfo')
  const version = stated === undefined ? '' : statedText(expectString(stated))
  const { purls, cpes } = readReferences(optionalMember(field, 'externalRefs'))
  const details = readDetails(field, cpes)
  if (purls.length === 0) return [makeComponent(name, version, undefined, details)]
  checkComponentCount(purls.length, field.pointer)
  return purls.map((purl) => makeComponent(name, version, purl, details))
}

/** trivy's word for it before there was a purpose (SPDX 2.2) is in the id. */
function isSystem(field: Field): boolean {
  const purpose = textOrNone(field, 'primaryPackagePurpose')
  return purpose === 'OPERATING-SYSTEM' || textOrNone(field, 'SPDXID').startsWith('SPDXRef-OperatingSystem-')
}

function readDetails(field: Field, cpes: readonly Cpe[]): ComponentDetails {
  const hashes = readHashes(field, 'checksums', 'algorithm', 'checksumValue')
  const source = sourceIn(textOrNone(field, 'sourceInfo'))
  const licences = ['licenseDeclared', 'licenseConcluded']
    .map((name) => statedText(textOrNone(field, name)))
    .filter((text) => text !== '')
  return statedDetails({ hashes, cpes, source, licences })
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
