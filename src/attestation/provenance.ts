/**
 * SLSA provenance v1, v0.2 and v0.1 (https://slsa.dev/provenance/): who built it, from which commits, on which images
 * (formats.md C/1.4).
 *
 *                v1                                              v0.2 (v0.1 has no configSource)
 *     builder    runDetails.builder.id                           builder.id
 *     sources    buildDefinition.resolvedDependencies,           materials,
 *                externalParameters.configSource (BuildKit)      invocation.configSource
 *     images     buildDefinition.resolvedDependencies            materials
 *     times      runDetails.metadata.startedOn, finishedOn       metadata.buildStartedOn, buildFinishedOn
 *
 * A source is a dependency that is a git repository with a commit. Commits are told by their length and not by the
 * name of their digest, which producers get wrong (`sha256` with 40 digits, values in quotes). What the client of a
 * build claims (`vcs`, other external parameters) is not read. Times are the signer's word: they are shown and never
 * searched by or compared.
 */
import { isObject } from '../encoding/strict-json.ts'
import { Fault } from '../errors.ts'
import { baseImagesOf } from './base-image.ts'
import {
  documentField,
  elements,
  expectString,
  members,
  optionalMember,
  textOrNone,
  type Field,
} from './field.ts'
import { parseCommit, parseGitUri, type GitUri } from './git-uri.ts'
import { SLSA_PROVENANCE_V01, SLSA_PROVENANCE_V02, SLSA_PROVENANCE_V1 } from './predicate-types.ts'
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
  /** `sha256:<hex>` and so on, in the document's order, each once. */
  readonly baseImages: readonly string[]
  readonly claimed: ClaimedTimes
}

/** As the signer wrote them, unchecked. */
export interface ClaimedTimes {
  readonly startedOn?: string
  readonly finishedOn?: string
}

const document = { subject: 'provenance', reason: 'predicate-unacceptable' } as const

/** Digests of git objects that are no commits. */
const notCommits: ReadonlySet<string> = new Set(['gitTree', 'gitBlob', 'gitTag'])

/** Tekton lists the definitions of a build beside its source, by these names. */
const tektonDefinitions: ReadonlySet<string> = new Set(['pipeline', 'task', 'pipelineTask'])

// By identity: the intake report, the manifest and the claimed times each ask, and reading is most of their work.
const parsed = new WeakMap<Statement, { readonly provenance: Provenance | undefined }>()

/**
 * Undefined if the statement is no provenance of these versions. Missing parts are empty.
 *
 * @throws Fault `unacceptable` (`predicate-unacceptable`) if a part has the wrong shape
 */
export function parseProvenance(statement: Statement): Provenance | undefined {
  const known = parsed.get(statement)
  if (known !== undefined) return known.provenance
  const provenance = provenanceIn(statement)
  parsed.set(statement, { provenance })
  return provenance
}

function provenanceIn(statement: Statement): Provenance | undefined {
  // In-toto holds an unset predicate equal to an empty one.
  const predicate = documentField(document, statement.predicate ?? {}, '/predicate')
  if (SLSA_PROVENANCE_V01.includes(statement.predicateType)) return parseV01(predicate)
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
  const own = isTekton(type) ? named.filter((one) => !tektonDefinitions.has(textOf(one, 'name'))) : named
  return {
    builder: builderOf(details),
    sources: unique([...configSource(parameters), ...own.flatMap((one) => sourcesOf(one, false))]),
    baseImages: isTekton(type) ? [] : baseImagesOf(named),
    claimed: timesOf(details, 'startedOn', 'finishedOn'),
  }
}

/** Tekton lists the images that its steps run in, which are tools of the build and no base of what is built. */
function isTekton(buildType: string): boolean {
  return /^(?:https:\/\/)?tekton\.dev\//.test(buildType)
}

function parseV02(predicate: Field): Provenance {
  const materials = dependencies(predicate, 'materials')
  const sources = materials.flatMap((one) => sourcesOf(one, false))
  return {
    builder: builderOf(predicate),
    sources: unique([...configSource(optionalMember(predicate, 'invocation')), ...sources]),
    baseImages: isTekton(textOrNone(predicate, 'buildType')) ? [] : baseImagesOf(materials),
    claimed: timesOf(predicate, 'buildStartedOn', 'buildFinishedOn'),
  }
}

/**
 * What v0.2 grew out of: the same names, but for a `recipe` instead of `invocation`. Manifest version 1 did not open
 * it, so one of the wrong shape may be recorded already: it states nothing, and is not refused.
 */
function parseV01(predicate: Field): Provenance {
  try {
    return parseV02(predicate)
  } catch (cause) {
    if (cause instanceof Fault) return { builder: '', sources: [], baseImages: [], claimed: {} }
    throw cause
  }
}

function timesOf(parent: Field | undefined, started: string, finished: string): ClaimedTimes {
  const metadata = parent === undefined ? undefined : optionalMember(parent, 'metadata')
  // Nothing rests on them, so one of the wrong shape is no reason to refuse.
  if (!isObject(metadata?.value) || metadata === undefined) return {}
  const [startedOn, finishedOn] = [textOrNone(metadata, started), textOrNone(metadata, finished)]
  return { ...(startedOn === '' ? {} : { startedOn }), ...(finishedOn === '' ? {} : { finishedOn }) }
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
