import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { parseOutput } from '../../src/cli/find-output.ts'
import { askedOf as askedBy, type SearchFlags } from '../../src/cli/search-asked.ts'
import { askedScope, type ScopeFlags } from '../../src/cli/search-scope.ts'
import { UsageError } from '../../src/cli/usage-error.ts'
import { Fault } from '../../src/errors.ts'
import { MAX_PARTS } from '../../src/verify/search-wire.ts'
import { recorder } from '../helpers/recorder.ts'
import { clientOf, STORY_SIZE, tellStory } from '../helpers/story.ts'
import { log4shell, text4shell } from '../sbom/advisory/records.ts'

/** No name is looked up. */
const askedOf = (component: string | undefined, flags: SearchFlags) =>
  askedBy(component, flags, () => Promise.reject(new Error('no name was given')))

describe('a search on the command line', () => {
  let folder = ''
  const path = (name: string): string => join(folder, name)

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attestree-asked-'))
    const cobol = { id: 'X-1', modified: '', affected: [{ package: { ecosystem: 'Cobol', name: 'x' } }] }
    await writeFile(path('log4shell.json'), JSON.stringify(log4shell))
    await writeFile(path('both.json'), JSON.stringify([log4shell, { ...cobol, id: 'X-2' }]))
    await writeFile(path('gone.json'), JSON.stringify([log4shell, { ...text4shell, withdrawn: '2024' }]))
    await writeFile(path('cobol.json'), JSON.stringify(cobol))
    await writeFile(path('list.csv'), 'name,version\nchalk,5.6.1\n')
    await writeFile(path('other.csv'), 'pkg:npm/debug@4.4.2\n')
    await writeFile(path('long.csv'), Array.from({ length: MAX_PARTS + 1 }, (_, at) => `a${at}`).join('\n'))
  })
  after(() => rm(folder, { recursive: true }))

  it('puts advisories, lists, a purl, CPEs and a hash into one question', async () => {
    const asked = await askedOf('pkg:npm/lodash', {
      range: '<4.17.21',
      osv: [path('log4shell.json')],
      iocs: [path('list.csv')],
      ecosystem: 'npm',
      cpe: ['a:openssl:openssl'],
      hash: `sha256:${'a'.repeat(64)}`,
      repo: 'registry.test/**',
      platform: 'linux/amd64',
    })
    expect(asked.question.parts.map((part) => part.from ?? part.kind)).to.deep.equal([
      'package',
      ...Array<string>(4).fill('GHSA-jfh8-c2jp-5v3q'),
      'line 2',
      'cpe',
      'hash',
    ])
    expect(asked.question.scope).to.deep.equal({ repo: 'registry.test/**', platform: 'linux/amd64' })
    expect(asked.what.slice(0, 3)).to.deep.equal([
      'pkg:npm/lodash in vers:npm/<4.17.21',
      'GHSA-jfh8-c2jp-5v3q',
      'the package of list.csv',
    ])
    expect(asked.notes).to.deep.equal(['list.csv: 1 line, 1 package; line 1 names the columns.'])
  })

  it('asks with sizes for times, by the server’s word, and of an environment what runs there now unless told when', async () => {
    const { ledger } = await tellStory()
    const { terminal, lines } = recorder()
    const scoped = (flags: ScopeFlags) => askedScope(clientOf(ledger), flags, terminal)
    const all = {
      recordedAfter: '1970-01-01T00:00Z',
      recordedBefore: '2100-01-01T00:00Z',
      allSboms: true,
    } as const
    expect(await scoped(all)).to.deep.equal({
      allSboms: true,
      recordedAfter: 0,
      recordedBefore: STORY_SIZE,
    })
    expect(lines.join('\n')).to.include(
      `2100-01-01T00:00:00Z is size ${STORY_SIZE} of the log, by the server’s word.`,
    )
    const deployedAt = '2026-11-17T16:45:00Z'
    const there = await scoped({
      environment: 'prod',
      deployedAt: '2026-11-17T17:45+01:00',
      recordedAfter: '3',
    })
    expect(there).to.deep.equal({ environment: 'prod', deployedAt, recordedAfter: 3 })
    const now = Date.now()
    const running = Date.parse((await scoped({ environment: 'prod' })).deployedAt ?? '')
    expect(running).to.be.within(now - 2_000, now + 60_000)
  })

  it('says of several lists which one a line is of', async () => {
    const asked = await askedOf(undefined, { iocs: [path('list.csv'), path('other.csv')], ecosystem: 'npm' })
    expect(asked.question.parts.map((part) => part.from)).to.deep.equal([
      'list.csv line 2',
      'other.csv line 1',
    ])
  })

  it('says what cannot be looked for and what was withdrawn, and refuses if nothing is left', async () => {
    expect((await askedOf(undefined, { osv: [path('both.json')] })).notLookedFor).to.deep.equal([
      'Cobol x (X-2)',
    ])
    expect((await askedOf(undefined, { osv: [path('gone.json')] })).notes).to.deep.equal([
      'gone.json: GHSA-599f-7c49-w659 was withdrawn, so it is not asked about.',
    ])
    const refused: unknown = await askedOf(undefined, { osv: [path('cobol.json')] }).catch(
      (cause: unknown) => cause,
    )
    expect(refused).to.be.instanceOf(Fault).with.property('reason', 'unproven')
  })

  it('says of a file in UTF-16 how to make it one in UTF-8', async () => {
    await writeFile(path('wide.txt'), Buffer.from('\ufeffa@1', 'utf16le'))
    const refused: unknown = await askedOf(undefined, { iocs: [path('wide.txt')] }).catch(
      (cause: unknown) => cause,
    )
    expect(refused).to.be.instanceOf(Fault).with.property('hint').that.includes('UTF-8')
  })

  it('is refused with what to write instead', async () => {
    const wrong: readonly (readonly [string | undefined, SearchFlags])[] = [
      [undefined, {}],
      [undefined, { repo: 'x' }],
      ['pkg:npm/lodash', { match: 'prefix' }],
      [undefined, { match: 'exact', cpe: ['a:b:c'] }],
      [undefined, { range: '<1', cpe: ['a:b:c'] }],
      ['pkg:npm/a', { ecosystem: 'npm' }],
      ['pkg:npm/a', { platform: 'amd64' }],
      ['pkg:npm/a', { deployedAt: 'now' }],
      ['pkg:npm/a', { environment: 'prod', deployedAt: '2026-11-17' }],
      ['pkg:npm/a', { environment: ' prod' }],
      ['pkg:npm/a', { recordedAfter: '2026-11-17' }],
      ['pkg:npm/a', { recordedAfter: '4', recordedBefore: '4' }],
      [undefined, { osv: ['-'], iocs: ['-'] }],
      [undefined, { osv: [path('none.json')] }],
      [undefined, { iocs: [path('long.csv')], ecosystem: 'npm' }],
    ]
    for (const [component, flags] of wrong) {
      const refused: unknown = await askedOf(component, flags).catch((cause: unknown) => cause)
      expect(refused, JSON.stringify(flags)).to.be.instanceOf(UsageError)
    }
  })
})

describe('-o of find', () => {
  it('takes several formats, each to a place of its own', () => {
    const outputs = ['csv=hits.csv', 'openvex=a=b.json', 'json=-'].reduce(
      (before: ReturnType<typeof parseOutput>, text) => parseOutput(text, before),
      [],
    )
    expect(outputs).to.deep.equal([
      { format: 'csv', file: 'hits.csv' },
      { format: 'openvex', file: 'a=b.json' },
      { format: 'json' },
    ])
  })

  it('is refused for other formats, no file, and two for one place', () => {
    for (const texts of [['xml'], ['csv='], ['json', 'csv'], ['json=a', 'csv=a']])
      expect(
        () => texts.reduce((before: ReturnType<typeof parseOutput>, text) => parseOutput(text, before), []),
        texts.join(' '),
      ).to.throw(UsageError)
  })
})
