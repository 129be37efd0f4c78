import { expect } from 'chai'
import { before, describe, it } from 'mocha'
import { pae } from '../../src/attestation/pae.ts'
import { IN_TOTO_PAYLOAD_TYPE as IN_TOTO } from '../../src/attestation/sign-statement.ts'
import { logIndex } from '../../src/brand.ts'
import { formatBase64, parseBase64 } from '../../src/encoding/base64.ts'
import { parseJson } from '../../src/encoding/strict-json.ts'
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import { entryOf } from '../../src/entry/hashed-rekord.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { signCheckpoint } from '../../src/tlog/checkpoint.ts'
import { appendLeaves, edgeRoot, emptyEdge } from '../../src/tlog/right-edge.ts'
import { verifierKeyOf } from '../../src/tlog/signed-note.ts'
import { leafHash } from '../../src/tlog/tree-hash.ts'
import { checkAnswer, checkAttestation } from '../../src/verify/proven-entry.ts'
import type { CheckedEntry } from '../../src/verify/proven-entry.ts'
import { readAnswer } from '../../src/verify/read-answer.ts'
import { attestationAnswer } from '../../src/client/read-answer.ts'
import { at, editAt, removeAt, setAt, textAt } from '../helpers/json-edit.ts'
import { faultOf } from '../helpers/fault-of.ts'
import { flipBit } from '../helpers/mangle.ts'
import { payloads, STORY_SIZE, tellStory, trust } from '../helpers/story.ts'
import type { Story } from '../helpers/story.ts'
import { p384TestKey } from '../helpers/test-key.ts'
import {
  createTestLedger,
  idOfPayload,
  keys,
  ORIGIN,
  sbomPayload,
  signEnvelope,
  testKey,
} from '../helpers/test-ledger.ts'

const shop = '/entries/1'

function flipped(base64: JsonValue | undefined, bit = 5): string {
  if (typeof base64 !== 'string') throw new Error('no text')
  return formatBase64(flipBit(parseBase64(base64), bit))
}

describe('proven entries', () => {
  let story: Story
  let honest: JsonValue
  let api: JsonValue

  before(async () => {
    story = await tellStory()
    honest = await answerOf(story, payloads.shop)
    api = await answerOf(story, payloads.api)
  })

  async function answerOf({ ledger }: Story, payload: Uint8Array): Promise<JsonValue> {
    return parseJson(JSON.stringify(await ledger.attestation(idOfPayload(payload))))
  }

  function check(answer: JsonValue, logKey = trust.logKey): ReturnType<typeof checkAnswer> {
    return checkAnswer(readAnswer(attestationAnswer, answer), logKey)
  }

  it('proves every entry of an honest answer, and what its signer signed', async () => {
    for (const payload of Object.values(payloads)) {
      const { checkpoint, entries } = check(await answerOf(story, payload))
      expect(checkpoint.size).to.equal(STORY_SIZE)
      const [entry] = entries.values()
      if (entry === undefined) throw new Error('no entry')
      const { statement, payloadType } = checkAttestation(entry, pae(IN_TOTO, payload))
      expect(payloadType).to.equal(IN_TOTO)
      expect(statement.predicateType).to.equal(entry.predicateType)
      expect(entry.attestation).to.equal(idOfPayload(payload))
    }
  })

  /** What a server could say instead (robustness.md 2, T2 and T4; 4, K), and why it is refused. */
  const lies: readonly (readonly [string, string, (answer: JsonValue) => JsonValue])[] = [
    ['another origin beside the checkpoint', 'entry-mismatch', (a) => setAt(a, '/asOf/origin', 'other.test')],
    ['a smaller size than the signed one', 'entry-mismatch', (a) => setAt(a, '/asOf/treeSize', 7)],
    ['a larger size than the signed one', 'entry-mismatch', (a) => setAt(a, '/asOf/treeSize', 9)],
    ['another root than the signed one', 'entry-mismatch', (a) => editAt(a, '/asOf/rootHash', flipped)],
    ['an index that is ahead of the log', 'entry-mismatch', (a) => setAt(a, '/asOf/indexedThrough', 9)],
    ['a size that is no size', 'answer-malformed', (a) => setAt(a, '/asOf/treeSize', 7.5)],
    ['no checkpoint', 'answer-malformed', (a) => removeAt(a, '/asOf/checkpoint')],
    ['an empty checkpoint', 'checkpoint-signature-invalid', (a) => setAt(a, '/asOf/checkpoint', '')],
    [
      'a checkpoint whose text was changed',
      'checkpoint-signature-invalid',
      (a) => editAt(a, '/asOf/checkpoint', (note) => String(note).replace('\n8\n', '\n9\n')),
    ],
    [
      'a checkpoint of another log',
      'wrong-log-key',
      (a) =>
        setAt(
          a,
          '/asOf/checkpoint',
          signCheckpoint({ ...trustedCheckpoint(a), origin: 'other.test' }, keys.log),
        ),
    ],
    [
      'a checkpoint by another key under our name',
      'wrong-log-key',
      (a) => setAt(a, '/asOf/checkpoint', signCheckpoint(trustedCheckpoint(a), testKey('thief', 'ed25519'))),
    ],
    ['an entry at another index', 'inclusion-proof-invalid', (a) => moved(a, '1', '2')],
    ['an entry beyond the tree', 'inclusion-proof-invalid', (a) => moved(a, '1', '8')],
    ['an index with a leading zero', 'answer-malformed', (a) => moved(a, '1', '01')],
    ['an index with an exponent', 'answer-malformed', (a) => moved(a, '1', '1e0')],
    ['an index above 2^53', 'answer-malformed', (a) => moved(a, '1', '9007199254740993')],
    ['a proof without its first hash', 'inclusion-proof-invalid', (a) => removeAt(a, `${shop}/inclusion/0`)],
    ['a proof without its last hash', 'inclusion-proof-invalid', (a) => removeAt(a, `${shop}/inclusion/2`)],
    [
      'a proof with a hash flipped',
      'inclusion-proof-invalid',
      (a) => editAt(a, `${shop}/inclusion/1`, flipped),
    ],
    [
      'a proof with two hashes swapped',
      'inclusion-proof-invalid',
      (a) =>
        setAt(
          setAt(a, `${shop}/inclusion/0`, at(a, `${shop}/inclusion/1`)),
          `${shop}/inclusion/1`,
          at(a, `${shop}/inclusion/0`),
        ),
    ],
    [
      'a proof with 31 bytes',
      'inclusion-proof-invalid',
      (a) => setAt(a, `${shop}/inclusion/0`, formatBase64(new Uint8Array(31))),
    ],
    [
      'a proof in another base64',
      'inclusion-proof-invalid',
      (a) => editAt(a, `${shop}/inclusion/0`, (h) => String(h).replace('=', '')),
    ],
    [
      'a proof of a thousand hashes',
      'inclusion-proof-invalid',
      (a) => setAt(a, `${shop}/inclusion`, Array(1000).fill(at(a, `${shop}/inclusion/0`))),
    ],
    ['another body', 'inclusion-proof-invalid', (a) => editAt(a, `${shop}/body`, flipped)],
    [
      'an entry swapped with another',
      'inclusion-proof-invalid',
      (a) => setAt(a, shop, at(api, '/entries/3')),
    ],
    [
      'another key id than in the body',
      'entry-mismatch',
      (a) => setAt(a, `${shop}/key`, keys.admin.publicKey.id),
    ],
    [
      'another attestation id than in the body',
      'entry-mismatch',
      (a) => setAt(a, `${shop}/attestation`, idOfPayload(payloads.api)),
    ],
    [
      'a key id in upper case',
      'answer-malformed',
      (a) => editAt(a, `${shop}/key`, (id) => String(id).toUpperCase()),
    ],
  ]

  function trustedCheckpoint(answer: JsonValue): ReturnType<typeof checkAnswer>['checkpoint'] {
    return check(setAt(answer, '/entries', {})).checkpoint
  }

  function moved(answer: JsonValue, from: string, to: string): JsonValue {
    return setAt(removeAt(answer, `/entries/${from}`), `/entries/${to}`, at(answer, `/entries/${from}`))
  }

  for (const [lie, reason, tell] of lies) {
    it(`refuses ${lie}: ${reason}`, () => {
      expect(faultOf(() => check(tell(honest))).reason).to.equal(reason)
    })
  }

  it('refuses the proofs of an older tree under a newer checkpoint, and the other way round', async () => {
    const later = await tellStory()
    const older = await answerOf(later, payloads.shop)
    await later.ledger.submit(signEnvelope(sbomPayload('late', ['lodash@1.0.0']), keys.ci))
    const newer = await answerOf(later, payloads.shop)
    for (const [entries, asOf] of [
      [older, newer],
      [newer, older],
    ] as const) {
      const mixed = setAt(entries, '/asOf', at(asOf, '/asOf'))
      expect(faultOf(() => check(mixed)).reason).to.equal('inclusion-proof-invalid')
    }
  })

  it('refuses every single change of a bit in the checkpoint', () => {
    const note = new TextEncoder().encode(textAt(honest, '/asOf/checkpoint'))
    for (let byte = 0; byte < note.length; byte++) {
      const mangled = new TextDecoder().decode(flipBit(note, byte * 8 + (byte % 8)))
      const fault = faultOf(() => check(setAt(honest, '/asOf/checkpoint', mangled)))
      expect(['bad-proof', 'untrusted']).to.include(fault.class)
    }
  })

  it('refuses a leaf that is no entry, though the tree has it', () => {
    const leaf = new TextEncoder().encode('{"apiVersion":"0.0.2","kind":"hashedrekord"}')
    expect(faultOf(() => check(answerOfLeaf(leaf))).reason).to.equal('entry-mismatch')
  })

  /** An answer of a log that holds one leaf and nothing else. */
  function answerOfLeaf(leaf: Uint8Array, claims: Record<string, JsonValue> = {}): JsonValue {
    const edge = appendLeaves(emptyEdge, [leafHash(leaf)])
    const root = edgeRoot(edge)
    const signed = signCheckpoint({ origin: ORIGIN, size: edge.size, root }, keys.log)
    const asOf = {
      origin: ORIGIN,
      treeSize: 1,
      rootHash: formatBase64(root),
      checkpoint: signed,
      indexedThrough: 1,
      recordedAt: null,
      servedAt: '',
    }
    const entry = {
      attestation: idOfPayload(payloads.shop),
      key: keys.ci.publicKey.id,
      predicateType: '',
      recordedAt: '',
      body: formatBase64(leaf),
      inclusion: [],
    }
    return { attestation: idOfPayload(payloads.shop), entries: { '0': { ...entry, ...claims } }, asOf }
  }

  describe('what was signed', () => {
    function entryAt(answer: JsonValue, index: number): CheckedEntry {
      const entry = check(answer).entries.get(logIndex(index))
      if (entry === undefined) throw new Error('no entry')
      return entry
    }

    it('refuses the bytes of another attestation, and any changed byte', () => {
      const entry = entryAt(honest, 1)
      const signed = pae(IN_TOTO, payloads.shop)
      expect(faultOf(() => checkAttestation(entry, pae(IN_TOTO, payloads.api))).reason).to.equal(
        'entry-mismatch',
      )
      for (let byte = 0; byte < signed.length; byte += 7) {
        expect(faultOf(() => checkAttestation(entry, flipBit(signed, byte * 8))).reason).to.equal(
          'entry-mismatch',
        )
      }
    })

    it('refuses a predicate type that was not signed', () => {
      const lying = entryAt(setAt(honest, `${shop}/predicateType`, 'https://spdx.dev/Document'), 1)
      expect(faultOf(() => checkAttestation(lying, pae(IN_TOTO, payloads.shop))).reason).to.equal(
        'entry-mismatch',
      )
    })

    it('refuses an entry whose signature does not hold, though the log has it', () => {
      const signed = pae(IN_TOTO, payloads.shop)
      const forged = entryOf(signed, keys.ci.publicKey, testKey('thief').sign(signed))
      const entry = entryAt(answerOfLeaf(forged), 0)
      const fault = faultOf(() => checkAttestation(entry, signed))
      expect([fault.reason, fault.class]).to.deep.equal(['not-admissible', 'bad-proof'])
    })

    it('binds the attestation id of a P-384 key, whose entry holds another hash, only through what was signed', async () => {
      const p384 = p384TestKey('ci')
      const ledger = await createTestLedger(openMemoryStorage(), {
        submitters: { ci: [p384] },
        batchWindowMs: 0,
      })
      await ledger.submit(signEnvelope(payloads.shop, p384))
      const answer = await answerOf({ ledger, storage: story.storage }, payloads.shop)
      const entry = entryAt(answer, 1)
      expect(entry.body.algorithm).to.equal('sha384')
      expect(checkAttestation(entry, pae(IN_TOTO, payloads.shop)).statement.subjects).to.have.length(1)
      const lying = entryAt(setAt(answer, '/entries/1/attestation', idOfPayload(payloads.api)), 1)
      for (const payload of [payloads.shop, payloads.api]) {
        expect(faultOf(() => checkAttestation(lying, pae(IN_TOTO, payload))).reason).to.equal(
          'entry-mismatch',
        )
      }
    })
  })

  it('says that another log is another log, not a forgery', () => {
    const other = verifierKeyOf(ORIGIN, testKey('other log', 'ed25519').publicKey)
    const fault = faultOf(() => check(honest, other))
    expect([fault.reason, fault.class]).to.deep.equal(['wrong-log-key', 'untrusted'])
  })
})
