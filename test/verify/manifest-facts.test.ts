import { expect } from 'chai'
import { describe, it } from 'mocha'
import { formatCountedRoot, parseCountedRoot } from '../../src/map/counted-root.ts'
import { manifestRoot } from '../../src/map/manifest-tree.ts'
import { parseLine } from '../../src/sbom/manifest-line.ts'
import type { LinesProof } from '../../src/verify/completeness-wire.ts'
import { factsOf } from '../../src/verify/entry-facts.ts'
import { checkParts, factsByManifest } from '../../src/verify/manifest-facts.ts'
import { refusal } from '../helpers/mangle.ts'
import { linesOf, makeWorld, type WorldEntry } from '../helpers/map-world.ts'
import { p384TestKey } from '../helpers/test-key.ts'
import { keys, provenancePayload, sbomPayload } from '../helpers/test-ledger.ts'

const told = [
  { payload: sbomPayload('shop', ['lodash@4.17.20', 'left-pad@1.3.0']), key: keys.ci },
  { payload: provenancePayload('shop', 'git.test/shop', 'a'.repeat(40), 'https://ci.test'), key: keys.ci },
  { payload: sbomPayload('empty', []), key: keys.ci },
  { payload: sbomPayload('shop', ['lodash@4.17.20']), key: p384TestKey('p384') },
]
const [sbom, provenance, empty, otherHash] = makeWorld(told).entries as [
  WorldEntry,
  WorldEntry,
  WorldEntry,
  WorldEntry,
]

const factsBy = (one: WorldEntry, ...parts: readonly LinesProof[]): unknown => {
  const root = parseCountedRoot(formatCountedRoot(manifestRoot(one.lines)))
  return factsByManifest(one.entry, checkParts(one.entry, root, parts))
}

const reasonFor = (one: WorldEntry, ...parts: readonly LinesProof[]): string =>
  refusal(() => factsBy(one, ...parts)).reason

/** The first place of a line of the kind. */
function placeOf({ lines }: WorldEntry, kind: string): number {
  return lines.findIndex((line) => String.fromCharCode(line[0] ?? 0) === kind)
}

function allFacts({ entry, lines }: WorldEntry): unknown {
  const texts = lines.map((line) => new TextDecoder().decode(line))
  return factsOf(entry.index, entry.attestation, entry.keyId, texts.map(parseLine))
}

describe('facts by lines of a manifest', () => {
  it('are those of the whole, from all lines or from the last component on', () => {
    for (const one of [sbom, provenance, empty])
      expect(factsBy(one, linesOf(one))).to.deep.equal(allFacts(one))
    const tail = linesOf(sbom, placeOf(sbom, 's') - 1)
    expect(tail.lines).to.have.length(4)
    expect(factsBy(sbom, tail)).to.deep.include({
      sbom: { tool: 'syft', toolVersion: '1.0', platform: '', components: 1 },
    })
  })

  it('are refused without all lines of a kind that may change them', () => {
    const [subject, type, tool] = ['s', 't', 'w'].map((kind) => placeOf(sbom, kind)) as [
      number,
      number,
      number,
    ]
    for (const place of [subject, type, tool]) {
      const around = [
        linesOf(sbom, 0, place),
        ...(place + 1 < sbom.lines.length ? [linesOf(sbom, place + 1)] : []),
      ]
      expect(reasonFor(sbom, ...around)).to.equal('answer-incomplete')
    }
    expect(reasonFor(provenance, linesOf(provenance, placeOf(provenance, 's') - 1))).to.equal(
      'answer-incomplete',
    )
    expect(reasonFor(sbom, linesOf(sbom, subject))).to.equal('answer-incomplete')
    expect(reasonFor(sbom)).to.equal('answer-incomplete')
  })

  it('say that an SBOM lists no component only if that is shown', () => {
    const tail = linesOf(empty, placeOf(empty, 's'))
    expect(reasonFor(empty, tail)).to.equal('answer-incomplete')
    expect(factsBy(empty, linesOf(empty))).to.have.nested.property('sbom.components', 0)
  })

  it('are refused from lines of another manifest, or in another place', () => {
    expect(reasonFor(sbom, linesOf(provenance))).to.equal('inclusion-proof-invalid')
    expect(reasonFor(sbom, { ...linesOf(sbom, 1), from: 0 })).to.equal('map-proof-invalid')
    const whole = linesOf(sbom)
    const changed = whole.lines.map((line) => line.replace('syft', 'sift'))
    expect(reasonFor(sbom, { ...whole, lines: changed })).to.equal('map-proof-invalid')
  })

  it('need what was signed where the entry does not name the attestation', () => {
    expect(reasonFor(otherHash, linesOf(otherHash))).to.equal('answer-incomplete')
  })
})
