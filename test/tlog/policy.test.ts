import { expect } from 'chai'
import { describe, it } from 'mocha'
import { formatCosignerKey } from '../../src/tlog/cosignature.ts'
import { cosignersIn, isMet, parsePolicy } from '../../src/tlog/policy.ts'
import { formatVerifierKey, verifierKeyOf } from '../../src/tlog/signed-note.ts'
import { refusal } from '../helpers/mangle.ts'
import { testKey } from '../helpers/test-key.ts'

const keyOf = (name: string): string =>
  formatCosignerKey({ name: `${name}.test`, key: testKey(name, 'ed25519').publicKey })
const witness = (name: string): string => `witness ${name} ${keyOf(name)}\n`

/** Two of three witnesses, and one auditor. */
const text = `# who must have looked at it
${witness('w1')}${witness('w2')}\twitness w3 ${keyOf('w3')} https://w3.test/
${witness('a1')}
group witnesses 2 w1 w2 w3
group auditors any a1
group both all witnesses auditors
quorum both
`

describe('policies of cosignatures', () => {
  const has = (...names: readonly string[]): boolean =>
    isMet(parsePolicy(text).quorum, ({ name }) => names.includes(name.replace('.test', '')))

  it('are met by enough of each group: two witnesses and one auditor, say', () => {
    expect(cosignersIn(parsePolicy(text).quorum).map(({ name }) => name)).to.deep.equal([
      'w1.test',
      'w2.test',
      'w3.test',
      'a1.test',
    ])
    expect([has('w1', 'w3', 'a1'), has('w1', 'w2', 'w3', 'a1')]).to.deep.equal([true, true])
    expect([has(), has('w1', 'a1'), has('w1', 'w2', 'w3'), has('a1')]).to.deep.equal(Array(4).fill(false))
  })

  it('of a single name are met by it alone', () => {
    const { quorum } = parsePolicy(`${witness('a1')}quorum a1\n`)
    expect(isMet(quorum, ({ name }) => name === 'a1.test')).to.equal(true)
    expect(isMet(quorum, () => false)).to.equal(false)
  })

  const logKey = formatVerifierKey(verifierKeyOf('log.test', testKey('log', 'ed25519').publicKey))
  const twoNames = formatCosignerKey({ name: 'other.test', key: testKey('a1', 'ed25519').publicKey })
  const refused: readonly (readonly [what: string, text: string, line: number, reason?: string])[] = [
    ['one key under two names', `${witness('a1')}witness a2 ${twoNames}\nquorum a1`, 2],
    ['one name twice', `${witness('a1')}witness a1 ${keyOf('w1')}\nquorum a1`, 2],
    [
      'one member in two groups',
      `${witness('a1')}${witness('w1')}group g any a1 w1\ngroup h any a1\nquorum g`,
      4,
    ],
    ['one member twice', `${witness('a1')}group g 2 a1 a1\nquorum g`, 2],
    ['a threshold of none', `${witness('a1')}group g 0 a1\nquorum g`, 2],
    ['a threshold above its members', `${witness('a1')}group g 2 a1\nquorum g`, 2],
    ['a group without members', 'group g all\nquorum g', 1],
    ['a name that comes later', `quorum a1\n${witness('a1')}`, 1],
    ['two quorums', `${witness('a1')}quorum a1\nquorum a1`, 3],
    ['a log’s key for a witness', `witness a1 ${logKey}\nquorum a1`, 1, 'key-type-unsupported'],
    ['a key id of another key', `witness a1 ${keyOf('a1').replace(/\+\w{8}\+/, '+00000000+')}\nquorum a1`, 1],
    ['a log, which stands in the trust file', `log ${logKey}\nquorum none`, 1, 'unsupported'],
    ['nobody, which would look like a policy', 'quorum none', 1, 'unsupported'],
    ['another word', `${witness('a1')}quorom a1`, 2],
  ]
  for (const [what, wrong, line, reason = 'policy-malformed'] of refused) {
    it(`refuse ${what} (${reason}), and name the line`, () => {
      const fault = refusal(() => parsePolicy(wrong))
      expect([fault.reason, fault.message]).to.deep.equal([reason, fault.message])
      expect(fault.message).to.match(new RegExp(`^policy line ${line}: `))
    })
  }

  it('are none without a quorum, and are not read beyond their limits', () => {
    for (const wrong of [witness('a1'), '', '\n'.repeat(100), `#${' '.repeat(20_000)}`])
      expect(refusal(() => parsePolicy(wrong)).reason).to.equal('policy-malformed')
  })
})
