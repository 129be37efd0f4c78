import { expect } from 'chai'
import { describe, it } from 'mocha'
import { repositoryOf } from '../../src/attestation/image.ts'
import { isImagePattern, isInScope } from '../../src/attestation/image-scope.ts'

const digest = `sha256:${'a'.repeat(64)}`

describe('attestation/image-scope', () => {
  const cases: readonly (readonly [
    pattern: string,
    inside: readonly string[],
    outside: readonly string[],
  ])[] = [
    [
      'r.test/shop/app',
      ['r.test/shop/app'],
      ['r.test/shop', 'r.test/shop/app2', 'r.test/shop/app/x', 'x.test/shop/app'],
    ],
    [
      'r.test/shop/*',
      ['r.test/shop/app', 'r.test/shop/b'],
      ['r.test/shop', 'r.test/shop/a/b', 'r.test/shopping/app'],
    ],
    [
      'r.test/shop/**',
      ['r.test/shop/app', 'r.test/shop/a/b/c'],
      ['r.test/shop', 'r.test/shopping/app', 'r.testy/shop/app'],
    ],
    ['r.test/*/app', ['r.test/shop/app'], ['r.test/app', 'r.test/a/b/app', 'r.test/shop/apps']],
    ['localhost:5000/**', ['localhost:5000/app'], ['localhost:5001/app', 'localhost/app']],
    ['**', ['r.test/x', 'localhost/y'], []],
  ]
  for (const [pattern, inside, outside] of cases) {
    it(`${pattern} holds what it says and no neighbour`, () => {
      expect(isImagePattern(pattern)).to.equal(true)
      for (const one of inside) expect(isInScope([pattern], one), one).to.equal(true)
      for (const one of outside) expect(isInScope(['other.test/x', pattern], one), one).to.equal(false)
    })
  }

  it('is nothing else: no regular expression, no half parts, no scheme, no empty part', () => {
    for (const pattern of [
      '',
      '*',
      '*/app',
      'r.test',
      'r.test/',
      'r.test//x',
      'r.test/**/app',
      'r.test/a*',
      'r.test/.*',
      'https://r.test/x',
      'r.test/x@' + digest,
      `r.test/${'a'.repeat(1_024)}`,
    ])
      expect(isImagePattern(pattern), pattern).to.equal(false)
  })

  it('has a name that gives no repository in the scope of every image and in no other', () => {
    expect(isInScope(['**'], undefined)).to.equal(true)
    expect(isInScope(['r.test/**'], undefined)).to.equal(false)
  })
})

describe('attestation/image: the repository of a name', () => {
  const repositories: readonly (readonly [name: string, repository: string | undefined])[] = [
    ['r.test/shop/app', 'r.test/shop/app'],
    ['r.test/shop/app:1.4', 'r.test/shop/app'],
    [`r.test/shop/app:1.4@${digest}`, 'r.test/shop/app'],
    [`R.Test/shop/app@${digest}`, 'r.test/shop/app'],
    ['localhost:5000/app', 'localhost:5000/app'],
    ['localhost:5000/app:1', 'localhost:5000/app'],
    [`pkg:oci/app@${digest}?repository_url=r.test/shop/app&tag=1`, 'r.test/shop/app'],
    [`pkg:oci/app@${digest}?repository_url=r.test%2Fshop%2Fapp`, 'r.test/shop/app'],
    ['pkg:docker/app@1', undefined],
    ['pkg:oci/app?repository_url=https://r.test/shop', undefined],
    ['shop:1.4', undefined],
    ['binary-linux-amd64', undefined],
    [digest, undefined],
  ]
  for (const [name, repository] of repositories)
    it(`${name.slice(0, 60)} → ${repository ?? 'none'}`, () =>
      expect(repositoryOf(name)).to.equal(repository))
})
