import { expect } from 'chai'
import { before, describe, it } from 'mocha'
import { parseTarget } from '../../src/attestation/revocation.ts'
import { formatStatement } from '../../src/attestation/statement.ts'
import { trustRootStatement } from '../../src/attestation/trust-root.ts'
import { attestationId, treeSize } from '../../src/brand.ts'
import { auditLog } from '../../src/client/audit.ts'
import { collectEvidence } from '../../src/client/evidence.ts'
import { formatBase64 } from '../../src/encoding/base64.ts'
import { formatCanonicalJson } from '../../src/encoding/canonical-json.ts'
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { verifyEvidence } from '../../src/verify/evidence.ts'
import type { EvidenceReport } from '../../src/verify/evidence-report.ts'
import { faultOf } from '../helpers/fault-of.ts'
import { at, parseText, removeAt, setAt } from '../helpers/json-edit.ts'
import { clientOf, trust } from '../helpers/story.ts'
import { p384TestKey } from '../helpers/test-key.ts'
import {
  createTestLedger,
  digestOf,
  idOfPayload,
  keys,
  revocationPayload,
  sbomPayload,
  signEnvelope,
  testKey,
  trustRoot,
} from '../helpers/test-ledger.ts'

/**
 * The trust root changes and a key falls: 0 root v1 · 1 SBOM a by ci · 2 SBOM b by ci · 3 root v2 (adds team with a P-384
 * and an Ed25519 key) · 4 ci's key revoked since size 2 · 5 SBOM of c and d by team (P-384) · 6 SBOM of e without a version
 * (Ed25519)
 */
describe('evidence across a change of trust', () => {
  const p384 = p384TestKey('team')
  const ed25519 = testKey('team', 'ed25519')
  const rootOne = trustRootStatement(trustRoot({ ci: [keys.ci] }))
  const rootTwo = trustRootStatement({
    ...trustRoot({ ci: [keys.ci], team: [p384, ed25519] }),
    version: 2,
    previous: attestationId(idOfPayload(rootOne)),
  })
  const since = revocationPayload({
    target: parseTarget(`key:${keys.ci.publicKey.id}`),
    mode: 'since',
    reason: 'key-compromise',
    cutoff: { treeSize: treeSize(2) },
  })
  const twoSubjects = formatStatement({
    subjects: ['c', 'd'].map((name) => ({
      name: `registry.test/${name}`,
      digest: { sha256: digestOf(name).slice('sha256:'.length) },
    })),
    predicateType: 'https://cyclonedx.org/bom',
    predicate: {
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      metadata: { tools: [{ name: 'trivy', version: '1' }] },
      components: [{ type: 'library', name: 'lodash', version: '4.17.1', purl: 'pkg:npm/lodash@4.17.1' }],
    },
  })

  let ledger: Ledger
  let document: JsonValue
  let report: EvidenceReport

  before(async () => {
    ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
    await ledger.submit(signEnvelope(sbomPayload('a', ['lodash@4.17.1']), keys.ci))
    await ledger.submit(signEnvelope(sbomPayload('b', ['lodash@4.17.1']), keys.ci))
    await ledger.submit(signEnvelope(rootTwo, keys.admin))
    await ledger.submit(signEnvelope(since, keys.admin))
    await ledger.submit(signEnvelope(twoSubjects, p384))
    await ledger.submit(signEnvelope(sbomPayload('e', ['lodash']), ed25519))
    const file = await collectEvidence(clientOf(ledger), {
      component: 'pkg:npm/lodash',
      range: '>=4.0.0,<4.17.2',
    })
    document = parseText(file)
    report = verifyEvidence(file, trust)
  })

  const verify = (changed: JsonValue): EvidenceReport => verifyEvidence(formatCanonicalJson(changed), trust)

  it('keeps what was logged before the cut-off, drops what came after, and knows every kind of key', () => {
    const rows = report.rows.map(({ image, status, matches }) => [image, status, matches[0]?.entry])
    expect(rows).to.deep.equal([
      [digestOf('a'), 'affected', 1],
      ...[digestOf('c'), digestOf('d')].toSorted().map((image) => [image, 'affected', 5]),
      [digestOf('e'), 'undetermined', 6],
    ])
    expect(report.entries.map(({ index, signer }) => [index, signer])).to.deep.equal([
      [0, 'admin'],
      [1, 'ci'],
      [3, 'admin'],
      [4, 'admin'],
      [5, 'team'],
      [6, 'team'],
    ])
    expect(report.established.join('\n')).to.include('version 2 from entry 3')
  })

  it('is refused with the newer trust root left out: its signers had no rights', () => {
    const changed = removeAt(removeAt(document, '/answer/entries/3'), `/pae/${idOfPayload(rootTwo)}`)
    expect(faultOf(() => verify(changed)).reason).to.equal('not-admissible')
  })

  it('is refused with a row that fell by the cut-off', async () => {
    const b = attestationId(idOfPayload(sbomPayload('b', ['lodash@4.17.1'])))
    const answer: JsonValue = JSON.parse(JSON.stringify(await ledger.attestation(b)))
    const pae = formatBase64(await ledger.pae(b))
    const row = setAt(at(document, '/answer/items/0'), '/image', digestOf('b'))
    const named = setAt(setAt(row, '/names/0', 'registry.test/b'), '/matches/0/entry', 2)
    const withRow = setAt(document, '/answer/items/0', setAt(named, '/sboms/0', 2))
    const withEntry = setAt(withRow, '/answer/entries/2', at(answer, '/entries/2'))
    const changed = setAt(withEntry, `/pae/${b}`, pae)
    const fault = faultOf(() => verify(changed))
    expect([fault.reason, fault.message]).to.deep.equal([
      'rows-differ',
      `row ${digestOf('b')}: expected no row (unknown by the entries), got affected`,
    ])
  })

  it('is refused with the attestation of a P-384 key under another name', () => {
    const [mine, other] = [idOfPayload(twoSubjects), digestOf('other')]
    const renamed = setAt(document, '/answer/entries/5/attestation', other)
    const moved = setAt(removeAt(renamed, `/pae/${mine}`), `/pae/${other}`, at(document, `/pae/${mine}`))
    for (const changed of [renamed, moved])
      expect(faultOf(() => verify(changed)).reason).to.equal('entry-mismatch')
  })

  it('finds scoped names and versions with "+" the same way as the server', async () => {
    const name = 'pkg:npm/%40angular/core'
    const sbom = sbomPayload('f', ['%40angular/core@1.0.0%2Bbuild.5', '%40angular/core@1.0.0-rc.1'])
    await ledger.submit(signEnvelope(sbom, ed25519))
    for (const asked of [
      { component: name },
      { component: `${name}@1.0.0%2Bbuild.5` },
      { component: name, range: '<2.0.0' },
    ]) {
      const { rows } = verifyEvidence(await collectEvidence(clientOf(ledger), asked), trust)
      expect(rows[0]?.matches.map((one) => ('purl' in one ? one.purl : ''))).to.include(
        `${name}@1.0.0%2Bbuild.5`,
      )
    }
  })

  it('comes from a log that a deep audit finds sound', async () => {
    const { outcome, problems } = await auditLog(clientOf(ledger), { deep: true })
    expect([outcome, problems]).to.deep.equal(['sound', []])
  })
})
