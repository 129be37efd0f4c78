import { expect } from 'chai'
import { describe, it } from 'mocha'
import { partLines } from '../../src/cli/search-part-text.ts'
import { parseSearchQuestion } from '../../src/verify/search-wire.ts'

describe('the parts of a search in words', () => {
  it('name the packages and versions that were asked for, whatever the asker called them', () => {
    const lodash = { keys: ['pkg:npm/lodash'], type: 'npm', names: 'either' }
    const parts = [
      { ...lodash, from: 'CVE-2021-44228', ranges: [{ vers: 'vers:npm/<4.17.21' }] },
      { ...lodash, listed: Array.from({ length: 12 }, (_, at) => `1.0.${at}`) },
      {
        keys: ['pkg:deb/debian/xz-utils'],
        type: 'deb',
        names: 'source',
        distro: { ids: ['debian'], release: '12' },
        ranges: [
          { type: 'deb', events: [{ introduced: '0' }, { last_affected: '5.6.1' }] },
          { unknown: 'git' },
        ],
      },
      { cpe: 'a:apache:log4j', version: '2.14.1', from: 'red\u001b[31m' },
      { hash: `sha256:${'a'.repeat(64)}` },
    ]
    expect(partLines(parseSearchQuestion({ parts }).parts)).to.deep.equal([
      '  pkg:npm/lodash, vers:npm/<4.17.21 (CVE-2021-44228)',
      '  pkg:npm/lodash, version 1.0.0, version 1.0.1, version 1.0.2, version 1.0.3, version 1.0.4, version 1.0.5, version 1.0.6, version 1.0.7, version 1.0.8, version 1.0.9, and 2 more versions and ranges',
      '  pkg:deb/debian/xz-utils as the source package of debian 12, deb: introduced 0, last affected 5.6.1, a range of commits, which says nothing of versions',
      '  CPE a:apache:log4j, version 2.14.1 (red\\u{1b}[31m)',
      `  a component with the hash sha256:${'a'.repeat(64)}`,
    ])
    const many = Array.from({ length: 13 }, () => lodash)
    expect(partLines(parseSearchQuestion({ parts: many }).parts).slice(9)).to.deep.equal([
      '  pkg:npm/lodash, no version named',
      '  and 3 more parts',
    ])
  })
})
