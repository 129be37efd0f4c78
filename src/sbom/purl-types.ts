/**
 * What each purl type adds to the general rules: how its parts are folded to one spelling, and what a purl of that
 * type must have (the type definitions of the purl specification, as far as its published tests demand them).
 *
 * Types that are not listed keep every part as written. Aliases between types and vendors (search.md 6.1: `alpine` is
 * `apk/alpine`, `rhel` is `redhat`, …) and folding `epoch=` into versions are deliberately not here: they are a
 * second, later step, from the canonical purl to the identity that is searched by.
 */

/** The parts that rules look at. */
export interface PurlParts {
  readonly type: string
  /** Segments joined by "/"; empty if there is none. */
  readonly namespace: string
  readonly name: string
  /** Empty if there is none. */
  readonly version: string
  readonly qualifiers: Readonly<Record<string, string>>
}

type Fold = (text: string, parts: PurlParts) => string

/** All members are optional: what is absent is kept as written, or allowed. */
export interface PurlTypeRules {
  readonly namespace?: Fold
  readonly name?: Fold
  readonly version?: Fold
  /** Where the name ends and the namespace begins: `git` names hold slashes. */
  readonly isNameAfterFirstSegment?: true
  /** What a strict reader refuses: the sentence says what is expected; undefined if all is well. */
  readonly misfit?: (parts: PurlParts) => string | undefined
  /** A strict reader refuses qualifier keys with capitals instead of folding them. */
  readonly refusesCapitalKeys?: true
}

const lower: Fold = (text) => text.toLowerCase()
const upper: Fold = (text) => text.toUpperCase()

/** PEP 503: runs of "-", "_" and "." are one dash. */
const pypiName: Fold = (text) => text.toLowerCase().replace(/[-_.]+/g, '-')

const pubName: Fold = (text) => text.toLowerCase().replaceAll('-', '_')

/** Model names are case-insensitive in Databricks and case-sensitive elsewhere (Azure ML). */
const mlflowName: Fold = (text, { qualifiers }) =>
  (qualifiers['repository_url'] ?? '').includes('databricks') ? text.toLowerCase() : text

/** GitHub's paths are case-insensitive, those of other hosts may not be. */
const gitPath: Fold = (text, { namespace }) =>
  ['github', 'github.com'].includes(namespace.toLowerCase()) ? text.toLowerCase() : text

const needsNamespace = (parts: PurlParts): string | undefined =>
  parts.namespace === '' ? 'a namespace' : undefined
const needsNoNamespace = (parts: PurlParts): string | undefined =>
  parts.namespace === '' ? undefined : 'no namespace'
const needsUuid = ({ qualifiers }: PurlParts): string | undefined =>
  qualifiers['uuid'] === undefined ? 'a uuid qualifier' : undefined
/** A distribution (`URI-PackageURL`) is a package, a module (`URI::PackageURL`) is not. */
const needsDistribution = ({ name }: PurlParts): string | undefined =>
  name.includes('::') ? 'the name of a distribution, without "::"' : undefined

function needsExtensionId({ namespace, name, version }: PurlParts): string | undefined {
  if (namespace !== '') return 'no namespace'
  if (!/^[a-p]{32}$/.test(name)) return 'a name of 32 letters from a to p'
  return version === '' || /^\d+(\.\d+){0,3}$/.test(version) ? undefined : 'a version of one to four numbers'
}

const folded: PurlTypeRules = { namespace: lower, name: lower }

const rules: ReadonlyMap<string, PurlTypeRules> = new Map<string, PurlTypeRules>([
  ['alpm', folded],
  ['apk', folded],
  ['bitbucket', folded],
  ['bitnami', { name: lower }],
  ['brew', folded],
  ['chrome-extension', { name: lower, misfit: needsExtensionId }],
  ['composer', folded],
  ['cpan', { namespace: upper, misfit: needsDistribution }],
  ['deb', folded],
  ['gem', { refusesCapitalKeys: true }],
  ['git', { namespace: gitPath, name: gitPath, isNameAfterFirstSegment: true }],
  ['github', folded],
  ['golang', folded],
  ['hex', folded],
  ['huggingface', { version: lower }],
  ['julia', { misfit: needsUuid }],
  ['luarocks', folded],
  ['mlflow', { name: mlflowName }],
  ['npm', folded],
  ['oci', { name: lower }],
  ['otp', { name: lower, misfit: needsNoNamespace }],
  ['pub', { name: pubName }],
  ['pypi', { name: pypiName }],
  ['qpkg', { namespace: lower }],
  ['rpm', { namespace: lower, refusesCapitalKeys: true }],
  ['swift', { misfit: needsNamespace }],
  ['vcpkg', { misfit: needsNoNamespace }],
  ['vscode-extension', { ...folded, misfit: needsNamespace }],
  ['yocto', { namespace: lower }],
])

const noRules: PurlTypeRules = {}

/** The rules of a type in lower case. */
export function rulesOfPurlType(type: string): PurlTypeRules {
  return rules.get(type) ?? noRules
}
