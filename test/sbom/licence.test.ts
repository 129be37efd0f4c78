import { expect } from 'chai'
import { describe, it } from 'mocha'
import oracle from 'spdx-expression-parse'
import deprecated from 'spdx-license-ids/deprecated.json' with { type: 'json' }
import current from 'spdx-license-ids/index.json' with { type: 'json' }
import { sha256 } from '../../src/crypto/sha256.ts'
import { formatHex } from '../../src/encoding/hex.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { listedLicence } from '../../src/sbom/licence-list.ts'
import { isLicenceId, isSameLicence, licenceIds } from '../../src/sbom/licence.ts'

const texts: readonly (readonly [text: string, ids: readonly string[]])[] = [
  ['MIT', ['MIT']],
  [' apache-2.0 ', ['apache-2.0']],
  ['(MIT OR apache-2.0) AND BSD-3-Clause', ['MIT', 'apache-2.0', 'BSD-3-Clause']],
  ['mit and (isc or zlib)', ['mit', 'isc', 'zlib']],
  ['GPL-2.0+ WITH Bison-exception-2.2', ['GPL-2.0']],
  ['LGPL-2.1-or-later AND LicenseRef-own', ['LGPL-2.1-or-later']],
  ['DocumentRef-a:LicenseRef-b OR MIT', ['MIT']],
  ['LicenseRef-own', []],
  ['GPL-2.0, LGPL-2.1', ['GPL-2.0', 'LGPL-2.1']],
  ['MIT/Apache-2.0', ['MIT', 'Apache-2.0']],
  ['MIT, GPL-2 with Linux-syscall-note exception', ['MIT']],
  ['Public-Domain', ['Public-Domain']],
  ['Apache License 2.0', []],
  ['MIT AND', []],
  ['MIT OR OR ISC', []],
  ['(MIT', []],
  ['GPL-2.0 +', []],
  ['MIT & ISC', []],
  ['', []],
  [`${'('.repeat(100)}MIT${')'.repeat(100)}`, []],
  ['('.repeat(5_000), []],
  ['MIT OR '.repeat(5_000), []],
  [`${'MIT OR '.repeat(900)}MIT`, Array.from({ length: 901 }, () => 'MIT')],
]

describe('licence expressions', () => {
  it('give each id that stands in them, and none for what is no expression', () => {
    for (const [text, ids] of texts) expect(licenceIds(text), text.slice(0, 60)).to.deep.equal(ids)
  })

  it('are read as spdx-expression-parse reads those that it takes', () => {
    const idsIn = (node: ReturnType<typeof oracle>): readonly string[] =>
      'conjunction' in node ? [...idsIn(node.left), ...idsIn(node.right)] : [node.license]
    const joined = current.flatMap((id, at) => {
      const [b = '', c = ''] = [current[(at * 7) % current.length], deprecated[at % deprecated.length]]
      return [id, `${id} AND ${b}`, `(${b} OR ${id}+) and ${c}`, `${c} WITH Classpath-exception-2.0 OR ${id}`]
    })
    for (const text of joined) expect(licenceIds(text), text).to.deep.equal(idsIn(oracle(text)))
  })
})

describe('the SPDX licence list', () => {
  it('knows each id in any case, deprecated ones too, and nothing else', () => {
    expect(listedLicence('apache-2.0')).to.equal('Apache-2.0')
    expect(listedLicence('GPL-2.0')).to.equal('GPL-2.0')
    expect(listedLicence('Expat')).to.equal(undefined)
    expect(listedLicence('constructor')).to.equal(undefined)
    const ids = [...current, ...deprecated]
    expect(ids.filter((id) => listedLicence(id.toUpperCase()) !== id || !isLicenceId(id))).to.deep.equal([])
    expect(isSameLicence('mit', 'MIT') && !isSameLicence('MIT', 'MIT-0')).to.equal(true)
  })

  it('is the list of manifest version 4: another one is another version', () => {
    const digest = formatHex(sha256(utf8([...current, ...deprecated].toSorted().join('\n'))))
    expect(digest).to.equal('91f61918cc34346608229df51e1a3bcfc419b79498c4e3ce33d2baf03122a254')
  })
})
