/**
 * `--provenance auto`: SLSA v1 provenance from what is known where the command runs: GitHub Actions and GitLab CI say it
 * in their environment, elsewhere git does.
 *
 * It is the builder's own word, signed with the builder's key: nothing here proves it (README "What an answer proves").
 */
import { parseCommit, parseGitUri } from '../attestation/git-uri.ts'
import { SLSA_PROVENANCE_V1 } from '../attestation/predicate-types.ts'
import type { JsonObject } from '../encoding/strict-json.ts'
import { utf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'
import type { PredicateFile } from './predicate-file.ts'

/** What git says of a working tree; undefined members where it says nothing. */
export interface GitFacts {
  readonly commit: string | undefined
  readonly branch: string | undefined
  /** The URL of `origin`, else of the only remote. */
  readonly remote: string | undefined
  /** Whether anything differs from the commit, files that git does not know included. */
  readonly dirty: boolean
}

export interface AutoProvenance extends PredicateFile {
  /** For people: where it was taken from. */
  readonly from: string
  /** The tree that was built is not the commit's. */
  readonly dirty: boolean
}

type Environment = Readonly<Record<string, string | undefined>>

interface Build {
  readonly from: string
  readonly buildType: string
  readonly builder: string
  readonly external: JsonObject
  readonly repository: string
  /** A whole ref (`refs/heads/main`), if known. */
  readonly ref: string | undefined
  readonly commit: string
  readonly invocation: string | undefined
  readonly startedOn?: string | undefined
  readonly dirty: boolean
}

/**
 * @param readGit asked only outside of the CI systems that are known
 * @throws Fault `unacceptable` (`build-unknown`) where nothing says what was built, or something necessary is missing
 */
export async function autoProvenance(
  env: Environment,
  readGit: () => Promise<GitFacts | undefined>,
): Promise<AutoProvenance> {
  const build = await buildFrom(env, readGit)
  const bytes = utf8(JSON.stringify(predicateOf(build)))
  const { from, dirty } = build
  return { path: '(auto)', bytes, predicateType: SLSA_PROVENANCE_V1, from, dirty }
}

async function buildFrom(env: Environment, readGit: () => Promise<GitFacts | undefined>): Promise<Build> {
  if (env['GITHUB_ACTIONS'] === 'true') return githubBuild(env)
  if (env['GITLAB_CI'] === 'true') return gitlabBuild(env)
  const git = await readGit()
  if (git === undefined) {
    throw unknown(
      'expected GitHub Actions, GitLab CI or a git working tree, found none',
      'Run it where the source is checked out, or give a file: --provenance provenance.json',
    )
  }
  return gitBuild(git)
}

/**
 * https://docs.github.com/en/actions/reference/variables-reference; the form is
 * https://actions.github.io/buildtypes/workflow/v1.
 */
function githubBuild(env: Environment): Build {
  const server = env['GITHUB_SERVER_URL'] || 'https://github.com'
  const repository = `${server}/${required(env, 'GITHUB_REPOSITORY')}`
  const workflow = required(env, 'GITHUB_WORKFLOW_REF')
  const ref = env['GITHUB_REF'] || undefined
  const run = required(env, 'GITHUB_RUN_ID')
  const path = workflow.slice(required(env, 'GITHUB_REPOSITORY').length + 1).split('@')[0] ?? ''
  return {
    from: 'GitHub Actions',
    buildType: 'https://actions.github.io/buildtypes/workflow/v1',
    builder: `${server}/${workflow}`,
    external: { workflow: { repository, path, ...(ref === undefined ? {} : { ref }) } },
    repository,
    ref,
    commit: requiredCommit(env, 'GITHUB_SHA'),
    invocation: `${repository}/actions/runs/${run}/attempts/${env['GITHUB_RUN_ATTEMPT'] || '1'}`,
    dirty: false,
  }
}

/** https://docs.gitlab.com/ci/variables/predefined_variables/. */
function gitlabBuild(env: Environment): Build {
  const repository = required(env, 'CI_PROJECT_URL')
  const name = env['CI_COMMIT_REF_NAME'] || undefined
  const ref = name === undefined ? undefined : `refs/${env['CI_COMMIT_TAG'] ? 'tags' : 'heads'}/${name}`
  const job = env['CI_JOB_NAME'] || undefined
  return {
    from: 'GitLab CI',
    buildType: 'https://attestree.dev/buildtypes/gitlab-ci/v1',
    builder: `${repository}/-/runners/${required(env, 'CI_RUNNER_ID')}`,
    external: {
      source: repository,
      entryPoint: env['CI_CONFIG_PATH'] || '.gitlab-ci.yml',
      ...(job === undefined ? {} : { job }),
      ...(ref === undefined ? {} : { ref }),
    },
    repository,
    ref,
    commit: requiredCommit(env, 'CI_COMMIT_SHA'),
    invocation: env['CI_JOB_URL'] || undefined,
    startedOn: env['CI_JOB_STARTED_AT'] || undefined,
    dirty: false,
  }
}

function gitBuild({ commit, branch, remote, dirty }: GitFacts): Build {
  if (commit === undefined) throw unknown('the git working tree has no commit yet', 'Commit first.')
  if (remote === undefined) {
    throw unknown(
      'git knows no remote, so nobody could find the source',
      'Name one: git remote add origin URL',
    )
  }
  return {
    from: 'git, outside of a known CI system',
    buildType: 'https://attestree.dev/buildtypes/working-tree/v1',
    builder: 'https://attestree.dev/builders/working-tree',
    external: {},
    repository: remote,
    ref: branch === undefined ? undefined : `refs/heads/${branch}`,
    commit,
    invocation: undefined,
    dirty,
  }
}

function predicateOf(build: Build): JsonObject {
  const uri = parseGitUri(build.repository.startsWith('http') ? `git+${build.repository}` : build.repository)
  // In this spelling there is no room for a user or a token, which remotes often have.
  if (uri === undefined)
    throw unknown(
      'the source repository’s URL names no host',
      'It must be https://HOST/PATH or git@HOST:PATH, and is not shown here, since it may hold a token: git remote get-url origin',
    )
  const metadata = {
    ...(build.invocation === undefined ? {} : { invocationId: build.invocation }),
    ...(build.startedOn === undefined ? {} : { startedOn: build.startedOn }),
  }
  return {
    buildDefinition: {
      buildType: build.buildType,
      externalParameters: build.external,
      resolvedDependencies: [
        {
          uri: `git+https://${uri.repo}${build.ref === undefined ? '' : `@${build.ref}`}`,
          digest: { gitCommit: build.commit },
          ...(build.dirty ? { annotations: { dirty: true } } : {}),
        },
      ],
    },
    runDetails: {
      builder: { id: build.builder },
      ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
    },
  }
}

function required(env: Environment, name: string): string {
  const value = env[name]
  if (value !== undefined && value !== '') return value
  throw unknown(`the environment says that this is CI, but ${name} is not set`, 'Pass it on to this step.')
}

function requiredCommit(env: Environment, name: string): string {
  const commit = parseCommit(required(env, name))
  if (commit === undefined) throw unknown(`${name}: expected a whole commit in hex`, 'Pass it on unchanged.')
  return commit
}

function unknown(what: string, hint: string): Fault {
  return new Fault('build-unknown', `provenance: ${what}`, { hint })
}
