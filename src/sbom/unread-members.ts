/** Large SBOMs without what no reader of this folder but dependency-graph.ts reads. */
import { predicateKind } from '../attestation/predicate-types.ts'
import { parseStatement, type Statement } from '../attestation/statement.ts'
import { vexVulnerabilitiesOf } from '../attestation/vex-of-statement.ts'
import {
  isObject,
  optionalMember,
  type JsonLeaveOut,
  type JsonObject,
  type JsonValue,
} from '../encoding/strict-json.ts'
import type { SbomDocument } from './component.ts'
import { SPDX_DOCUMENT_ID } from './own-subject.ts'
import { isSourceProperty } from './source-properties.ts'

/** What is smaller fits into memory anyway, and is read once whatever it is. */
const LEAN_FROM_BYTES = 1024 * 1024

/**
 * What SBOMs hold most of and no reader of manifests reads: files, their texts, evidence. The largest documents fit into
 * memory without it.
 */
export const UNREAD_MEMBERS: ReadonlySet<string> = new Set([
  'annotations',
  'attributionTexts',
  'bom-ref',
  'copyright',
  'copyrightText',
  'dependencies',
  'description',
  'downloadLocation',
  'evidence',
  'externalReferences',
  'fileContributors',
  'files',
  'hasExtractedLicensingInfos',
  'hasFiles',
  'licenseComments',
  'licenseInfoFromFiles',
  'licenseInfoInFiles',
  'packageVerificationCode',
  'snippets',
])

/** Of tools' own properties and of relationships, which SBOMs hold most of beside those, few are read. */
function keeps(list: string, element: JsonValue): boolean {
  if (list === 'properties') return isObject(element) && isSourceProperty(element['name'])
  if (list === 'relationships') return isObject(element) && isReadRelationship(element)
  return true
}

function isReadRelationship(one: JsonObject): boolean {
  return one['spdxElementId'] === SPDX_DOCUMENT_ID || one['relationshipType'] === 'VARIANT_OF'
}

const unread: JsonLeaveOut = { members: UNREAD_MEMBERS, keeps }

/** Analyses name the components that they are about. */
const unreadBesideAnalyses: JsonLeaveOut = {
  members: new Set([...UNREAD_MEMBERS].filter((name) => name !== 'bom-ref')),
  keeps,
}

/** As `parseStatement`, but a large SBOM has null for each of `UNREAD_MEMBERS`. */
export function parseLeanStatement(payload: Uint8Array): Statement {
  if (payload.length >= LEAN_FROM_BYTES) {
    const statement = parseStatement(payload, unread)
    const kind = predicateKind(statement.predicateType)
    // They stand at the end of a document: whether there are any is known when it was read.
    if (kind === 'cyclonedx' && vexVulnerabilitiesOf(statement).length > 0)
      return parseStatement(payload, unreadBesideAnalyses)
    if (kind === 'cyclonedx' || kind === 'spdx') return statement
  }
  return parseStatement(payload)
}

/** Fewer are not worth it. */
const FORGOTTEN_FROM = 1_000

/**
 * Gives back the memory of components once `sbom` was read of them: in the largest documents that is more than all that follows
 * needs. To whoever looks afterwards the document has none.
 */
export function forgetComponents({ predicate }: Statement, sbom: SbomDocument | undefined): void {
  if (!isObject(predicate) || (sbom?.components.length ?? 0) < FORGOTTEN_FROM) return
  for (const name of ['components', 'packages', '@graph']) {
    const list = optionalMember(predicate, name)
    if (Array.isArray(list)) list.length = 0
  }
}
