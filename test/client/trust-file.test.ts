import { expect } from 'chai'
import { describe, it } from 'mocha'
import { attestationId } from '../../src/brand.ts'
import { formatTrustFile, parseTrustFile } from '../../src/client/trust-file.ts'
import { formatCosignerKey } from '../../src/tlog/cosignature.ts'
import { parsePolicy } from '../../src/tlog/policy.ts'
import { formatVerifierKey, verifierKeyOf } from '../../src/tlog/signed-note.ts'
import { faultOf } from '../helpers/fault-of.ts'
import { digestOf, keys, testKey } from '../helpers/test-ledger.ts'

const logKey = verifierKeyOf('ledger.example.com', keys.log.publicKey)
const key = formatVerifierKey(logKey)
const trustRoot = attestationId(digestOf('root'))

const good = `# which ledger we believe
version: 1
logs:
  - url: https://ledger.example.com/a
    key: ${key}
    trustRoot: ${trustRoot}
`

describe('trust file', () => {
  it('says which log, by which key, from which trust root', () => {
    expect(parseTrustFile(good)).to.deep.equal({
      version: 1,
      logs: [{ url: 'https://ledger.example.com/a', key: logKey, trustRoot }],
    })
  })

  it('reads back what it writes, several logs too', () => {
    const other = verifierKeyOf('other.test', testKey('other', 'ed25519').publicKey)
    const file = {
      version: 1,
      logs: [
        { url: 'https://ledger.example.com', key: logKey, trustRoot },
        { url: 'http://127.0.0.1:8700', key: other, trustRoot: attestationId(digestOf('other')) },
      ],
    } as const
    expect(parseTrustFile(formatTrustFile(file))).to.deep.equal(file)
  })

  it('says who must have cosigned the maps, and how old that may be', () => {
    const vkey = formatCosignerKey({ name: 'a.test', key: testKey('auditor', 'ed25519').publicKey })
    const policy = `witness a ${vkey}\nquorum a\n`
    const cosigned = `    cosigned:\n      policy: |\n        ${policy.trim().replace('\n', '\n        ')}\n`
    const [log] = parseTrustFile(good + cosigned).logs
    expect(log?.cosigned).to.deep.equal({ policy: parsePolicy(policy), maxAgeS: 24 * 3600 })
    for (const [age, seconds] of Object.entries({ '10m': 600, '90s': 90, '999999h': 999_999 * 3600 })) {
      const file = parseTrustFile(`${good}${cosigned}      maxAge: ${age}\n`)
      expect(file.logs[0]?.cosigned?.maxAgeS).to.equal(seconds)
      expect(parseTrustFile(formatTrustFile(file))).to.deep.equal(file)
    }
    for (const [wrong, line] of [
      [`${good}    cosigned: {}\n`, 7],
      [`${good}${cosigned}      maxAge: 1d\n`, 11],
      [good + cosigned.replace('quorum a', 'quorum b'), 8],
      [`${good}${cosigned}      quorum: 2\n`, 11],
    ] as const)
      expect(faultOf(() => parseTrustFile(wrong, 'trust.yaml')).message).to.match(
        new RegExp(`^trust\\.yaml:${line}: `),
      )
  })

  const under = (line: string): string => `${good}${line}\n`

  /** What stands in the file, why it is refused, and on which line. */
  const refused: readonly (readonly [string, string, string, number])[] = [
    ['a rule that is not enforced', under('witnesses: ./witness.policy'), 'unsupported', 7],
    ['a rule inside a log', under('    freshness: 10m'), 'unsupported', 7],
    ['a later version', good.replace('version: 1', 'version: 2'), 'unsupported', 2],
    ['a version in quotes', good.replace('version: 1', 'version: "1"'), 'unsupported', 2],
    ['no version', good.replace('version: 1\n', ''), 'unsupported', 2],
    ['no logs', 'version: 1\n', 'trust-file-malformed', 1],
    ['an empty list of logs', 'version: 1\nlogs: []\n', 'trust-file-malformed', 2],
    ['logs that are no list', 'version: 1\nlogs: {}\n', 'trust-file-malformed', 2],
    ['no key', good.replace(/ {4}key:.*\n/, ''), 'trust-file-malformed', 4],
    ['a key that is no key', good.replace(key, 'ledger.example.com'), 'trust-file-malformed', 5],
    ['a key with another key id', good.replace(/\+[0-9a-f]{8}\+/, '+00000000+'), 'trust-file-malformed', 5],
    ['a trust root that is no digest', good.replace(trustRoot, 'sha256:12'), 'trust-file-malformed', 6],
    ['a number for a trust root', good.replace(trustRoot, '12'), 'trust-file-malformed', 6],
    ['a URL of another kind', good.replace('https:', 'file:'), 'trust-file-malformed', 4],
    ['a URL with a password', good.replace('https://', 'https://u:p@'), 'trust-file-malformed', 4],
    ['a member twice', under('version: 1'), 'trust-file-malformed', 7],
    [
      'an alias',
      good.replace('version: 1', 'version: &v 1').replace(trustRoot, '*v'),
      'trust-file-malformed',
      6,
    ],
    ['a tag of its own', good.replace('version: 1', 'version: !int 1'), 'trust-file-malformed', 2],
    ['two documents', `${good}---\nversion: 1\n`, 'trust-file-malformed', 7],
    ['broken YAML', good.replace('logs:', 'logs: ['), 'trust-file-malformed', 4],
    ['a list', '- 1\n', 'trust-file-malformed', 1],
    ['nothing', '', 'trust-file-malformed', 1],
  ]

  for (const [what, text, reason, line] of refused) {
    it(`refuses ${what} (${reason}) and names the line`, () => {
      const fault = faultOf(() => parseTrustFile(text, 'trust.yaml'))
      expect(fault.reason).to.equal(reason)
      expect(fault.message).to.match(new RegExp(`^trust\\.yaml:${line}: `))
    })
  }

  it('is not read beyond its limit', () => {
    const fault = faultOf(() => parseTrustFile(good + '#'.repeat(300_000)))
    expect(fault.reason).to.equal('trust-file-malformed')
  })
})
