import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { generateSigningKey } from '../../src/crypto/signing-key.ts'
import { formatBase64, parseBase64 } from '../../src/encoding/base64.ts'
import { concatBytes } from '../../src/encoding/bytes.ts'
import { formatHex } from '../../src/encoding/hex.ts'
import { parseUtf8, utf8 } from '../../src/encoding/utf8.ts'
import {
  checkNote,
  formatNote,
  formatVerifierKey,
  logId,
  parseNote,
  parseVerifierKey,
  signNote,
  verifierKeyOf,
  type NoteSignature,
  type VerifierKey,
} from '../../src/tlog/signed-note.ts'
import { logKeyOf } from '../helpers/log-keys.ts'
import {
  byteChanges,
  byteInsertions,
  flipBit,
  refusal,
  refuseAll,
  substrings,
  truncations,
} from '../helpers/mangle.ts'

/** formats.md 1.2, from Go's note package. */
const fooKey = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'
const fooText = 'This is an example message.\n'
const fooNote = `${fooText}
— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`
/** formats.md 2.4a. */
const rekorKey = 'rekor-local+d80b4420+AURLycjWRo1+gdwwCLg9wU4PayMFdNBmPF4ORVPiBQ1E'
const rekorLogId = '2AtEIMfG6Y41yK0tcwRTBS2tjhOrjKGIpDkHFgp65g0='

/** A line of a key that nobody knows: logs add such to keep verifiers from breaking on new ones. */
function grease(number: number, length = 64): NoteSignature {
  const keyId = Uint8Array.of(0xee, 0, Math.floor(number / 256), number % 256)
  return { name: `grease.example/${number}`, keyId, signature: new Uint8Array(length).fill(number % 256) }
}

function withSignatures(
  note: string,
  change: (signatures: readonly NoteSignature[]) => NoteSignature[],
): string {
  const { text, signatures } = parseNote(note)
  return formatNote({ text, signatures: change(signatures) })
}

const show = (bytes: Uint8Array): string => JSON.stringify(new TextDecoder().decode(bytes))

describe('verifier keys', () => {
  it('are those of signed-note, and their log id is the whole hash that the key id begins', () => {
    for (const vkey of [fooKey, rekorKey]) expect(formatVerifierKey(parseVerifierKey(vkey))).to.equal(vkey)
    expect(formatBase64(logId(parseVerifierKey(rekorKey)))).to.equal(rekorLogId)
    expect(formatHex(logId(parseVerifierKey(rekorKey)))).to.match(/^d80b4420/)
    expect(formatHex(logId(parseVerifierKey(fooKey)))).to.match(/^530d903a/)
  })

  it('are the same from a public key', () => {
    const { verifier } = logKeyOf('ledger.example')
    expect(parseVerifierKey(formatVerifierKey(verifier))).to.deep.equal(verifier)
  })

  it('differ by name: one key under two names is two keys', () => {
    expect(logKeyOf('a.example').verifier.keyId).not.to.deep.equal(logKeyOf('b.example').verifier.keyId)
  })

  it('are refused with any byte changed or put in, cut anywhere, and as any part of themselves', () => {
    const bytes = utf8(fooKey)
    const read = (mangled: Uint8Array): VerifierKey => parseVerifierKey(parseUtf8(mangled))
    read(bytes)
    expect(refuseAll(byteChanges(bytes), read, show)).to.equal(bytes.length * 255)
    refuseAll(byteInsertions(bytes), read, show)
    refuseAll(truncations(bytes), read, show)
    refuseAll(substrings(bytes), read, show)
  })

  it('are refused for another type, a wrong length, or a weak key', () => {
    const vkey = (typed: Uint8Array): string => `example.com/foo+530d903a+${formatBase64(typed)}`
    const typed = parseBase64(fooKey.split('+').slice(2).join('+'))
    for (const type of [0, 2, 4, 5, 6, 255]) {
      expect(refusal(() => parseVerifierKey(vkey(typed.with(0, type)))).reason).to.equal(
        'key-type-unsupported',
      )
    }
    expect(refusal(() => parseVerifierKey(vkey(typed.slice(0, 32)))).reason).to.equal('key-malformed')
    expect(refusal(() => parseVerifierKey(vkey(concatBytes(typed, typed)))).reason).to.equal('key-malformed')
    // The point of order 1, for which anybody can make signatures.
    expect(refusal(() => parseVerifierKey(vkey(Uint8Array.of(1, 1, ...new Uint8Array(31))))).reason).to.equal(
      'key-weak',
    )
    expect(refusal(() => parseVerifierKey(`${'x'.repeat(2000)}${fooKey}`)).reason).to.equal('key-malformed')
  })

  it('have a name that a signature line can carry', () => {
    const { publicKey } = logKeyOf('x').signer
    for (const name of [
      '',
      'a b',
      'a+b',
      'a\tb',
      'a\nb',
      'a\u00a0b',
      'a\u0085b',
      'a\u2003b',
      'a\u0000b',
      'a\ud800b',
    ]) {
      expect(refusal(() => verifierKeyOf(name, publicKey)).reason, JSON.stringify(name)).to.equal(
        'key-malformed',
      )
    }
    expect(verifierKeyOf('bücher.example/日本', publicKey).name).to.equal('bücher.example/日本')
  })

  it('are Ed25519', () => {
    const { publicKey } = generateSigningKey('ecdsa-p256', (count) => new Uint8Array(count).fill(5))
    expect(refusal(() => verifierKeyOf('a.example', publicKey)).reason).to.equal('key-type-unsupported')
  })
})

describe('signed notes', () => {
  const { signer, verifier } = logKeyOf('ledger.example')
  const stranger = logKeyOf('stranger.example', 7)
  const note = signNote('one\n\ntwo: ü\n', 'ledger.example', signer)

  it('verify: the published one, and ours', () => {
    expect(checkNote(fooNote, [parseVerifierKey(fooKey)]).text).to.equal(fooText)
    expect(checkNote(note, [verifier])).to.deep.equal({ text: 'one\n\ntwo: ü\n', verified: [verifier] })
    expect(signNote('one\n\ntwo: ü\n', 'ledger.example', signer)).to.equal(note)
  })

  it('read back as what was written, and are written back as what was read', () => {
    const name = fc
      .string({ minLength: 1, unit: 'binary' })
      .filter((name) => !/[\s\u0085+\u0000-\u001f]/.test(name))
    const text = fc.string({ unit: 'binary' }).filter((text) => !/[\u0000-\u0009\u000b-\u001f]/.test(text))
    const keyId = fc.uint8Array({ minLength: 4, maxLength: 4 })
    const signature = fc.record({ name, keyId, signature: fc.uint8Array({ minLength: 1, maxLength: 100 }) })
    fc.assert(
      fc.property(text, fc.array(signature, { minLength: 1, maxLength: 5 }), (line, signatures) => {
        const note = { text: `${line}\n`, signatures }
        expect(parseNote(formatNote(note))).to.deep.equal(note)
      }),
    )
  })

  it('are refused with any byte changed or put in, and cut anywhere', () => {
    const bytes = utf8(fooNote)
    const keys = [parseVerifierKey(fooKey)]
    const open = (mangled: Uint8Array): unknown => checkNote(parseUtf8(mangled), keys)
    open(bytes)
    expect(refuseAll(byteChanges(bytes), open, show)).to.equal(bytes.length * 255)
    refuseAll(byteInsertions(bytes), open, show)
    refuseAll(truncations(bytes), open, show)
    refuseAll(substrings(bytes), open, show)
  })

  it('are refused with any bit of the signature flipped', () => {
    for (let bit = 0; bit < 512; bit++) {
      const mangled = withSignatures(note, (lines) =>
        lines.map((line) => ({ ...line, signature: flipBit(line.signature, bit) })),
      )
      expect(refusal(() => checkNote(mangled, [verifier])).reason).to.equal('checkpoint-signature-invalid')
    }
  })

  it('ignore signatures by unknown keys, of any type and in any order', () => {
    const lines = (before: number, after: number): string =>
      withSignatures(note, (own) => [
        ...Array.from({ length: before }, (_, i) => grease(i, i + 1)),
        ...own,
        ...Array.from({ length: after }, (_, i) => grease(1000 + i, 2428)),
      ])
    for (const [before, after] of [
      [1, 0],
      [0, 1],
      [20, 20],
      [99, 0],
      [0, 99],
    ] as const) {
      expect(checkNote(lines(before, after), [verifier]).verified).to.deep.equal([verifier])
    }
    // The key's own name with another id, and another name with its id, are other keys.
    const near = withSignatures(note, (own) =>
      own.flatMap((line) => [
        { ...line, keyId: flipBit(line.keyId, 3), signature: new Uint8Array(64) },
        line,
        { ...line, name: 'other.example', signature: new Uint8Array(64) },
      ]),
    )
    expect(checkNote(near, [verifier]).verified).to.deep.equal([verifier])
  })

  it('carry up to 100 signatures, and no more', () => {
    const full = withSignatures(note, (own) => [...own, ...Array.from({ length: 99 }, (_, i) => grease(i))])
    expect(parseNote(full).signatures).to.have.length(100)
    const over = withSignatures(note, (own) => [...own, ...Array.from({ length: 99 }, (_, i) => grease(i))])
    const flood = over + formatNote({ text: '', signatures: [grease(99)] }).slice(1)
    expect(refusal(() => parseNote(flood)).reason).to.equal('note-malformed')
  })

  it('are refused whole for a bad signature by a known key, even beside good ones', () => {
    const bad = (line: NoteSignature): NoteSignature => ({ ...line, signature: flipBit(line.signature, 100) })
    const doubled = withSignatures(note, (own) => own.flatMap((line) => [line, bad(line)]))
    expect(refusal(() => checkNote(doubled, [verifier])).reason).to.equal('checkpoint-signature-invalid')
    const other = parseNote(signNote('one\n\ntwo: ü\n', 'stranger.example', stranger.signer)).signatures
    const both = withSignatures(note, (own) => [...own, ...other])
    const badOther = withSignatures(note, (own) => [...own, ...other.map(bad)])
    expect(checkNote(both, [verifier, stranger.verifier]).verified).to.deep.equal([
      verifier,
      stranger.verifier,
    ])
    const fault = refusal(() => checkNote(badOther, [verifier, stranger.verifier]))
    expect(fault.reason).to.equal('checkpoint-signature-invalid')
    expect(fault.message).to.contain('stranger.example')
    expect(checkNote(badOther, [verifier]).verified).to.deep.equal([verifier])
  })

  it('are refused without a signature by a known key', () => {
    expect(refusal(() => checkNote(note, [stranger.verifier])).reason).to.equal('wrong-log-key')
    expect(refusal(() => checkNote(note, [])).reason).to.equal('wrong-log-key')
    // The same name under another key is another key.
    expect(refusal(() => checkNote(note, [logKeyOf('ledger.example', 9).verifier])).reason).to.equal(
      'wrong-log-key',
    )
  })

  it('are refused in every other spelling', () => {
    const line = '— a.example AAAAAAA='
    expect(parseNote(`t\n\n${line}\n`).signatures).to.have.length(1)
    const spellings = [
      '',
      '\n',
      '\n\n',
      't\n',
      't\n\n',
      `t\n${line}\n`,
      `t\n\n${line}`,
      `t\n\n${line}\n\n`,
      `t\n\n\n${line}\n\n`,
      `t\n\n${line}\n ${line}\n`,
      `t\r\n\r\n${line}\r\n`,
      `t\n\n${line}\r\n`,
      `t\u0000\n\n${line}\n`,
      `t\t\n\n${line}\n`,
      `t\u001f\n\n${line}\n`,
      `t\ud800\n\n${line}\n`,
      't\n\n- a.example AAAAAAA=\n',
      't\n\n– a.example AAAAAAA=\n',
      't\n\n—a.example AAAAAAA=\n',
      't\n\n—  a.example AAAAAAA=\n',
      't\n\n— a.example  AAAAAAA=\n',
      't\n\n— a.example AAAAAAA= \n',
      't\n\n— a.example AAAAAAA\n',
      't\n\n— a.example AAAAAAB=\n',
      't\n\n— a.example AAAA_AA=\n',
      't\n\n— a.example AAAAAA==\n',
      't\n\n— a.example \n',
      't\n\n— a.example\n',
      't\n\n—  AAAAAAA=\n',
      't\n\n— a+b AAAAAAA=\n',
      't\n\n— a\u00a0b AAAAAAA=\n',
      't\n\n— a\u0085b AAAAAAA=\n',
      `t\n\n${line}\nx\n`,
      `${'t'.repeat(1_000_000)}\n\n${line}\n`,
    ]
    for (const spelling of spellings) {
      expect(refusal(() => parseNote(spelling)).reason, JSON.stringify(spelling.slice(0, 100))).to.equal(
        'note-malformed',
      )
    }
  })

  it('are not made of a text that cannot be one', () => {
    for (const text of ['', 'no line feed', 'a\r\n', 'a\u0000\n', 'a\ud800\n']) {
      expect(() => signNote(text, 'ledger.example', signer)).to.throw('cannot be signed')
    }
    expect(refusal(() => signNote('a\n', 'a b', signer)).reason).to.equal('key-malformed')
  })
})
