/**
 * SLSA provenance v1 and v0.2 (https://slsa.dev/provenance/): who built it, from which commits (formats.md C/1.4).
 *
 *                v1                                              v0.2
 *     builder    runDetails.builder.id                           builder.id
 *     sources    buildDefinition.resolvedDependencies,           materials,
 *                externalParameters.configSource (BuildKit)      invocation.configSource
 *
 * A source is a dependency that is a git repository with a commit. Commits are told by their length and not by the
 * name of their digest, which producers get wrong (`sha256` with 40 digits, values in quotes). What the client of a
 * build claims (`vcs`, other external parameters) is not read. Base images and times are left to later issues.
 */
import { documentField, elements, expectString, members, optionalMember, type Field } from './field.ts'
import { parseCommit, parseGitUri, type GitUri } from './git-uri.ts'
import { SLSA_PROVENANCE_V02, SLSA_PROVENANCE_V1 } from './predicate-types.ts'
import type { Statement } from './statement.ts'

export interface Source {
  /** `host/path`, see git-uri.ts. */
  readonly repo: string
  /** 40 or 64 lower-case hex digits. */
  readonly commit: string
}

export interface Provenance {
  /** As written; empty if there is none. */
  readonly builder: string
  /** In the document's order, each once. */
  readonly sources: readonly Source[]
}

const document = { subject: 'provenance', reason: 'predicate-unacceptable' } as const

/** Digests of git objects that are no commits. */
const notCommits: ReadonlySet<string> = new Set(['gitTree', 'gitBlob', 'gitTag'])

/** Tekton lists the definitions of a build beside its source, by these names. */
const tektonDefinitions: ReadonlySet<string> = new Set(['pipeline', 'task', 'pipelineTask'])

/**
 * Undefined if the statement is no provenance of these versions. Missing parts are empty.
 *
 * @throws Fault `unacceptable` (`predicate-unacceptable`) if a part has the wrong shape
 */
export function parseProvenance(statement: Statement): Provenance | undefined {
  // In-toto holds an unset predicate equal to an empty one.
  const predicate = documentField(document, statement.predicate ?? {}, '/predicate')
  switch (statement.predicateType) {
    case SLSA_PROVENANCE_V1:
      return parseV1(predicate)
    case SLSA_PROVENANCE_V02:
      return parseV02(predicate)
  }
  return undefined
}

function parseV1(predicate: Field): Provenance {
  const definition = optionalMember(predicate, 'buildDefinition')
  const details = optionalMember(predicate, 'runDetails')
  const type = definition === undefined ? '' : textOf(definition, 'buildType')
  const parameters = definition === undefined ? undefined : optionalMember(definition, 'externalParameters')
  const named = dependencies(definition, 'resolvedDependencies')
  const own = type.startsWith('https://tekton.dev/')
    ? named.filter((one) => !tektonDefinitions.has(textOf(one, 'name')))
    : named
  return {
    builder: builderOf(details),
    sources: unique([...configSource(parameters), ...own.flatMap((one) => sourcesOf(one, false))]),
  }
}

function parseV02(predicate: Field): Provenance {
  const materials = dependencies(predicate, 'materials').flatMap((one) => sourcesOf(one, false))
  return {
    builder: builderOf(predicate),
    sources: unique([...configSource(optionalMember(predicate, 'invocation')), ...materials]),
  }
}

function builderOf(parent: Field | undefined): string {
  const builder = parent === undefined ? undefined : optionalMember(parent, 'builder')
  return builder === undefined ? '' : textOf(builder, 'id')
}

function dependencies(parent: Field | undefined, name: string): readonly Field[] {
  const list = parent === undefined ? undefined : optionalMember(parent, name)
  return list === undefined ? [] : elements(list)
}

/** Where the build's own definition came from. Some builders write its path alone, which names no repository. */
function configSource(parent: Field | undefined): readonly Source[] {
  const source = parent === undefined ? undefined : optionalMember(parent, 'configSource')
  return source === undefined || typeof source.value === 'string' ? [] : sourcesOf(source, true)
}

function sourcesOf(dependency: Field, isSource: boolean): readonly Source[] {
  const uri = parseGitUri(textOf(dependency, 'uri'))
  if (uri === undefined) return []
  const digests = digestsOf(dependency)
  if (!isSource && !uri.isCertain && !digests.some(provesGit)) return []
  return commitsOf(uri, digests).map((commit) => ({ repo: uri.repo, commit }))
}

function commitsOf(uri: GitUri, digests: readonly (readonly [string, string])[]): readonly string[] {
  const commits = digests.map(([, value]) => parseCommit(value)).filter((commit) => commit !== undefined)
  if (commits.length > 0) return commits
  return uri.commit === undefined ? [] : [uri.commit]
}

function digestsOf(dependency: Field): readonly (readonly [name: string, value: string])[] {
  const digest = optionalMember(dependency, 'digest')
  const named = digest === undefined ? [] : members(digest)
  return named
    .filter(([name]) => !notCommits.has(name))
    .map(([name, value]) => [name, expectString(value)] as const)
}

/** The URL may be any download: its digest must be a commit by name, or by being too short for what it is called. */
function provesGit([name, value]: readonly [string, string]): boolean {
  return name === 'gitCommit' || (name !== 'sha1' && parseCommit(value)?.length === 40)
}

function textOf(parent: Field, name: string): string {
  const field = optionalMember(parent, name)
  return field === undefined ? '' : expectString(field)
}

function unique(sources: readonly Source[]): readonly Source[] {
  return [...new Map(sources.map((source) => [`${source.repo}@${source.commit}`, source])).values()]
}
