import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { versionOrderOf } from '../../../src/sbom/versions/order.ts'

interface Golden {
  readonly type: string
  /** Each below the next. */
  readonly ascending: string
  /** Pairs. */
  readonly equal: readonly (readonly [string, string])[]
  /** Without an order. */
  readonly none: string
}

/** From the definitions that the files name. */
const golden: readonly Golden[] = [
  {
    type: 'maven',
    ascending:
      '1-alpha-1 1.0-alpha2 1-beta 1-milestone-1 1.0-rc1 1-snapshot 1 1-sp 1-abc 1-1 1.1 1.2.9 1.2.10 2.0-m4 2.0',
    equal: [
      ['1', '1.0.0'],
      ['1.0', '1.ga'],
      ['1.0.0.RELEASE', '1.0.0.Final'],
      ['1.0-CR1', '1.0-rc1'],
      ['1a1', '1-alpha-1'],
    ],
    none: 'latest RELEASE ${project.version}',
  },
  {
    type: 'pypi',
    ascending:
      '1.0-bulbasaur 1.dev0 1.0a1.dev1 1.0a1 1.0b2 1.0rc1 1.0 1.0+abc 1.0+abc.5 1.0+5 1.0.post1.dev1 1.0.post1 1.1.dev1 1.1 1.10 2!0.1',
    equal: [
      ['1.0', '1'],
      ['v1.0', '1.0.0'],
      ['1.0-1', '1.0.post1'],
      ['1.0alpha1', '1.0A1'],
      ['1.0c1', '1.0.pre1'],
      ['0!1', '01'],
      ['1+a-b', '1+a.b'],
    ],
    none: 'latest trunk',
  },
  {
    type: 'deb',
    ascending: '1.0~~ 1.0~rc1-1 1.0-1~deb11u1 1.0-1 1.0-1+b1 1.0-1.1 1.0-10 1.0a-1 1.0+dfsg-1 1.10-1 1:0.1-1',
    equal: [
      ['1.0', '1.0-0'],
      ['1.0', '0:1.0'],
      ['1.0', '1.00'],
    ],
    none: 'latest <none> a1.0 x:1.0 1.0_1',
  },
  {
    type: 'rpm',
    ascending: '1.0~rc1-1 1.0 1.0-1 1.0-1.el8 1.0-2.el8 1.0^git1-1 1.0a-1 1.0.1-1 1.10-1 1:0.1-1',
    equal: [
      ['1.0-1', '0:1.0-1'],
      ['1.0-1', '1.00-1'],
      ['1.0_1', '1.0.1'],
    ],
    none: 'latest',
  },
  {
    type: 'apk',
    ascending:
      '1.0_alpha 1.0_alpha2 1.0_beta 1.0_pre1 1.0_rc1 1.0 1.0-r1 1.0-r10 1.0_cvs1 1.0_svn1 1.0_git20200101 1.0_hg1 1.0_p1 1.0a 1.0b 1.01 1.1 1.2 1.10 1.10.0',
    equal: [
      ['1.0', '1.0-r0'],
      ['1.0~1a2b3c-r1', '1.0-r1'],
    ],
    none: 'latest .1 1-r 1.0_blah 1..0',
  },
  {
    type: 'golang',
    ascending:
      'v0.0.0-20200101000000-abcdefabcdef v0.0.0-20210101000000-000000000000 v0.0.0 v0.53.0 v1.2.3-0.20200101000000-abcdefabcdef v1.2.3 go1.20.0 go1.21beta1 go1.21rc2 go1.21rc10 go1.21.0 1.24.1',
    equal: [
      ['v2.0.0+incompatible', '2.0.0'],
      ['go1.24.1', '1.24.1'],
      ['go1.24.1 X:boringcrypto', 'go1.24.1'],
      ['v1.2.3+dirty', 'v1.2.3'],
    ],
    none: '(devel) UNKNOWN master',
  },
  {
    type: 'nuget',
    ascending: '1.0.0-alpha 1.0.0-alpha.1 1.0.0-beta.2 1.0.0-beta.11 1.0 1.0.0.1 1.0.1 1.10 4294967296.0',
    equal: [
      ['1.0', '1.0.0.0'],
      ['1.0.0-BETA', '1.0.0-beta'],
      ['1.01', '1.1+metadata'],
    ],
    none: 'latest 1.2.3.4.5 [1.0,2.0)',
  },
  {
    type: 'gem',
    ascending: '1.0.a 1.0.a1 1.0.a2 1.0.b 1.0.rc1 1.0 1.0.1.pre 1.0.1 1.9 1.10',
    equal: [
      ['1.0', '1'],
      ['1.a.0', '1.a'],
      ['1.15.0', '1.15.0-x86_64-linux'],
      ['1.0-rc1', '1.0.pre.rc1'],
    ],
    none: 'latest 1..2 1.0_2',
  },
  {
    type: 'cargo',
    ascending: '1.0.0-alpha 1.0.0-alpha.1 1.0.0-rc.1 1.0.0 1.0.1 1.10.0',
    equal: [['1.0.0+a', '1.0.0+b']],
    none: 'latest 1.2.3.4',
  },
  {
    type: 'pub',
    ascending: '1.0.0-a 1.0.0 1.0.0+1 1.0.0+2 1.0.0+a 1.0.1',
    equal: [['1.0.0', 'v1.0.0']],
    none: 'latest',
  },
  {
    type: 'composer',
    ascending: '1.0-dev 1.0-alpha1 1.0a2 1.0-beta 1.0-beta2 1.0RC1 1.0 1.0.0 1.0.1 1.0pl1 1.1 1.10',
    equal: [
      ['v1.0', '1.0'],
      ['1.0-rc1', '1.0.RC1'],
      ['1.0-stable', '1.0'],
    ],
    none: 'dev-main 1.x-dev 2.x latest',
  },
  {
    type: 'alpm',
    ascending: '1.0a 1.0beta 1.0rc 1.0 1.0.a 1.0.1-1 1.0.1-2 1.1 1:0.1',
    equal: [['1.0-1', '1.0']],
    none: 'latest',
  },
  { type: 'conan', ascending: '1.0-pre1 1.0 1.0+b1 1.1 1.1.a 1.10', equal: [['1', '1.0.0']], none: 'latest' },
  {
    type: 'openssl',
    ascending: '0.9.8 0.9.8a 1.0.2 1.0.2k 1.1.1 1.1.1w 3.0.0 3.0.10',
    equal: [],
    none: 'latest',
  },
  { type: 'cran', ascending: '1 1.0 1.0-1 1.10', equal: [['1.01', '1-1']], none: '1.a v1' },
  {
    type: 'intdot',
    ascending: '1 1.0 1.0.1 1.10',
    equal: [
      ['1.01', '1.1'],
      ['1.2-3', '1.2'],
    ],
    none: 'a v1',
  },
  {
    type: 'datetime',
    ascending:
      '2024-01-01T00:00:00+02:00 2023-12-31T23:00:00Z 2023-12-31T23:00:00.09Z 2023-12-31T23:00:00.1Z',
    equal: [['2024-01-01T00:00:00Z', '2024-01-01T00:00:00.000Z']],
    none: '2024-01-01 2024-13-01T00:00:00Z 2024-01-01t00:00:00z',
  },
  { type: 'lexicographic', ascending: '1 10 9 a \u{e000} \u{1f600}', equal: [], none: '' },
]

/** Not transitive by their own definitions: Maven (1.sp > 1 > 1-alpha > 1.sp), Conan (9 < 10 < 1a < 9), Arch (any release). */
const intransitive: ReadonlySet<string> = new Set(['maven', 'conan', 'alpm'])

const types = [
  ...new Set([...golden.map(({ type }) => type), 'npm', 'hex', 'swift', 'semver', 'cran', 'hackage']),
]

const pieces = [
  '0',
  '1',
  '01',
  '9',
  '10',
  'a',
  'rc',
  'alpha',
  'dev',
  'p',
  'final',
  '.',
  '.',
  '-',
  '~',
  '^',
  '+',
  '_',
  ':',
  '-r',
]
const piece = fc.constantFrom(...pieces)
const text = fc.array(piece, { minLength: 1, maxLength: 7 }).map((pieces) => `1${pieces.join('')}`)

function compare(type: string, a: string, b: string): number | undefined {
  const order = versionOrderOf(type)?.compare(a, b)
  return order === undefined ? undefined : Math.sign(order)
}

describe('versions of every ecosystem', () => {
  for (const { type, ascending, equal, none } of golden) {
    it(`are ordered as ${type} defines it`, () => {
      const versions = ascending.split(' ')
      for (const [i, a] of versions.entries())
        for (const [j, b] of versions.entries())
          expect(compare(type, a, b), `${a} against ${b}`).to.equal(Math.sign(i - j))
      for (const [a, b] of equal) expect(compare(type, a, b), `${a} = ${b}`).to.equal(0)
      for (const version of none.split(' ').filter((one) => one !== '')) {
        expect(compare(type, version, versions[0] ?? ''), version).to.equal(undefined)
        expect(compare(type, versions[0] ?? '', version), version).to.equal(undefined)
        expect(compare(type, version, version), version).to.equal(0)
      }
    })
  }

  it('have one order, whichever way two are compared', () => {
    fc.assert(
      fc.property(fc.constantFrom(...types), text, text, text, (type, a, b, c) => {
        const [ab, ba, bc, ac] = [
          compare(type, a, b),
          compare(type, b, a),
          compare(type, b, c),
          compare(type, a, c),
        ]
        expect(ba).to.equal(ab === undefined ? undefined : 0 - ab)
        if (ab === undefined || bc === undefined || ac === undefined || intransitive.has(type)) return
        if (ab <= 0 && bc <= 0) expect(ac, `${type}: ${a}, ${b}, ${c}`).to.be.at.most(0)
      }),
      { numRuns: 3000 },
    )
  })

  it('longer than any real one are not compared', () => {
    for (const type of types) expect(compare(type, `1${'0'.repeat(2000)}`, '1'), type).to.equal(undefined)
  })

  it('of packages without a common rule have no order', () => {
    for (const type of ['generic', 'oci', 'github', 'unheard-of'])
      expect(versionOrderOf(type), type).to.equal(undefined)
  })
})
