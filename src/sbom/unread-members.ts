/** Large SBOMs without what no reader of this folder but dependency-graph.ts reads. */
import { predicateKind } from '../attestation/predicate-types.ts'
import { parseStatement, type Statement } from '../attestation/statement.ts'

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

/** As `parseStatement`, but a large SBOM has null for each of `UNREAD_MEMBERS`. */
export function parseLeanStatement(payload: Uint8Array): Statement {
  if (payload.length >= LEAN_FROM_BYTES) {
    const statement = parseStatement(payload, UNREAD_MEMBERS)
    if (['cyclonedx', 'spdx'].includes(predicateKind(statement.predicateType))) return statement
  }
  return parseStatement(payload)
}
