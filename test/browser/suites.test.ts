/**
 * The suites of the verifier and of what it is made of, in a real browser (README 1.7, "portable verification").
 *
 * Every file of the portable folders runs there but those of suites.ts. Only where this platform has no browser
 * (chromium.ts) they are skipped, with a notice.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { repositoryRoot } from '../helpers/repository.ts'
import { openChromium, type OpenBrowser } from './chromium.ts'
import { runSuites, type PageTest } from './run-suites.ts'
import { browserSuites, nodeOnly } from './suites.ts'

/** Unpacking and starting it, bundling, and every test; seconds, but the machine may be busy. */
const PATIENCE_MS = 180_000

const HINT = 'Where it needs Node as such, list it in test/browser/suites.ts with the reason.'

function failuresOf(tests: readonly PageTest[]): string {
  const failed = tests.filter(({ state }) => state === 'failed')
  return failed.map(({ title, trace }) => `${title}\n${trace}`).join('\n\n')
}

describe('in a real browser', function () {
  this.timeout(PATIENCE_MS)
  let opened: OpenBrowser | undefined
  let tests: PageTest[]

  before(async function () {
    opened = await openChromium()
    if (opened === undefined) {
      console.log('    skipped, no Chromium for this platform (put one on the PATH): the tests in a browser')
      this.skip()
    }
    tests = await runSuites(opened.browser, browserSuites)
  })

  after(() => opened?.close())

  for (const file of browserSuites) {
    it(`${file} passes`, () => {
      const own = tests.filter((test) => test.file === file)
      expect(own, 'tests that ran').not.to.deep.equal([])
      if (failuresOf(own) !== '') expect.fail(`${failuresOf(own)}\n\n${HINT}`)
    })
  }

  it('no test ran that belongs to no file', () => {
    expect(tests.filter((test) => !browserSuites.includes(test.file))).to.deep.equal([])
  })

  it('a test that fails there fails here, with its message, and one that is skipped has not passed', async () => {
    if (opened === undefined) throw new Error('no browser')
    const found = await runSuites(opened.browser, ['test/browser/bites.browser.ts'])
    expect(found.map(({ title, state }) => [title.replace('in the page › ', ''), state])).to.deep.equal([
      ['fails', 'failed'],
      ['fails later', 'failed'],
      ['is left out', 'skipped'],
      ['has no WebCrypto and nothing of Node', 'passed'],
      ['reaches no network', 'passed'],
    ])
    expect(failuresOf(found)).to.include("expected 'this' to equal 'that'").and.include('later')
  })

  it('what stays in Node is still there', () => {
    const gone = Object.keys(nodeOnly).filter((file) => !existsSync(join(repositoryRoot, file)))
    expect(gone).to.deep.equal([])
  })
})
