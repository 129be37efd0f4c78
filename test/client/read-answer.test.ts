import { expect } from 'chai'
import fc from 'fast-check'
import { before, describe, it } from 'mocha'
import { attestationId, imageDigest, logIndex } from '../../src/brand.ts'
import {
  attestationAnswer,
  entryAnswer,
  imageAnswer,
  revocationsAnswer,
  statusAnswer,
  submitAnswer,
} from '../../src/client/read-answer.ts'
import { parseJson } from '../../src/encoding/strict-json.ts'
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import { imagesAnswer, readAnswer } from '../../src/verify/read-answer.ts'
import type { Shape } from '../../src/verify/shape.ts'
import { faultOf, resultOrReason } from '../helpers/fault-of.ts'
import { everything, removeAt, setAt } from '../helpers/json-edit.ts'
import { payloads, QUESTION, tellStory } from '../helpers/story.ts'
import { digestOf, idOfPayload, keys, signEnvelope, testKey } from '../helpers/test-ledger.ts'

type Reader = (value: JsonValue, strict: boolean) => JsonValue

/** Reads, and gives back what was read as JSON, so that it can be compared with what was sent. */
function readerOf<T>(shape: Shape<T>): Reader {
  return (value, strict) => {
    const read = strict
      ? shape(value, { pointer: '', strict, reason: 'answer-malformed' })
      : readAnswer(shape, value)
    return parseJson(JSON.stringify(read))
  }
}

describe('reading answers', () => {
  let samples: readonly { readonly name: string; readonly read: Reader; readonly sent: JsonValue }[]

  before(async () => {
    const { ledger } = await tellStory()
    const twice = signEnvelope(payloads.shop, keys.ci, testKey('stranger'))
    const sample = async <T>(name: string, shape: Shape<T>, answer: Promise<T>) => ({
      name,
      read: readerOf(shape),
      sent: parseJson(JSON.stringify(await answer)),
    })
    samples = await Promise.all([
      sample('images', imagesAnswer, ledger.images({ ...QUESTION, limit: 1 })),
      sample('image', imageAnswer, ledger.image(imageDigest(digestOf('old')))),
      sample('entry', entryAnswer, ledger.entry(logIndex(2))),
      sample('attestation', attestationAnswer, ledger.attestation(attestationId(idOfPayload(payloads.web)))),
      sample(
        'revocations',
        revocationsAnswer,
        ledger.revocations(`attestation:${idOfPayload(payloads.old)}`),
      ),
      sample('status', statusAnswer, ledger.status()),
      sample(
        'submit',
        submitAnswer,
        ledger.submit(twice).then(({ answer }) => answer),
      ),
    ])
  })

  it('loses and invents nothing: what is read is what was sent, in strict reading too', () => {
    for (const { name, read, sent } of samples) {
      for (const strict of [false, true]) expect(read(sent, strict), name).to.deep.equal(sent)
    }
  })

  it('knows every member: with any taken away it refuses, or the member may be absent', () => {
    const optional = /\/(\d+|sha256:\w+|next|range|entry|mode|cutoff|target|leftOut)$|^attestation\/intake$/
    for (const { name, read, sent } of samples) {
      for (const { pointer } of everything(sent)) {
        if (pointer === '' || optional.test(`${name}${pointer}`)) continue
        const result = resultOrReason(() => read(removeAt(sent, pointer), false))
        expect(result, `${name} without ${pointer}`).to.equal('answer-malformed')
      }
    }
  })

  it('leaves unknown members alone, except in strict reading', () => {
    for (const { name, read, sent } of samples) {
      const more = setAt(sent, '/fromTheFuture', { a: 1 })
      expect(read(more, false), name).to.deep.equal(sent)
      expect(faultOf(() => read(more, true)).pointer, name).to.equal('/fromTheFuture')
    }
  })

  it('takes only words for reasons, so that none can steer a terminal', () => {
    const places = samples.flatMap((sample) =>
      [...everything(sample.sent)]
        .filter(({ pointer }) => /\/(reason|code|leftOut)$/.test(pointer))
        .map(({ pointer }) => ({ ...sample, pointer })),
    )
    expect(places.map(({ name }) => name)).to.include.members(['image', 'revocations', 'submit'])
    for (const { name, read, sent, pointer } of places) {
      for (const text of ['\u001b[2Jvalid', 'all good', '', 'a'.repeat(65)]) {
        const result = resultOrReason(() => read(setAt(sent, pointer, text), false))
        expect(result, `${name}${pointer}`).to.equal('answer-malformed')
      }
      const later = setAt(sent, pointer, 'a-later-reason')
      expect(read(later, false)).to.deep.equal(later)
    }
  })

  it('takes no value of another kind, and never breaks', () => {
    const others = fc.oneof(
      fc.jsonValue().map((value) => parseJson(JSON.stringify(value))),
      fc.constantFrom<JsonValue>(-1, 1.5, 2 ** 53, '', null),
    )
    for (const { read, sent } of samples) {
      const places = [...everything(sent)].map((one) => one.pointer).filter((pointer) => pointer !== '')
      fc.assert(
        fc.property(fc.constantFrom(...places), others, (pointer, other) => {
          const changed = setAt(sent, pointer, other)
          const result = resultOrReason(() => read(changed, true))
          // Refused, or read as exactly what was sent.
          if (result !== 'answer-malformed') expect(result).to.deep.equal(changed)
        }),
        { numRuns: 150 },
      )
    }
  })
})
