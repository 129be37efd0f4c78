/** What a large SBOM is read without (attestation/statement.ts): no reader of this folder but dependency-graph.ts reads it. */

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
