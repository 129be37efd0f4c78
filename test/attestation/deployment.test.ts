import { expect } from 'chai'
import { describe, it } from 'mocha'
import {
  deploymentMembers,
  deploymentStatement,
  parseDeployment,
  type Deployment,
} from '../../src/attestation/deployment.ts'
import { isControlType, DEPLOYMENT, predicateKind } from '../../src/attestation/predicate-types.ts'
import { parseStatement, type Statement } from '../../src/attestation/statement.ts'
import { imageDigest } from '../../src/brand.ts'
import type { JsonObject, JsonValue } from '../../src/encoding/strict-json.ts'
import { faultOf } from '../helpers/fault-of.ts'
import { memberNames, readSchema } from '../helpers/schema.ts'

const image = { name: 'registry.test/shop', digest: imageDigest(`sha256:${'aa'.repeat(32)}`) }
const deployment: Deployment = {
  environment: 'prod',
  cluster: 'eu-1',
  from: '2026-11-17T08:00:00Z',
  until: '2026-11-20T10:30:00.5Z',
  note: 'rollout 17',
}

function statement(changes: Readonly<Record<string, JsonValue | undefined>> = {}): Statement {
  const whole = parseStatement(deploymentStatement(image, deployment))
  const members = Object.entries({ ...Object(whole.predicate), ...changes })
  const predicate = Object.fromEntries(members.filter(([, value]) => value !== undefined)) as JsonObject
  return { ...whole, predicate }
}

describe('deployments', () => {
  it('are read as they were written, with or without what may be left out', () => {
    expect(parseDeployment(statement())).to.deep.equal(deployment)
    const short = { environment: 'https://env.test/prod?x=1', from: '2026-11-17T08:00:00Z' }
    const read = parseDeployment(parseStatement(deploymentStatement(image, short)))
    expect(read).to.deep.equal(short)
  })

  it('are about an image, not about the ledger: whoever is granted their type makes them, and they can be revoked', () => {
    expect([predicateKind(DEPLOYMENT), isControlType(DEPLOYMENT)]).to.deep.equal(['deployment', false])
    expect(isControlType('https://attestree.dev/deployment/v2')).to.equal(true)
  })

  it('are refused with the place, where they are malformed', () => {
    const cases: readonly (readonly [name: string, value: JsonValue | undefined, pointer?: string])[] = [
      ['environment', undefined],
      ['environment', ''],
      ['environment', ' prod'],
      ['environment', 'pr\u200bod'],
      ['environment', 'prod\n'],
      ['environment', 'p'.repeat(201)],
      ['environment', 7],
      ['cluster', ''],
      ['cluster', null],
      ['from', undefined],
      ['from', '2026-11-17'],
      ['from', '2026-02-30T08:00:00Z'],
      ['from', '2026-11-17T08:00:00+01:00'],
      ['until', '2026-11-17T08:00:00Z'],
      ['until', '2026-11-16T08:00:00Z'],
      ['until', 'tomorrow'],
      ['note', ''],
      ['note', 'n'.repeat(2001)],
    ]
    for (const [name, value] of cases) {
      const { reason, pointer } = faultOf(() => parseDeployment(statement({ [name]: value })))
      const title = `${name} ${String(value).slice(0, 30)}`
      expect([reason, pointer], title).to.deep.equal(['predicate-unacceptable', `/predicate/${name}`])
    }
    const other = faultOf(() => parseDeployment(statement({ untl: '2026-11-20T10:30:00Z' })))
    expect([other.reason, other.pointer]).to.deep.equal(['unsupported', '/predicate/untl'])
    const whole = statement()
    const two = faultOf(() => parseDeployment({ ...whole, subjects: [...whole.subjects, ...whole.subjects] }))
    expect([two.reason, two.pointer]).to.deep.equal(['predicate-unacceptable', '/subject'])
    expect(faultOf(() => parseDeployment({ ...whole, predicate: undefined })).reason).to.equal(
      'predicate-unacceptable',
    )
  })
})

describe('schema/deployment', () => {
  const schema = readSchema('deployment')

  it('has exactly the members that the parser reads, and requires what it requires', () => {
    expect(memberNames(schema)).to.deep.equal([...deploymentMembers].sort())
    expect(schema['required']).to.deep.equal(['environment', 'from'])
  })
})
