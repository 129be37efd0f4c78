/** A search as people and programs get it: the same facts in every form. */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { logIndex, treeSize } from '../../src/brand.ts'
import { searchCsv, searchNdjson } from '../../src/cli/search-files.ts'
import { basesToFix, groupRows } from '../../src/cli/search-groups.ts'
import { joinPages, searchPages, withoutLifted } from '../../src/cli/search-pages.ts'
import { formatSearchRows } from '../../src/cli/search-rows.ts'
import { printSearch } from '../../src/cli/search-summary.ts'
import { formatVersions } from '../../src/cli/search-versions.ts'
import { createColors } from '../../src/cli/terminal.ts'
import { Fault } from '../../src/errors.ts'
import type { LogTrust } from '../../src/verify/evidence.ts'
import type { CompleteAnswer } from '../../src/verify/complete-entries.ts'
import type { SearchAnswer, SearchRow } from '../../src/verify/search.ts'
import {
  answerOf,
  asked,
  digestOf,
  LOG4SHELL,
  match,
  pagesOf,
  row,
  rows,
  rowsWithVex,
} from './search-answers.ts'

function printed(found = pagesOf(), { columns = undefined as number | undefined, more = {} } = {}): string {
  const lines: string[] = []
  const terminal = {
    print: (line = '') => void lines.push(line),
    write: () => undefined,
    note: () => undefined,
    color: createColors(false),
    columns,
  }
  printSearch(terminal, found, { ...asked, ...more }, undefined)
  return lines.join('\n')
}

describe('the table of a search', () => {
  it('has one line for each image with everything in it, where there is room or nobody says', () => {
    const { header, blocks } = formatSearchRows(rows, asked.question, undefined, new Map())
    for (const name of ['IMAGE', 'STATUS', 'HAS', 'WHY', 'BASE', 'BUILT BY', 'FROM COMMIT', 'SBOM', 'CHECK'])
      expect(header).to.include(name)
    expect(blocks.map((block) => block.length)).to.deep.equal([1, 1, 1, 1])
    expect(blocks[2]?.[0])
      .to.match(/^registry\.test\/api:2 +affected, revoked +/)
      .and.include('log4j-core@2.14.1 pkg:maven/org.apache.logging.log4j/log4j-core@2.16.0')
      .and.include(`purl, version in the range (${LOG4SHELL}), high confidence`)
      .and.include('#6 (syft 1.4.1)')
      .and.include(digestOf('b'))
      .and.include('https://ci.test/builder')
      .and.include('✓ #6 #7 #8')
    expect(blocks[3]?.[0]).to.match(/^\(no name\) +undetermined .*source package, no version stated/)
  })

  it('says the same on a narrow terminal, below the image', () => {
    const wide = formatSearchRows(rows, asked.question, undefined, new Map()).blocks.flat().join(' ')
    const narrow = formatSearchRows(rows, asked.question, 100, new Map()).blocks.flat().join(' ')
    for (const fact of wide.split(/\s+/).filter((word) => word.length > 20))
      expect(narrow, fact).to.include(fact.replace(/;$/, ''))
    expect(narrow).to.include(`built on registry.test/base:1 ${digestOf('b')}`)
  })

  it('shows versions as people compare them, where a package URL escapes them', () => {
    const component = 'pkg:deb/debian/openssl@1.1.1n-0%2Bdeb11u3'
    const one = row('1', 'registry.test/shop:1.4', [match('1.1.1n-0+deb11u3', 4, { component })])
    for (const columns of [undefined, 100]) {
      const text = formatSearchRows([one], asked.question, columns, new Map()).blocks.flat().join('\n')
      expect(text).to.include('pkg:deb/debian/openssl@1.1.1n-0+deb11u3').and.to.not.include('%2B')
    }
  })

  it('shows nothing that could steer a terminal', () => {
    const evil = row('4', 'registry.test/\u001b[2Jx', [match('1\u202e', 1)])
    for (const columns of [undefined, 40])
      expect(
        formatSearchRows([evil], asked.question, columns, new Map()).blocks.flat().join('\n'),
      ).to.not.match(/[\u001b\u202e]/)
  })

  it('ends with four counts that are all images, on whose word, and where SBOMs disagree', () => {
    const text = printed()
    expect(text).to.include(
      `3 of 8 images with an SBOM are affected by ${LOG4SHELL}. Of 1 more nobody can tell.`,
    )
    expect(text).to.include('Of 9 images: 3 affected, 4 not affected, 1 undetermined, 1 unknown')
    expect(text).to.include(
      `! SBOMs of registry.test/api:2 (${digestOf('2')}) disagree: listed by #6, not by #8.`,
    )
    expect(text).to.include('? The counts, and that no row is missing, are the server’s word.')
    expect(text).to.not.include('do not add up')
    const { coverage } = answerOf(rows)
    const wrong = printed(joinPages([answerOf(rows, { coverage: { ...coverage, unknown: 0 } })]))
    expect(wrong).to.include('! The server’s counts do not add up: 8 of 9.')
  })

  it('says that no row is missing only where that was proven, and as of when; else why not', () => {
    // The maps may have more than the answer was asked for.
    const size = treeSize(7)
    const through = treeSize(5)
    const complete = {
      components: { size },
      status: { size },
      through,
      byManifest: [3],
    } as unknown as CompleteAnswer
    expect(printed({ ...pagesOf(), complete })).to.match(
      /✓ No row is missing, and no revocation behind them, as of 5 entries; what \d+ newer entries say is not in it/,
    )
    expect(printed({ ...pagesOf(), complete })).to.include(
      'or of 1 entry from the manifest in the published map',
    )
    const unproven = new Fault('map-behind', 'components map: no root of it is published yet')
    const text = printed({ ...pagesOf(), unproven })
    expect(text).to.include(
      '? The counts, and that no row is missing, are the server’s word. It could not be proven:',
    )
    expect(text).to.include('no root of it is published yet')
    expect(text).to.not.include('✓ No row')
  })

  it('says what was not looked for, and never that nothing is affected where no image has an SBOM', () => {
    expect(printed(pagesOf(), { more: { notLookedFor: ['Cobol x (GHSA-1)'] } })).to.match(
      /! Not looked for,.*: Cobol x \(GHSA-1\)\./,
    )
    const coverage = {
      images: 2,
      affected: 0,
      notAffected: 0,
      undetermined: 0,
      unknown: 2,
      unreadableEntries: 0,
    }
    expect(printed(joinPages([answerOf([], { coverage })]))).to.match(/^Nothing can be said about GHSA-/)
    const none = joinPages([answerOf([], { coverage: { ...coverage, images: 0, unknown: 0 } })])
    const elsewhere = { question: { ...asked.question, scope: { repo: 'other.test/*' } } }
    expect(printed(none, { more: elsewhere })).to.match(/no image is known in other\.test\/\*\./)
    const { asOf } = answerOf([])
    const earlier = answerOf([], { asOf: { ...asOf, treeSize: treeSize(12), indexedThrough: treeSize(10) } })
    expect(printed(joinPages([earlier]))).to.include('Answered as of size 10, without the 2 newer entries.')
  })

  it('counts the images of each version, in the order of the ecosystem', () => {
    const found = [row('1', 'a', [match('2.9.0', 1)]), row('2', 'b', [match('2.10.0', 2), match('2.9.0', 2)])]
    expect(formatVersions(found).map((line) => line.replace(/ +/g, ' ').trim())).to.deep.equal([
      'Versions found',
      'pkg:maven/org.apache.logging.log4j/log4j-core 2.9.0 ######################## 2 images',
      'pkg:maven/org.apache.logging.log4j/log4j-core 2.10.0 ############ 1 image',
    ])
    expect(formatVersions(found.slice(0, 1))).to.deep.equal([])
  })
})

describe('VEX statements in a search', () => {
  const coverage = { ...answerOf(rows).coverage, lifted: 1 }
  const found = joinPages([
    answerOf(rowsWithVex, { coverage, notEstablished: ['complete', 'not-revoked', 'vex'] }),
  ])

  it('stand beside the status of the SBOMs, with who says so, also on a narrow terminal', () => {
    const wide = formatSearchRows(rowsWithVex, asked.question, undefined, new Map()).blocks.flat()
    expect(wide[0])
      .to.include('affected, lifted by #9 (security, vulnerable_code_not_present)')
      .and.include('✓ #3 #9')
    expect(wide[1]).to.match(/VEX #9: security says affected of CVE-2021-44228 in pkg:/)
    const narrow = formatSearchRows(rowsWithVex, asked.question, 100, new Map()).blocks.map((block) =>
      block.join('\n'),
    )
    expect(narrow[0]).to.include('affected, lifted ').and.include('  lifted by #9 (security, vuln')
    expect(narrow[1]).to.include('  VEX #9: security says affected')
  })

  it('change no count, and rest on the server’s word for nobody having taken them back', () => {
    const text = printed(found)
    expect(text).to.include('Of 9 images: 3 affected, 4 not affected')
    expect(text).to.include('1 of the images found is lifted by VEX statements')
    expect(text).to.match(/\? That no newer VEX statement takes back/)
    expect(printed()).to.not.include('VEX')
  })

  it('hide what they lift where that is asked for, and the answer says how many in every form', () => {
    const left = withoutLifted(found)
    expect(left.answer.items).to.deep.equal(rowsWithVex.slice(1))
    expect(printed(left)).to.include('1 lifted image not shown (--hide-lifted).')
    expect(searchCsv(left)).to.match(/,lifted=1,assurance=rows,hiddenLifted=1\r\n$/)
    expect(JSON.parse(searchNdjson(left).trimEnd().split('\n').at(-1) ?? '')).to.include({
      count: 3,
      hiddenLifted: 1,
    })
  })

  it('leave open what they leave open on any page', () => {
    const first = answerOf(rowsWithVex.slice(0, 2), { next: 'b', notEstablished: ['complete', 'vex'] })
    const pages = joinPages([first, answerOf(rowsWithVex.slice(2))])
    expect(pages.answer.notEstablished).to.have.members(['complete', 'vex', 'not-revoked'])
  })

  it('are in the CSV of each match that they mean', () => {
    const lines = searchCsv(found).split('\r\n')
    expect(lines[1]).to.match(
      /,false,,,,true,#9 security not_affected vulnerable_code_not_present,,high,syft 1\.4\.1,$/,
    )
    expect(lines[2]).to.match(/,false,,,,false,#9 security affected,,high,syft 1\.4\.1,$/)
  })
})

describe('groups of a search', () => {
  const titles = (by: Parameters<typeof groupRows>[1]): readonly string[] =>
    groupRows(rows, by, new Map()).map((one) => `${one.title}: ${one.rows.length}`)

  it('are by repository, base image or version, the largest first', () => {
    expect(titles('repo')).to.deep.equal([
      '(no name): 1',
      'registry.test/api: 1',
      'registry.test/base: 1',
      'registry.test/shop: 1',
    ])
    expect(titles('base')).to.deep.equal([
      '(no base image stated): 2',
      `registry.test/base:1 ${digestOf('b')}: 2`,
    ])
    expect(titles('version')[0]).to.match(/log4j-core@2\.14\.1: 3$/)
  })

  it('promise of a new base only what the rows say: an image that has more of it is not cleared', () => {
    expect(basesToFix(rows, new Map())).to.have.lengthOf(1)
    expect(basesToFix(rows, new Map())[0]).to.match(
      /^Fix 1 base \(registry\.test\/base:1\).* that clears 1 image,/,
    )
    expect(basesToFix(rows.slice(1), new Map())).to.deep.equal([])
  })

  it('of bases that stand on one another name the lowest', () => {
    const on = (base: string): Partial<SearchRow> => ({
      provenance: [{ entry: logIndex(1), builder: '', commits: [], bases: [digestOf(base)] }],
    })
    const tower = [
      row('1', 'low', [match('1', 1)]),
      row('2', 'middle', [match('1', 2)], on('1')),
      row('3', 'top', [match('1', 3)], on('2')),
    ]
    expect(basesToFix(tower, new Map())[0]).to.match(/^Fix 1 base \(low\).* that clears 2 images,/)
    const circle = [row('1', 'a', [match('1', 1)], on('2')), row('2', 'b', [match('1', 2)], on('1'))]
    expect(basesToFix(circle, new Map())).to.deep.equal([])
  })
})

describe('a search as CSV', () => {
  it('has a line for each match, the state first, and ends with what the answer covers', () => {
    const lines = searchCsv(pagesOf()).split('\r\n')
    expect(lines[0]).to.match(/^state,image,names,component,version,/)
    expect(lines).to.have.lengthOf(1 + 5 + 1 + 1)
    expect(lines[3]).to.equal(
      `affected,${digestOf('2')},registry.test/api:2,pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1,2.14.1,affected,"purl, version in the range (${LOG4SHELL})",${LOG4SHELL},6,8,${digestOf('b')},https://ci.test/builder,git.test/shop@${'a'.repeat(40)},true,,,,false,,,high,syft 1.4.1,`,
    )
    expect(lines[5]).to.match(/^undetermined,/)
    expect(lines[6]).to.equal(
      '#END,5,origin=log.test,treeSize=10,indexedThrough=10,images=9,affected=3,notAffected=4,undetermined=1,unknown=1,unreadableEntries=0,assurance=rows',
    )
    const cut = joinPages([answerOf(rows, { next: 'x' })])
    expect(searchCsv(cut, 2)).to.match(/,limited=true,notLookedFor=2\r\n$/)
  })

  it('has no cell that a spreadsheet runs', () => {
    const evil = row('4', '=HYPERLINK("x")', [match('=1+1', 1, { component: '@SUM(1)' })])
    const [, line = ''] = searchCsv(pagesOf([evil])).split('\r\n')
    expect(line.split(',').filter((cell) => /^"?[=@+-]/.test(cell))).to.deep.equal([])
    expect(line).to.include(`'=1+1`).and.to.include(`'@SUM(1)`)
  })
})

describe('a search as NDJSON', () => {
  const records = (text: string): readonly { readonly kind: string }[] =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly kind: string })

  it('has each entry before the row that names it, a new moment where the log grew, and an end', () => {
    const first = answerOf(rows.slice(0, 2), { next: 'x' })
    const second = answerOf(rows.slice(2), { asOf: { ...first.asOf, checkpoint: 'log.test\n11\n' } })
    const kinds = records(searchNdjson(joinPages([first, second]))).map((one) => one.kind)
    expect(kinds).to.deep.equal(['Answer', 'AsOf', 'Entry', 'Row', 'Row', 'AsOf', 'Row', 'Row', 'End'])
    expect(records(searchNdjson(pagesOf(), ['Cobol x'])).at(-1)).to.deep.equal({
      kind: 'End',
      count: 4,
      complete: true,
      notLookedFor: ['Cobol x'],
    })
    expect(records(searchNdjson(joinPages([first]))).at(-1)).to.include({ complete: false })
  })

  it('has the question as it is sent, so that it can be asked again', () => {
    const [answer] = records(searchNdjson(pagesOf()))
    expect(answer).to.have.nested.property('question.parts[0].from', LOG4SHELL)
  })
})

describe('the pages of a search', () => {
  const progress = { show: () => undefined, end: () => undefined }
  const trust = {} as LogTrust

  async function followed(limit?: number) {
    const all: readonly SearchAnswer[] = [
      answerOf(rows.slice(0, 2), { next: 'b' }),
      answerOf(rows.slice(2, 3), { next: 'c' }),
      answerOf(rows.slice(3)),
    ]
    const sent: object[] = []
    const ask = (page: { readonly cursor?: string; readonly limit?: number }) => {
      sent.push(page)
      return Promise.resolve({
        answer: all[['', 'b', 'c'].indexOf(page.cursor ?? '')] as SearchAnswer,
        origins: new Map(),
      })
    }
    return { sent, ...(await searchPages(ask, { trust, progress, limit })) }
  }

  it('are all followed, each from where the last one ended', async () => {
    const { sent, answer, isWhole } = await followed()
    expect(sent).to.deep.equal([
      { limit: 1000, proof: 'complete' },
      { limit: 1000, cursor: 'b' },
      { limit: 1000, cursor: 'c' },
    ])
    expect(answer.items).to.deep.equal(rows)
    expect(answer).to.not.have.property('next')
    expect(isWhole).to.equal(true)
  })

  it('end at the limit, and say that more were left out', async () => {
    const { sent, answer, isWhole } = await followed(2)
    expect(sent).to.deep.equal([{ limit: 2, proof: 'complete' }])
    expect(answer.next).to.equal('b')
    expect(isWhole).to.equal(false)
  })
})
