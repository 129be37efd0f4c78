/** From a name as people type it to a search, over a ledger in memory. */
import { describe, it } from 'mocha'
import { expect } from 'chai'
import { namedParts, type NamedQuery } from '../../src/client/named-parts.ts'
import { verifiedSearch } from '../../src/client/verified-search.ts'
import type { Client } from '../../src/client/client.ts'
import { Fault } from '../../src/errors.ts'
import type { NameRow } from '../../src/verify/names-answer.ts'
import { formatSearchQuestion } from '../../src/verify/search-wire.ts'
import { ledgerOfNames, LOG4J } from '../helpers/named-ledger.ts'
import { clientOf } from '../helpers/story.ts'

async function found(client: Client, query: NamedQuery): Promise<readonly string[]> {
  const { parts } = await namedParts(client, query)
  const { answer } = await verifiedSearch(client, { parts, scope: {} })
  return answer.items.flatMap((row) =>
    row.matches.map((one) => `${row.names[0]?.slice(-1)} ${one.status} ${one.component} ${one.reason}`),
  )
}

async function faultOf(asked: Promise<unknown>): Promise<Fault> {
  const cause: unknown = await asked.catch((thrown: unknown) => thrown)
  if (cause instanceof Fault) return cause
  throw new Error(`expected a fault, got ${String(cause)}`)
}

describe('a name in a search', () => {
  it('means each package that has it, in its own version order, and components without a purl as undetermined', async () => {
    await using ledger = await ledgerOfNames()
    const client = clientOf(ledger)
    expect(await found(client, { name: 'log4j-core', range: '<2.17.1' })).to.deep.equal([
      `0 affected ${LOG4J}@2.14.1 in-range`,
      '0 affected pkg:maven/org.example/log4j-core@1 in-range',
      '3 undetermined Log4j-Core@2.14.1 name-only',
      '3 undetermined Log4j-Core@2.14.1 name-only',
      `4 affected ${LOG4J}@2.15.0 in-range`,
    ])
    expect(await found(client, { name: 'xz-utils', range: '<5.6.2' })).to.deep.equal([
      '2 affected pkg:deb/debian/liblzma5@5.6.1-1 in-range',
    ])
    expect(await found(client, { name: 'log4j-core', version: '2.15.0' })).to.deep.equal([
      `4 affected ${LOG4J}@2.15.0 version-listed`,
    ])
    // A CPE has no order of versions: in the range or not, nobody can tell.
    expect(await found(client, { name: 'openssl', range: '<3.0.7' })).to.deep.equal([
      '3 undetermined cpe:a:openssl:openssl@3.0.1 no-order',
      '3 undetermined OpenSSL@3.0.1 no-order',
    ])
    expect(await found(client, { name: 'openssl' })).to.deep.equal([
      '3 affected cpe:a:openssl:openssl@3.0.1 version-listed',
      '3 undetermined OpenSSL@3.0.1 name-only',
    ])
  })

  it('means packages of one ecosystem where that is said, also by a VERS', async () => {
    await using ledger = await ledgerOfNames()
    const client = clientOf(ledger)
    const keysOf = async (query: NamedQuery) =>
      JSON.stringify(formatSearchQuestion({ parts: (await namedParts(client, query)).parts, scope: {} }))
    for (const query of [{ ecosystem: 'Maven' }, { range: 'vers:maven/<2.17.1' }])
      expect(await keysOf({ name: 'log4j-core', ...query }))
        .to.include(LOG4J)
        .and.not.include('generic')
    expect(await keysOf({ name: 'liblzma5', ecosystem: 'Debian' })).to.include('pkg:deb/debian/liblzma5')
    expect((await faultOf(namedParts(client, { name: 'liblzma5', ecosystem: 'Ubuntu' }))).reason).to.equal(
      'not-recorded',
    )
    expect((await faultOf(namedParts(client, { name: 'core', ecosystem: 'no one' }))).reason).to.equal(
      'parameter-malformed',
    )
  })

  it('is refused if nothing has it, with what is near, if too much has it, and with a range that none can have', async () => {
    await using ledger = await ledgerOfNames()
    const client = clientOf(ledger)
    const none = await faultOf(namedParts(client, { name: 'log4j-croe' }))
    expect([none.reason, none.hint]).to.satisfy(
      ([reason, hint]: string[]) => reason === 'not-recorded' && hint?.includes(LOG4J),
    )
    const range = await faultOf(namedParts(client, { name: 'core', range: '^1.0' }))
    expect(range.reason).to.equal('unsupported')
    const [row] = (await client.names({ name: 'core' })).items
    const many = {
      names: async (...asked: Parameters<Client['names']>) => ({
        ...(await client.names(...asked)),
        items: Array<NameRow>(101).fill(row as NameRow),
      }),
    }
    expect((await faultOf(namedParts(many, { name: 'core' }))).message).to.match(/at most 100 packages/)
  })
})
