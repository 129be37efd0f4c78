/** What there is of a name, asked through the client, over a ledger in memory. */
import { describe, it } from 'mocha'
import { expect } from 'chai'
import { treeSize } from '../../src/brand.ts'
import type { NamesQuery } from '../../src/client/client.ts'
import { printNames } from '../../src/cli/show-names.ts'
import { createColors } from '../../src/cli/terminal.ts'
import { Fault } from '../../src/errors.ts'
import { changeJson } from '../helpers/ledger-fetch.ts'
import { ledgerOfNames, LOG4J, purls, sbomOf } from '../helpers/named-ledger.ts'
import { clientOf } from '../helpers/story.ts'
import { keys, signEnvelope } from '../helpers/test-ledger.ts'

describe('what there is of a name', () => {
  it('is found as its ecosystem writes it, whatever the case, with how many versions and entries there are', async () => {
    await using ledger = await ledgerOfNames()
    const client = clientOf(ledger)
    const { items, assurance, asOf } = await client.names({ name: 'Log4j-core' })
    expect(items).to.deep.equal([
      { kind: 'name', name: 'log4j-core', versions: 1, entries: 1, entry: 4 },
      { kind: 'purl', name: LOG4J, versions: 3, entries: 2, entry: 1 },
      { kind: 'purl', name: 'pkg:maven/org.example/log4j-core', versions: 1, entries: 1, entry: 1 },
    ])
    expect([assurance, asOf.indexedThrough]).to.deep.equal(['rows', 6])
    const typed: Readonly<Record<string, readonly string[]>> = {
      'org.apache.logging.log4j:log4j-core': [LOG4J],
      '@babel/core': ['pkg:npm/%40babel/core'],
      // A scope is a part of the name.
      core: ['pkg:npm/core'],
      'go-jose': ['pkg:golang/github.com/go-jose/go-jose/v3'],
      'github.com/go-jose/go-jose/v3': ['pkg:golang/github.com/go-jose/go-jose/v3'],
      'github.com/go-jose/go-jose': [],
      'xz-utils': ['pkg:deb/debian/xz-utils'],
      liblzma5: ['pkg:deb/debian/liblzma5'],
      typing_extensions: ['pkg:pypi/typing-extensions'],
      openssl: ['a:openssl:openssl', 'openssl'],
      'newtonsoft.json': ['pkg:nuget/Newtonsoft.Json'],
      'log4j-cor': [],
    }
    for (const [name, expected] of Object.entries(typed))
      expect(
        (await client.names({ name })).items.map((row) => row.name),
        name,
      ).to.deep.equal(expected)
  })

  it('cannot be taken, nor made to fail, by a package whose name holds a NUL', async () => {
    await using ledger = await ledgerOfNames()
    const evil = purls('pkg:generic/log4j-core%00pevil@1', 'pkg:generic/%00@1')
    await ledger.submit(signEnvelope(sbomOf('evil', evil), keys.ci))
    const client = clientOf(ledger)
    for (const match of ['exact', 'substring'] as const) {
      const { items } = await client.names({ name: 'log4j-core', match, minSize: treeSize(7) })
      expect(items.filter(({ name }) => name.includes('evil'))).to.deep.equal([])
    }
  })

  it('is found by a part of the name only when that is asked for, each thing once', async () => {
    await using ledger = await ledgerOfNames()
    const client = clientOf(ledger)
    const found = async (query: NamesQuery) => (await client.names(query)).items.map((row) => row.name)
    expect(await found({ name: 'LOG4J', match: 'prefix', type: 'maven' })).to.deep.equal([
      LOG4J,
      'pkg:maven/org.example/log4j-core',
    ])
    expect(await found({ name: 'o', match: 'prefix' })).to.deep.equal([
      'a:openssl:openssl',
      'openssl',
      LOG4J,
      'pkg:maven/org.example/log4j-core',
    ])
    expect(await found({ name: 'core', match: 'substring', type: 'npm' })).to.deep.equal([
      'pkg:npm/%40babel/core',
      'pkg:npm/core',
      'pkg:npm/log4j-core-types',
    ])
  })

  it('comes in pages as of the size of the first, and as of an earlier size', async () => {
    await using ledger = await ledgerOfNames()
    const client = clientOf(ledger)
    for (const query of [{ name: 'log4j-core' }, { name: 'log4j', match: 'substring' }] as const) {
      const all = (await client.names(query)).items
      const pages = []
      let cursor: string | undefined
      do {
        const page = await client.names({ ...query, limit: 1, ...(cursor === undefined ? {} : { cursor }) })
        pages.push(...page.items)
        cursor = page.next
        await ledger.submit(signEnvelope(sbomOf('new', purls('pkg:npm/log4j-core@1')), keys.ci))
      } while (cursor !== undefined)
      expect(pages).to.deep.equal(all)
    }
    const then = await client.names({ name: 'log4j-core', at: treeSize(3) })
    expect(then.items.map(({ name, versions }) => [name, versions])).to.deep.equal([
      [LOG4J, 2],
      ['pkg:maven/org.example/log4j-core', 1],
    ])
  })

  it('is shown as a table, and says whose word it is', async () => {
    await using ledger = await ledgerOfNames()
    const lines: string[] = []
    const print = (line = ''): void => void lines.push(line)
    const terminal = {
      print,
      note: print,
      write: () => undefined,
      color: createColors(false),
      columns: undefined,
    }
    printNames(terminal, await ledger.names({ name: 'log4j', match: 'prefix', type: 'maven' }))
    printNames(terminal, await ledger.names({ name: 'shop' }))
    const text = lines.join('\n')
    expect(text).to.match(/^pkg:maven\/org\.apache\.logging\.log4j\/log4j-core +3 +2 +#1$/m)
    expect(text).to.include('log4j at the beginning: 2 names.').and.to.include('shop: nothing is known.')
    expect(text).to.include('the server’s word')
  })

  it('is refused for a package URL, and if an entry is not proven', async () => {
    await using ledger = await ledgerOfNames()
    const reason = (asked: Promise<unknown>) =>
      asked.catch((cause: unknown) => (cause instanceof Fault ? cause.reason : cause))
    expect(await reason(ledger.names({ name: 'pkg:npm/core' }))).to.equal('parameter-malformed')
    const lying = clientOf(
      ledger,
      changeJson('ledger/v1/names', (answer) => ({ ...Object(answer), entries: {} })),
    )
    expect(await reason(lying.names({ name: 'core' }))).to.equal('entry-mismatch')
  })
})
