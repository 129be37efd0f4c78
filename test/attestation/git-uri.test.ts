import { expect } from 'chai'
import { describe, it } from 'mocha'
import { parseCommit, parseGitUri } from '../../src/attestation/git-uri.ts'

const sha1 = 'aaf024b5e8dc5e08e4414583203968ca0a5ec043'
const sha256 = `${sha1}${sha1}`.slice(0, 64)

/** All of these are the repository github.com/o/r. */
const same = [
  'git+https://github.com/o/r',
  'git+https://github.com/o/r.git',
  'git+https://github.com/o/r@refs/heads/main',
  'git+https://github.com/o/r.git@refs/tags/v1@2',
  'git+https://user:secret@GitHub.com:443/o/r.git#v1.0:subdir',
  'https://github.com/o/r.git#main',
  'https://github.com/o/r.git',
  'https://github.com/o/r',
  'https://github.com/o/r/?x=1',
  'http://github.com//o/r/',
  'git://github.com/o/r.git',
  'ssh://git@github.com:22/o/r.git',
  'git+ssh://git@github.com/o/r',
  'git@github.com:o/r.git',
  'pkg:github/o/r@v1.0?x=1#sub',
  'pkg:git/github.com/o/r',
  ' git+https://github.com/o/r ',
]

const none = [
  '',
  'github.com/o/r',
  'pkg:docker/alpine@3',
  'oci://registry.example/app',
  'https://github.com/',
  'https://github.com',
  'git+https:///o/r',
  'file:///o/r',
  'urn:x:y',
  'git@github.com',
  'pkg:git/github.com',
  `git+https://github.com/${'o/'.repeat(3_000)}r`,
]

describe('git URIs', () => {
  it('in all their forms name one repository, without user, port, ref and ending', () => {
    for (const uri of same) expect(parseGitUri(uri)?.repo, uri).to.equal('github.com/o/r')
    expect(parseGitUri('git+https://GIT.Example:8443/Group/Sub/Repo.git')?.repo).to.equal(
      'git.example/Group/Sub/Repo',
    )
    expect(parseGitUri('pkg:bitbucket/o/r')?.repo).to.equal('bitbucket.org/o/r')
    expect(parseGitUri('pkg:gitlab/o/s/r')?.repo).to.equal('gitlab.com/o/s/r')
  })

  it('are told from what is no repository on a host', () => {
    for (const uri of none) expect(parseGitUri(uri), uri).to.equal(undefined)
  })

  it('give the commit that they name themselves, and nothing that only begins like one', () => {
    const named = [
      `git+https://h.example/r@${sha1}`,
      `https://h.example/r.git#${sha1}:dir`,
      `https://github.com/o/r/commit/${sha1}`,
      `https://gitlab.example/o/r/-/commit/${sha1}`,
      `pkg:github/o/r@${sha1}`,
    ]
    for (const uri of named) expect(parseGitUri(uri)?.commit, uri).to.equal(sha1)
    expect(parseGitUri(`git+https://h.example/r@${sha256}`)?.commit).to.equal(sha256)
    for (const ref of ['main', sha1.slice(1), `${sha1}0`, `refs/heads/${sha1}`])
      expect(parseGitUri(`git+https://h.example/r@${ref}`)?.commit).to.equal(undefined)
  })

  it('are certain where nothing but git is meant; a bare URL may be any download', () => {
    expect(parseGitUri('https://example.com/source.tar.gz')?.isCertain).to.equal(false)
    expect(parseGitUri('https://gitlab.example/o/r')?.isCertain).to.equal(false)
    expect(parseGitUri('https://github.com/o/r/releases/download/v1/r.tgz')?.isCertain).to.equal(false)
    for (const uri of same) expect(parseGitUri(uri)?.isCertain, uri).to.equal(true)
  })

  it('take little time, whatever they look like', () => {
    for (const part of ['/', '@', '/commit/', '//', '.git'])
      parseGitUri(`git+https://h/${part.repeat(100_000)}x`)
    parseGitUri(`https://h/${'/'.repeat(4_000)}x`)
  })
})

describe('commits', () => {
  it('are 40 or 64 hex digits, in lower case and without the quotes that some builders write', () => {
    for (const text of [sha1, `'${sha1}'`, `"${sha1}"`, sha1.toUpperCase(), ` ${sha1} `])
      expect(parseCommit(text)).to.equal(sha1)
    expect(parseCommit(sha256)).to.equal(sha256)
    for (const text of ['', sha1.slice(1), `${sha1}0`, sha1.replace('a', 'g'), `h1:${sha1}`])
      expect(parseCommit(text), text).to.equal(undefined)
  })
})
