import { readdirSync } from 'node:fs'
import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { Fault } from '../../src/errors.ts'
import { formatPurl, makePurl, parsePurl, purlName, type Purl } from '../../src/sbom/purl.ts'
import { expectFault } from '../helpers/expect-fault.ts'
import { resultOrReason } from '../helpers/fault-of.ts'
import { itWithVectors, readVectors } from '../helpers/vectors.ts'

interface Parts {
  readonly type: string | null
  readonly namespace: string | null
  readonly name: string | null
  readonly version: string | null
  readonly qualifiers: Record<string, string> | null
  readonly subpath: string | null
}

interface Case {
  readonly description: string
  readonly test_type: 'parse' | 'build' | 'validate'
  readonly input: string | Parts
  readonly expected_output: string | Parts | null
  readonly expected_failure: boolean
}

/** Cases of the specification that we do not follow, by input, with the reason. There are none. */
const exceptions: ReadonlyMap<string, string> = new Map()

function toParts(purl: Purl): Parts {
  const { type, namespace = null, name, version = null, subpath = null } = purl
  const qualifiers = Object.keys(purl.qualifiers).length === 0 ? null : { ...purl.qualifiers }
  return { type, namespace, name, version, qualifiers, subpath }
}

function build(parts: Parts): string {
  return formatPurl(
    makePurl({
      type: parts.type ?? '',
      namespace: parts.namespace ?? '',
      name: parts.name ?? '',
      version: parts.version ?? '',
      qualifiers: parts.qualifiers ?? {},
      subpath: parts.subpath ?? '',
    }),
  )
}

function run({ test_type: kind, input }: Case): string | Parts {
  if (typeof input !== 'string') return build(input)
  return kind === 'parse' ? toParts(parsePurl(input)) : formatPurl(parsePurl(input, { lenient: true }))
}

function isRefused(one: Case): boolean {
  try {
    run(one)
    return false
  } catch (fault) {
    if (fault instanceof Fault && fault.reason === 'purl-malformed') return true
    throw fault
  }
}

/** As written, and canonical. */
const spellings: readonly (readonly [string, string])[] = [
  ['PKG:NPM/Left-Pad@1.0.0', 'pkg:npm/left-pad@1.0.0'],
  ['pkg:npm/@babel/core@7.0.0', 'pkg:npm/%40babel/core@7.0.0'],
  ['pkg:pypi/Zope.Interface__x@5', 'pkg:pypi/zope-interface-x@5'],
  [
    'pkg:golang/github.com/ProtonMail/proton-bridge@v1.8.0',
    'pkg:golang/github.com/protonmail/proton-bridge@v1.8.0',
  ],
  ['pkg:golang/stdlib@1.20', 'pkg:golang/stdlib@1.20'],
  ['pkg:maven/a/b@1.0 Final', 'pkg:maven/a/b@1.0%20Final'],
  // "+" is a plus and never a space: Debian versions are full of them.
  [
    'pkg:deb/debian/a@1+dfsg?upstream=b%402.36.1-8+deb11u1',
    'pkg:deb/debian/a@1%2Bdfsg?upstream=b%402.36.1-8%2Bdeb11u1',
  ],
  [
    'pkg:generic/a?url=https://h/x?y=1&constructor=c',
    'pkg:generic/a?constructor=c&url=https:%2F%2Fh%2Fx%3Fy%3D1',
  ],
  ['pkg:generic/a@1?empty=&b=2#/./x/../y/', 'pkg:generic/a@1?b=2#x/y'],
  ["pkg:generic/it's(a)*!~@1", 'pkg:generic/it%27s%28a%29%2A%21~@1'],
  ['pkg:generic//a//b/', 'pkg:generic/a/b'],
  ['pkg:generic/a%2Fb@1', 'pkg:generic/a%2Fb@1'],
  ['pkg:generic/ü@1', 'pkg:generic/%C3%BC@1'],
  ['pkg:cpan/drolsky/DateTime', 'pkg:cpan/DROLSKY/DateTime'],
  ['pkg:git/gitlab.gnome.org/GNOME/adwaita-fonts', 'pkg:git/gitlab.gnome.org/GNOME/adwaita-fonts'],
]

/** Refused strictly; and what a lenient reader makes of it. */
const lenient: readonly (readonly [string, string])[] = [
  ['pkg:rpm/curl@1?Arch=i386', 'pkg:rpm/curl@1?arch=i386'],
  ['pkg:npm/a@1?x=1&x=2', 'pkg:npm/a@1?x=1'],
  ['pkg:npm/a@1?no%20key=1&b=2', 'pkg:npm/a@1?b=2'],
  ['pkg:npm/a@1?__proto__=1', 'pkg:npm/a@1'],
  ['pkg:swift/Alamofire@5', 'pkg:swift/Alamofire@5'],
  ['pkg:julia/Dates', 'pkg:julia/Dates'],
  ['pkg:cpan/LWP::UserAgent@6', 'pkg:cpan/LWP::UserAgent@6'],
  ['pkg:golang/github.com%2Fgorilla/mux', 'pkg:golang/github.com/gorilla/mux'],
  ['pkg:npm/a/@1.0', 'pkg:npm/a@1.0'],
]

const unreadable = [
  '',
  'npm/a@1',
  'pkg:',
  'pkg:npm',
  'pkg:npm/',
  'pkg:npm/@1.0',
  'pkg:n pm/a',
  'pkg:npm/%',
  'pkg:npm/%zz',
  'pkg:npm/%ff',
  'pkg:npm/a@%',
  'pkg:npm/\ud800',
  ' pkg:npm/a',
]

const text = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }),
  fc.stringMatching(/^[@/%?#&=+:a-c]{1,6}$/),
)
const segments = fc
  .array(
    text.filter((one) => !one.includes('/')),
    { maxLength: 3 },
  )
  .map((list) => list.join('/'))
const purlParts = fc.record({
  type: fc.constantFrom('npm', 'maven', 'deb', 'pypi', 'generic', 'x.y-z'),
  namespace: segments,
  name: text,
  version: fc.oneof(fc.constant(''), text),
  qualifiers: fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9._-]{0,5}$/), text, { maxKeys: 3 }),
  subpath: segments,
})

describe('purl', () => {
  itWithVectors('purl', 'every case of the specification holds', (folder) => {
    let count = 0
    for (const file of readdirSync(folder)) {
      for (const one of readVectors<{ readonly tests: readonly Case[] }>(folder, file).tests) {
        count++
        const title = `${file}: ${one.test_type} ${JSON.stringify(one.input)} (${one.description})`
        if (exceptions.has(JSON.stringify(one.input))) continue
        if (one.expected_failure) expect(isRefused(one), title).to.equal(true)
        else expect(run(one), title).to.deep.equal(one.expected_output)
      }
    }
    expect(count).to.be.greaterThan(500)
  })

  it('is written in one spelling, whatever was read', () => {
    for (const [written, canonical] of spellings) {
      const purl = parsePurl(written, { lenient: true })
      expect(formatPurl(purl), written).to.equal(canonical)
      expect(parsePurl(canonical, { lenient: true }), written).to.deep.equal(purl)
    }
  })

  it('is refused strictly, and understood where a document must be read', () => {
    for (const [written, canonical] of lenient) {
      expectFault('purl-malformed', () => parsePurl(written), written)
      expect(formatPurl(parsePurl(written, { lenient: true }))).to.equal(canonical)
    }
  })

  it('is refused even leniently if it cannot be understood', () => {
    for (const written of unreadable)
      expectFault('purl-malformed', () => parsePurl(written, { lenient: true }), written)
    const long = expectFault('purl-malformed', () => parsePurl('x'.repeat(10_000)))
    expect(long.message.length).to.be.lessThan(200)
  })

  it('has a name without version, qualifiers, subpath and "@", from which it can be made again', () => {
    const purl = parsePurl('pkg:npm/@Babel/core@7.0.0-a%40b?arch=x#src')
    expect(purlName(purl)).to.equal('pkg:npm/%40babel/core')
    expect(formatPurl({ ...parsePurl(purlName(purl)), version: '1.0.0' })).to.equal(
      'pkg:npm/%40babel/core@1.0.0',
    )
    expect(purlName(parsePurl('pkg:git/h/a/b@1'))).to.equal('pkg:git/h/a/b')
  })

  it('survives every text: format and parse are inverse', () => {
    fc.assert(
      fc.property(purlParts, (parts) => {
        const purl = makePurl(parts)
        const text = formatPurl(purl)
        expect(text).to.match(/^[!-~]+$/)
        expect(parsePurl(text)).to.deep.equal(purl)
        expect(formatPurl(parsePurl(text))).to.equal(text)
        expect(purlName(purl)).to.not.contain('@')
      }),
    )
  })

  it('never fails but by a fault', () => {
    const piece = fc.constantFrom(
      'pkg:',
      'npm',
      '/',
      '@',
      '%',
      '%40',
      '?',
      'a=b',
      '&',
      '#',
      '..',
      'é',
      ' ',
      ':',
      '\ud800',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const result = resultOrReason(() => formatPurl(parsePurl(pieces.join(''), { lenient: true })))
        if (result !== 'purl-malformed')
          expect(formatPurl(parsePurl(result, { lenient: true }))).to.equal(result)
      }),
    )
  })
})
