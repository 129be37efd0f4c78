/** What to change where a document is made, for each finding of the intake report (README 2.7, "Poor documents"). */
import type { FindingCode } from './reported.ts'

export type IntakeCode =
  | FindingCode
  | 'subject-differs'
  | 'version-unordered'
  | 'licence-not-spdx'
  | 'no-builder'
  | 'no-source'
  | 'vex-alone'

/** One or two sentences, without the name of any document or person in them. */
export const intakeAdvice: Readonly<Record<IntakeCode, string>> = {
  'no-tool':
    'Let the generator name itself (CycloneDX metadata.tools, SPDX creators): the newest SBOM of each tool counts.',
  'no-components':
    'Give the generator the built image (syft NAME@sha256:…, trivy image NAME@sha256:…): this document proves nothing about what is inside.',
  'no-purl':
    'Have package URLs written: syft -o cyclonedx-json and trivy image --format cyclonedx do. Without one a component is found by its name only, and never for sure.',
  'purl-unreadable':
    'Write pkg:type/namespace/name@version with %XX escapes. What cannot be read is not found by package.',
  'purl-nonconforming':
    'It was understood and is found. A newer generator will write it as its type demands.',
  'no-version':
    'State the version of each component: without it no range can tell, and it stays undetermined.',
  'duplicate-component': 'Nothing is lost. Whoever merges documents can leave out what is listed twice.',
  'subject-differs':
    'Make the SBOM of the digest that was pushed, and sign it for that digest: perhaps the wrong file was signed.',
  'version-unordered':
    'Write versions as the ecosystem orders them: for Go, build from a tagged module instead of "(devel)"; for Composer, a release instead of a branch.',
  'licence-not-spdx':
    'Use ids of https://spdx.org/licenses/, or LicenseRef-… for your own: others are not found by licence.',
  'vex-alone':
    'All components of this document are affected by its vulnerabilities, which have analyses: it is taken as VEX, not as an SBOM. Submit the SBOM as a document of its own.',
  'no-builder':
    'Have the builder write its id (runDetails.builder.id): otherwise nobody finds what it built.',
  'no-source':
    'Have the builder list its source with the commit (resolvedDependencies: git+https://…, digest.gitCommit).',
}
