import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { MAX_LIST_CHARACTERS, MAX_LIST_LINES } from '../../src/client/list-lines.ts'
import { iocParts, type ListOptions } from '../../src/client/package-list.ts'
import { Fault } from '../../src/errors.ts'
import { formatVers } from '../../src/sbom/range.ts'
import { expectFault } from '../helpers/expect-fault.ts'

/** `lines: key versions`; versions in VERS, or "any". */
function read(text: string, options: ListOptions = {}): readonly string[] {
  return iocParts(text, options).parts.map((part) => {
    if (part.kind !== 'package') throw new Error('expected packages')
    const { keys, listed, ranges } = part.affected
    const vers = ranges.map((range) => (range.kind === 'vers' ? formatVers(range.range) : range.kind))
    return `${part.from}: ${keys.join(' ')} ${[...(listed?.texts ?? []), ...vers].join(' ')}`
  })
}

const npm = { ecosystem: 'npm' }
const tinycolor = 'pkg:npm/%40ctrl/tinycolor'

describe('a list of packages', () => {
  it('is read as Wiz, Datadog and people write it', () => {
    const wiz = 'Package,Version\n02-echo,= 0.0.7\n@zapier/ai-actions,= 0.1.18 || = 0.1.19\n'
    expect(read(wiz, npm)).to.deep.equal([
      'line 2: pkg:npm/02-echo 0.0.7',
      'line 3: pkg:npm/%40zapier/ai-actions 0.1.18 0.1.19',
    ])
    const datadog =
      'package_name,package_versions,sources\r\n@ctrl/tinycolor,"4.1.1, 4.1.2","datadog, wiz"\r\n02-echo,0.0.7,koi\r\n'
    expect(read(datadog, npm)).to.deep.equal([
      `line 2: ${tinycolor} 4.1.1 4.1.2`,
      'line 3: pkg:npm/02-echo 0.0.7',
    ])
    const people =
      '# from chat\n\n- chalk@5.6.1\n* @ctrl/tinycolor@4.1.1, 4.1.2 # both\ndebug 4.4.2\n`ansi-regex`\n'
    expect(read(people, npm)).to.deep.equal([
      'line 3: pkg:npm/chalk 5.6.1',
      `line 4: ${tinycolor} 4.1.1 4.1.2`,
      'line 5: pkg:npm/debug 4.4.2',
      'line 6: pkg:npm/ansi-regex vers:npm/*',
    ])
  })

  it('takes purls, ecosystems of their own, every separator, and a byte order mark', () => {
    expect(
      read(
        '\ufeffpkg:npm/%40ctrl/tinycolor@4.1.1\npkg:deb/debian/xz-utils@5.6.0-0.2?distro=debian-13\nPyPI;Ultra_Lytics;8.3.41|8.3.42\nmaven\torg.apache.logging.log4j:log4j-core\t<2.17.1\nnpm,npm\nnpm,9.1.0,\n',
        npm,
      ),
    ).to.deep.equal([
      `line 1: ${tinycolor} 4.1.1`,
      'line 2: pkg:deb/debian/xz-utils 5.6.0-0.2',
      'line 3: pkg:pypi/ultra-lytics 8.3.41 8.3.42',
      'line 4: pkg:maven/org.apache.logging.log4j/log4j-core vers:maven/<2.17.1',
      'lines 5, 6: pkg:npm/npm 9.1.0 vers:npm/*',
    ])
    expect(read('type;name;version\ngolang;github.com/a/b;v1.2.0\n')).to.deep.equal([
      'line 2: pkg:golang/github.com/a/b v1.2.0',
    ])
    expect(read('org.example:lib:1.0\norg.example:other', { ecosystem: 'Maven' })).to.deep.equal([
      'line 1: pkg:maven/org.example/lib 1.0',
      'line 2: pkg:maven/org.example/other vers:maven/*',
    ])
  })

  it('asks for packages of a distribution under every name, and of its release alone if it is named', () => {
    const [part] = iocParts('pkg:deb/debian/xz-utils@5.6.0-0.2?distro=debian-13').parts
    expect(part).to.deep.include({ kind: 'package', from: 'line 1' })
    expect(part?.kind === 'package' && part.affected).to.deep.include({
      names: 'either',
      distro: { ids: ['debian'], release: '13' },
    })
    expect(iocParts('Debian:12,curl,7.88').parts[0]).to.have.nested.property('affected.names', 'either')
  })

  it('makes one part of each package, with all that its lines mean', () => {
    expect(read('a@1\nb\na@2\na@1\na@>=3 <4\n', npm)).to.deep.equal([
      'lines 1, 3, 4, 5: pkg:npm/a 1 2 vers:npm/>=3.0.0|<4.0.0',
      'line 2: pkg:npm/b vers:npm/*',
    ])
  })

  it('says which line was taken as the names of columns', () => {
    expect(iocParts('# x\nname,version\na,1', npm)).to.include({ header: 2, lines: 1 })
    expect(iocParts('name,1.0\na,1', npm)).to.not.have.property('header')
  })

  it('is refused with its bad lines and what to write: a package that is not looked for would look clean', () => {
    const refused: readonly (readonly [text: string, message: RegExp, options?: ListOptions])[] = [
      ['chalk@5.6.1', /line 1: expected a package URL, or a name with its ecosystem, got "chalk"/],
      ['a,1\nb,see advisory\nc,also bad\nd,\ne,bad', /line 2: .*; also line 3, 5$/, npm],
      ['a,latest', /line 1/, npm],
      ['a,1.0 latest', /got "latest"/, npm],
      ['a@1.0,>=2', /a range or versions/, npm],
      ['a,"1.0', /line 1: expected a closing "/, npm],
      ['name,version', /below the names of columns/, npm],
      ['group,artifact,version\norg,lib,1', /a column group/, { ecosystem: 'maven' }],
      ['nothing,like this,here', /line 1/, npm],
      ['cobol,thing,1.0', /line 1/],
      ['pkg:npm', /line 1: purl/],
      ['a;b,1.0', /line 1/, npm],
      ['# only\n', /expected packages, got nothing/],
    ]
    for (const [text, message, options] of refused)
      expect(expectFault('list-malformed', () => iocParts(text, options), text).message, text).to.match(
        message,
      )
    expect(expectFault('list-malformed', () => iocParts('chalk@5.6.1')).hint).to.include('--ecosystem npm')
    expectFault('parameter-malformed', () => iocParts('a', { ecosystem: 'cobol' }))
  })

  it('of any shape is read or refused, and quickly', () => {
    const piece = fc.constantFrom(
      'pkg:npm/a',
      '@',
      'a',
      '1.0',
      '"',
      ',',
      ';',
      '\t',
      ' ',
      '\n',
      '\r\n',
      '#',
      '=',
      '||',
      '*',
      '%',
      '<',
      'npm',
      'Package',
      'Version',
      '\ud800',
      '\u0000',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), fc.constantFrom({}, npm), (pieces, options) => {
        try {
          iocParts(pieces.join(''), options)
        } catch (cause) {
          expect(cause).to.be.instanceOf(Fault)
        }
      }),
      { numRuns: 500 },
    )
    for (const mark of ['"', ',', ' ', '@', '=', '#', '-', 'a ', ':', '1', '|'])
      try {
        iocParts(`a${mark.repeat(200_000)}`, npm)
      } catch (cause) {
        expect(cause, mark).to.be.instanceOf(Fault)
      }
  })

  it('has limits', () => {
    expectFault('list-too-large', () => iocParts('a\n'.repeat(MAX_LIST_LINES + 1), npm))
    expectFault('list-too-large', () => iocParts('a'.repeat(MAX_LIST_CHARACTERS + 1), npm))
    const many = Array.from({ length: MAX_LIST_LINES }, (_, at) => `a@1.${at}`).join('\n')
    expect(iocParts(many, npm).parts).to.have.lengthOf(1)
  })
})
