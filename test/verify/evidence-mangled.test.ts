import { expect } from 'chai'
import { before, describe, it } from 'mocha'
import { formatStatement } from '../../src/attestation/statement.ts'
import { collectEvidence } from '../../src/client/evidence.ts'
import { collectSearchEvidence, verifySearchEvidence } from '../../src/client/search-evidence.ts'
import { purlPart } from '../../src/client/search-part.ts'
import { formatCanonicalJson } from '../../src/encoding/canonical-json.ts'
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import { Fault } from '../../src/errors.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { verifyEvidence } from '../../src/verify/evidence.ts'
import type { EvidenceReport } from '../../src/verify/evidence-report.ts'
import { faultOf } from '../helpers/fault-of.ts'
import { differences, everything, parseText } from '../helpers/json-edit.ts'
import { STRIDE } from '../helpers/mangle.ts'
import { changesOf } from '../helpers/mangle-json.ts'
import { clientOf, clientWithoutProofs, QUESTION, tellStory, trust } from '../helpers/story.ts'
import { createTestLedger, digestOf, keys, sbomPayload, signEnvelope } from '../helpers/test-ledger.ts'

/**
 * What the verifier takes on the server's word and reports as not established (contracts.md 8): changing it changes
 * nothing else in the report. Everything else in a file is bound.
 */
const NOT_ESTABLISHED: readonly { readonly member: RegExp; readonly why: string }[] = [
  { member: /^\/answer\/coverage\/\w+$/, why: 'coverage' },
  { member: /^\/answer\/asOf\/(recordedAt|servedAt)$/, why: 'times' },
  { member: /^\/answer\/entries\/\d+\/recordedAt$/, why: 'times' },
  {
    member: /^\/answer\/asOf\/indexedThrough$/,
    why: 'coverage: any size above the entries and within the tree',
  },
  { member: /^\/answer\/complete\/manifests$/, why: 'an empty table, which says no more than none' },
  { member: /^\/answer\/next$/, why: 'more-rows: only its presence is told' },
  { member: /^\/answer\/notEstablished(\/\d+)?$/, why: "the server's own list; the verifier prints its own" },
]

/** Every byte costs a whole verification: all with `SLOW=1`, else every third. */
const BYTE_STRIDE = STRIDE * (process.env['SLOW'] === '1' ? 1 : 3)

/** What the search finds is lifted in one of its two rows. */
const vexPayload = formatStatement({
  subjects: [{ name: 'registry.test/shop', digest: { sha256: digestOf('shop').slice('sha256:'.length) } }],
  predicateType: 'https://openvex.dev/ns',
  predicate: { statements: [{ vulnerability: 'CVE-1', status: 'fixed' }] },
})
const search = { parts: [{ ...purlPart('pkg:npm/lodash', '<4.17.21'), from: 'CVE-1' }], scope: {} }

function isNotEstablished(pointer: string): boolean {
  return NOT_ESTABLISHED.some(({ member }) => member.test(pointer))
}

/** A report without the sentences that repeat the server's word. */
function meaning({ notEstablished, ...rest }: Report): unknown {
  const saysServersWord = new Set(['coverage', 'times'])
  return {
    ...rest,
    notEstablished: notEstablished.map((one) => (saysServersWord.has(one.id) ? one.id : one)),
  }
}

type Report = Pick<EvidenceReport, 'notEstablished'>

/** Whether the report says what the difference means: that there are more rows, or as of which smaller size none is missing. */
function isTold(where: readonly string[], { notEstablished }: Report): boolean {
  if (where.includes('/answer/next')) return true
  const isNewerOpen = notEstablished.some(({ id, text }) => id === 'newer' && /leaves them out/.test(text))
  return where.includes('/answer/asOf/indexedThrough') && isNewerOpen
}

interface Kind {
  readonly document: JsonValue
  readonly verify: (bytes: Uint8Array) => Report
}

describe('mangled evidence', () => {
  let document: JsonValue
  let kinds: readonly Kind[]
  /** One image, two entries: small enough to be mangled at every byte. */
  let small: Uint8Array

  before(async () => {
    const { ledger } = await tellStory()
    await ledger.submit(signEnvelope(vexPayload, keys.ci))
    document = parseText(await collectEvidence(clientWithoutProofs(ledger), QUESTION))
    kinds = [
      { document, verify: (bytes) => verifyEvidence(bytes, trust) },
      ...(await Promise.all(
        // The second has no row, and needs no manifest.
        [QUESTION, { component: 'pkg:npm/never' }].map(async (question) => ({
          document: parseText(await collectEvidence(clientOf(ledger), question)),
          verify: (bytes: Uint8Array) => verifyEvidence(bytes, trust),
        })),
      )),
      {
        document: parseText(await collectSearchEvidence(clientWithoutProofs(ledger), search)),
        verify: (bytes) => verifySearchEvidence(bytes, trust),
      },
    ]
    const other = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
    await other.submit(signEnvelope(sbomPayload('x', ['a@1.0.0']), keys.ci))
    small = await collectEvidence(clientWithoutProofs(other), { component: 'pkg:npm/a' })
  })

  it('with any value changed, any member removed or added, is refused or means the same', () => {
    const accepted = new Set<string>()
    for (const kind of kinds) {
      let refused = 0
      for (const { pointer, value } of everything(kind.document)) {
        for (const changed of changesOf(kind.document, pointer, value)) {
          const where = differences(kind.document, changed)
          if (isRefused(formatCanonicalJson(changed), where, kind)) refused++
          else for (const one of where) accepted.add(one)
        }
      }
      expect(refused).to.be.greaterThan(200)
    }
    // The table says no more than is so. `next` is not in this answer.
    const unneeded = NOT_ESTABLISHED.filter(
      ({ member }) => ![...accepted].some((pointer) => member.test(pointer)),
    )
    expect(unneeded.map(({ why }) => why)).to.deep.equal(['more-rows: only its presence is told'])
  })

  it('with one byte changed anywhere is refused or means the same', () => {
    const kind = { document: parseText(small), verify: (bytes: Uint8Array) => verifyEvidence(bytes, trust) }
    for (let byte = 0; byte < small.length; byte += BYTE_STRIDE) {
      const mangled = small.with(byte, (small[byte] ?? 0) ^ (1 << (byte % 7)))
      isRefused(mangled, undefined, kind)
    }
  })

  it('with a byte more or less is refused or means the same; cut anywhere it is refused', () => {
    const kind = { document: parseText(small), verify: (bytes: Uint8Array) => verifyEvidence(bytes, trust) }
    for (let byte = 0; byte < small.length; byte += 17 * STRIDE) {
      expect(faultOf(() => verifyEvidence(small.slice(0, byte), trust)).class).to.equal('bad-proof')
      const shorter = Uint8Array.of(...small.subarray(0, byte), ...small.subarray(byte + 1))
      isRefused(shorter, undefined, kind)
      const spaced = Uint8Array.of(...small.subarray(0, byte), 0x20, ...small.subarray(byte))
      isRefused(spaced, undefined, kind)
    }
  })

  /** Refused as what it is, or the same meaning with a difference where nothing is established. */
  function isRefused(
    bytes: Uint8Array,
    differs: readonly string[] | undefined,
    { document: original, verify }: Kind,
  ): boolean {
    let changed: Report
    try {
      changed = verify(bytes)
    } catch (cause) {
      if (!(cause instanceof Fault)) throw cause
      expect(['bad-proof', 'untrusted'], cause.message).to.include(cause.class)
      return true
    }
    const where = differs ?? differences(original, parseText(bytes))
    expect(
      where.filter((pointer) => !isNotEstablished(pointer)),
      'accepted with a difference',
    ).to.deep.equal([])
    if (!isTold(where, changed))
      expect(meaning(changed)).to.deep.equal(meaning(verify(formatCanonicalJson(original))))
    return false
  }
})
