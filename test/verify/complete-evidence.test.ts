import { expect } from 'chai'
import { describe, it } from 'mocha'
import { treeSize } from '../../src/brand.ts'
import { requireEstablished, type EvidenceReport } from '../../src/verify/evidence-report.ts'
import { formatEvidence, verifyEvidence, verifyImages, type Evidence } from '../../src/verify/evidence.ts'
import { honestEvidence, trust, type Asked } from '../helpers/complete-claim.ts'
import { refusal } from '../helpers/mangle.ts'

const reportOf = (asked: Asked = {}): EvidenceReport =>
  verifyEvidence(formatEvidence(honestEvidence(asked)), trust)
const openIn = ({ notEstablished }: EvidenceReport): string[] => notEstablished.map(({ id }) => id)
const reasonFor = (evidence: Evidence): string => refusal(() => verifyImages(evidence, trust)).reason

describe('evidence that is complete', () => {
  it('establishes that no row and no revocation is missing, and says what is left open', () => {
    const report = reportOf()
    expect(report.rows).to.have.length(4)
    requireEstablished(report, ['complete', 'not-revoked', 'newer'])
    expect(openIn(report)).to.include.members(['unreadable', 'audited', 'declared'])
    const said = report.established.join('\n')
    expect(said).to.match(
      /No row is missing as of size 11: .*components map [0-9a-f]{16}…, entry 1 of ledger.test/,
    )
    expect(said).to.match(/No revocation, annulment or trust root .* as of size 11 \(status map/)
  })

  it('says as of when where maps are behind the log', () => {
    const report = reportOf({ components: 9, status: 7, through: 7 })
    const newer = report.notEstablished.find(({ id }) => id === 'newer')?.text
    expect(newer).to.equal(
      "What the log's entries from 7 up to its size 11 say: they came after a map that this rests on.",
    )
    expect(refusal(() => requireEstablished(report, ['complete', 'newer'])).reason).to.equal('unproven')
  })

  it('says as of when where the answer leaves out what the maps have: anybody could make it empty so', () => {
    const report = reportOf({ through: 1 })
    expect(report.rows).to.deep.equal([])
    const said = report.established.join('\n')
    expect(said).to.include('No row is missing as of size 1:').and.not.to.include('as of size 11:')
    expect(said).to.match(/No revocation, annulment or trust root .* as of size 1 \(/)
    expect(report.notEstablished.find(({ id }) => id === 'newer')?.text).to.equal(
      "What the log's entries from 1 up to its size 11 say: the answer leaves them out.",
    )
    expect(refusal(() => requireEstablished(report, ['complete', 'newer'])).reason).to.equal('unproven')
  })

  it('leaves nothing open about unreadable entries where there are none', () => {
    const report = reportOf({ components: 8, status: 8, size: 8 })
    expect(report.complete?.unreadable).to.equal(0)
    requireEstablished(report, ['complete', 'not-revoked', 'newer', 'unreadable'])
    expect(refusal(() => requireEstablished(reportOf(), ['unreadable'])).reason).to.equal('unproven')
  })

  it('says which entries were read by their manifests', () => {
    const audited = ({ notEstablished }: EvidenceReport): string =>
      notEstablished.find(({ id }) => id === 'audited')?.text ?? ''
    const report = reportOf({ byManifest: [3, 4] })
    expect(audited(report)).to.include('Nor that manifests say what was signed')
    expect(audited(reportOf())).to.not.include('manifests')
    expect(report.complete?.byManifest).to.deep.equal([3, 4])
    expect(report.established.join('\n')).to.include('as the map has them: #3 #4.')
  })

  it('proves that no image contains a package', () => {
    const report = reportOf({ question: { component: 'pkg:npm/never' } })
    expect(report.rows).to.deep.equal([])
    requireEstablished(report, ['complete', 'not-revoked'])
  })
})

describe('evidence is refused', () => {
  it('if it calls itself complete without a proof, or has one and does not', () => {
    const { answer, ...rest } = honestEvidence()
    const { complete: _, ...bare } = answer
    expect(reasonFor({ ...rest, answer: bare })).to.equal('answer-incomplete')
    expect(reasonFor({ ...rest, answer: { ...answer, assurance: 'rows' } })).to.equal('answer-incomplete')
  })

  it('if it rests on entries behind the map, which shows of none what else was said', () => {
    const { answer, ...rest } = honestEvidence({ components: 9 })
    const asOf = { ...answer.asOf, indexedThrough: treeSize(10) }
    expect(reasonFor({ ...rest, answer: { ...answer, asOf } })).to.equal('answer-incomplete')
  })

  it('without what was signed in an entry that counts, or with what no entry names', () => {
    const evidence = honestEvidence()
    const [first = '', ...others] = Object.entries(evidence.pae).reverse()
    expect(reasonFor({ ...evidence, pae: Object.fromEntries(others) as Evidence['pae'] })).to.equal(
      'answer-incomplete',
    )
    const [, signed] = first
    const strange = { ...evidence.pae, [`sha256:${'0'.repeat(64)}`]: signed } as Evidence['pae']
    expect(reasonFor({ ...evidence, pae: strange })).to.equal('entry-mismatch')
  })
})
