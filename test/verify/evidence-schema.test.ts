import { expect } from 'chai'
import { before, describe, it } from 'mocha'
import { collectEvidence } from '../../src/client/evidence.ts'
import { isObject } from '../../src/encoding/strict-json.ts'
import type { JsonObject, JsonValue } from '../../src/encoding/strict-json.ts'
import { Fault } from '../../src/errors.ts'
import { formatCanonicalJson } from '../../src/encoding/canonical-json.ts'
import { formatEvidence, verifyEvidence } from '../../src/verify/evidence.ts'
import { honestEvidence } from '../helpers/complete-claim.ts'
import { everything, parseText, removeAt, setAt } from '../helpers/json-edit.ts'
import { misfits, schemaNamed } from '../helpers/json-schema.ts'
import { QUESTION, tellStory, trust, clientWithoutProofs } from '../helpers/story.ts'

describe('evidence schema', () => {
  let schema: JsonObject
  let document: JsonValue

  before(async () => {
    schema = schemaNamed('evidence.schema.json')
    document = parseText(await collectEvidence(clientWithoutProofs((await tellStory()).ledger), QUESTION))
  })

  it('describes the files that we write', () => {
    expect(misfits(schema, document)).to.deep.equal([])
    expect(misfits(schema, setAt(document, '/answer/next', 'x'))).to.deep.equal([])
  })

  it('describes complete answers, in which a proof may have lines of manifests', () => {
    for (const asked of [{}, { byManifest: [4, 9] }])
      expect(misfits(schema, parseText(formatEvidence(honestEvidence(asked))))).to.deep.equal([])
  })

  it('describes no file that lacks a member, or has one that the verifier does not know', () => {
    for (const { pointer, value } of everything(document)) {
      if (isObject(value))
        expect(misfits(schema, setAt(document, `${pointer}/x`, true)), pointer).to.not.be.empty
      if (isRequired(pointer)) expect(misfits(schema, removeAt(document, pointer)), pointer).to.not.be.empty
    }
  })

  it('describes every file that the verifier accepts', () => {
    let accepted = 0
    for (const { pointer } of everything(document)) {
      for (const other of [1, 'x', null]) {
        if (pointer === '') continue
        const changed = setAt(document, pointer, other)
        if (!isAccepted(changed)) continue
        accepted++
        expect(misfits(schema, changed), pointer).to.deep.equal([])
      }
    }
    expect(accepted).to.be.greaterThan(10)
  })

  /** Not an item of a list, a row of a table, or what may be left out. */
  function isRequired(pointer: string): boolean {
    return pointer !== '' && !/\/(\d+|sha256:\w+|range)$/.test(pointer)
  }

  function isAccepted(changed: JsonValue): boolean {
    try {
      verifyEvidence(formatCanonicalJson(changed), trust)
      return true
    } catch (cause) {
      if (cause instanceof Fault) return false
      throw cause
    }
  }
})
