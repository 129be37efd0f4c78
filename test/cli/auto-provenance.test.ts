/** `--provenance auto`: what CI or git says, read back as the ledger reads it; refused where nothing is known. */
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { parseProvenance } from '../../src/attestation/provenance.ts'
import { parseStatement, spliceStatement } from '../../src/attestation/statement.ts'
import { autoProvenance, type AutoProvenance, type GitFacts } from '../../src/cli/auto-provenance.ts'
import { gitFacts } from '../../src/cli/git-facts.ts'
import { Fault } from '../../src/errors.ts'
import { digestOf } from '../helpers/test-ledger.ts'

const COMMIT = 'c'.repeat(40)
const nowhere = async (): Promise<GitFacts | undefined> => undefined

const github = {
  GITHUB_ACTIONS: 'true',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'acme/shop',
  GITHUB_WORKFLOW_REF: 'acme/shop/.github/workflows/release.yml@refs/tags/v1.4',
  GITHUB_REF: 'refs/tags/v1.4',
  GITHUB_SHA: COMMIT,
  GITHUB_RUN_ID: '42',
  GITHUB_RUN_ATTEMPT: '2',
}
const gitlab = {
  GITLAB_CI: 'true',
  CI_PROJECT_URL: 'https://gitlab.example/acme/shop',
  CI_COMMIT_SHA: COMMIT,
  CI_COMMIT_REF_NAME: 'main',
  CI_RUNNER_ID: '7',
  CI_JOB_URL: 'https://gitlab.example/acme/shop/-/jobs/1',
  CI_JOB_STARTED_AT: '2026-11-24T12:00:00Z',
}
const tree: GitFacts = {
  commit: COMMIT,
  branch: 'main',
  remote: 'git@github.com:acme/shop.git',
  dirty: false,
}

/** As the ledger reads it. */
function readBack({ predicateType, bytes }: AutoProvenance) {
  const subjects = [{ name: 'registry.test/shop', digest: { sha256: digestOf('shop').slice(7) } }]
  const read = parseProvenance(parseStatement(spliceStatement({ subjects, predicateType }, bytes)))
  if (read === undefined) throw new Error('no provenance')
  return read
}

const reasonOf = (made: Promise<unknown>) =>
  made.then(
    () => 'made',
    (cause: unknown) => (cause instanceof Fault ? `${cause.reason}: ${cause.message}` : String(cause)),
  )

describe('attestree submit --provenance auto', () => {
  it('in GitHub Actions: the workflow as builder, the commit as source, the run as invocation', async () => {
    const made = await autoProvenance(github, nowhere)
    expect(readBack(made)).to.deep.include({
      builder: 'https://github.com/acme/shop/.github/workflows/release.yml@refs/tags/v1.4',
      sources: [{ repo: 'github.com/acme/shop', commit: COMMIT }],
    })
    const text = new TextDecoder().decode(made.bytes)
    expect(text)
      .to.include('"path":".github/workflows/release.yml"')
      .and.to.include('https://github.com/acme/shop/actions/runs/42/attempts/2')
      .and.to.include(`git+https://github.com/acme/shop@refs/tags/v1.4`)
  })

  it('in GitLab CI: the runner as builder, the commit as source, the job as invocation', async () => {
    const read = readBack(await autoProvenance(gitlab, nowhere))
    expect(read).to.deep.include({
      builder: 'https://gitlab.example/acme/shop/-/runners/7',
      sources: [{ repo: 'gitlab.example/acme/shop', commit: COMMIT }],
      claimed: { startedOn: '2026-11-24T12:00:00Z' },
    })
  })

  it('elsewhere: what git says, without the user or token of the remote, and whether the tree is dirty', async () => {
    const remotes = ['git@github.com:acme/shop.git', 'https://user:s3cret@github.com/acme/shop']
    for (const remote of remotes) {
      const made = await autoProvenance({}, async () => ({ ...tree, remote, dirty: true }))
      expect(readBack(made).sources).to.deep.equal([{ repo: 'github.com/acme/shop', commit: COMMIT }])
      const text = new TextDecoder().decode(made.bytes)
      expect(text)
        .to.include('"annotations":{"dirty":true}')
        .and.not.to.match(/s3cret|user/)
      expect(made.dirty).to.equal(true)
    }
    const clean = await autoProvenance({}, async () => tree)
    expect(new TextDecoder().decode(clean.bytes)).not.to.include('dirty')
  })

  it('is refused where nothing is known, and where a part that must be there is missing', async () => {
    const { GITHUB_SHA: _sha, ...withoutCommit } = github
    const cases: readonly (readonly [Promise<unknown>, RegExp])[] = [
      [autoProvenance({}, nowhere), /^build-unknown: .*GitHub Actions, GitLab CI or a git working tree/],
      [autoProvenance(withoutCommit, nowhere), /^build-unknown: .*GITHUB_SHA is not set/],
      [autoProvenance({ ...gitlab, CI_COMMIT_SHA: 'abc' }, nowhere), /^build-unknown: .*CI_COMMIT_SHA/],
      [autoProvenance({}, async () => ({ ...tree, remote: undefined })), /^build-unknown: .*no remote/],
      [autoProvenance({}, async () => ({ ...tree, commit: undefined })), /^build-unknown: .*no commit/],
      [autoProvenance({}, async () => ({ ...tree, remote: '/srv/git/shop' })), /^build-unknown: .*no host/],
    ]
    for (const [made, says] of cases) expect(await reasonOf(made)).to.match(says)
  })
})

describe('what git says', () => {
  let folder: string
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@t.test', ...args], {
      encoding: 'utf8',
    })

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attestree-git-'))
  })

  after(() => rm(folder, { recursive: true }))

  it('is nothing outside of a working tree; else commit, branch, remote, and whether anything was changed', async () => {
    expect(await gitFacts(folder)).to.equal(undefined)
    git('init', '--quiet', '--initial-branch', 'trunk')
    expect(await gitFacts(folder)).to.include({ commit: undefined, remote: undefined })
    git('commit', '--quiet', '--allow-empty', '-m', 'one')
    git('remote', 'add', 'origin', 'https://git.test/acme/shop.git')
    const commit = git('rev-parse', 'HEAD').trim()
    const facts = { commit, branch: 'trunk', remote: 'https://git.test/acme/shop.git' }
    expect(await gitFacts(folder)).to.deep.equal({ ...facts, dirty: false })
    await writeFile(join(folder, 'new.txt'), 'new')
    expect(await gitFacts(folder)).to.deep.equal({ ...facts, dirty: true })
  })
})
