import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { treeSize } from '../../src/brand.ts'
import { formatBase64, parseBase64 } from '../../src/encoding/base64.ts'
import { parseUtf8, utf8 } from '../../src/encoding/utf8.ts'
import {
  formatCheckpoint,
  openCheckpoint,
  parseCheckpoint,
  signCheckpoint,
} from '../../src/tlog/checkpoint.ts'
import { parseVerifierKey, signNote } from '../../src/tlog/signed-note.ts'
import { emptyRoot } from '../../src/tlog/tree-hash.ts'
import { logKeyOf } from '../helpers/log-keys.ts'
import {
  byteChanges,
  byteInsertions,
  refuseAll,
  refusal,
  substrings,
  truncations,
} from '../helpers/mangle.ts'

/** formats.md 2.4a. */
const rekorKey = 'rekor-local+d80b4420+AURLycjWRo1+gdwwCLg9wU4PayMFdNBmPF4ORVPiBQ1E'
const rekorNote = `rekor-local
1
m5JVGx4ESzbU2kFUPgYQ9adCA7e7mjnwQRluEmGJbHU=

— rekor-local 2AtEIIwnbtxrneJ7L1lQebfBRl7TxK84DTmx+kcZi7A25cBDgESI23f9ylThAlOireJ7U+H8eZF/4kJQcn9o5Qt8mQU=
`
const root = parseBase64('CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=')
const text = `example.com/ledger\n20852163\n${formatBase64(root)}\n`
const { signer, verifier } = logKeyOf('ledger.example')
const show = (bytes: Uint8Array): string => JSON.stringify(new TextDecoder().decode(bytes))

describe('checkpoints', () => {
  it('are those of tlog-checkpoint', () => {
    const checkpoint = { origin: 'example.com/ledger', size: treeSize(20_852_163), root }
    expect(formatCheckpoint(checkpoint)).to.equal(text)
    expect(parseCheckpoint(text)).to.deep.equal(checkpoint)
  })

  it('open: the published one of Rekor v2, and ours', () => {
    const rekorRoot = parseBase64('m5JVGx4ESzbU2kFUPgYQ9adCA7e7mjnwQRluEmGJbHU=')
    expect(openCheckpoint(rekorNote, parseVerifierKey(rekorKey))).to.deep.equal({
      origin: 'rekor-local',
      size: 1,
      root: rekorRoot,
    })
    const checkpoint = { origin: 'ledger.example', size: treeSize(7), root }
    const note = signCheckpoint(checkpoint, signer)
    expect(openCheckpoint(note, verifier)).to.deep.equal(checkpoint)
    // sigstore-python wants exactly one blank line in the whole note.
    expect(note.split('\n\n')).to.have.length(2)
    expect(signCheckpoint(checkpoint, signer)).to.equal(note)
  })

  it('read back as what was written, and are written back as what was read', () => {
    const line = fc.string({ minLength: 1, unit: 'binary' }).filter((line) => !/[\u0000-\u001f]/.test(line))
    const extension = fc.option(fc.array(line, { minLength: 1, maxLength: 3 }), { nil: undefined })
    const roots = fc.uint8Array({ minLength: 32, maxLength: 32 })
    const sizes = fc.integer({ min: 1, max: 2 ** 53 - 1 }).map(treeSize)
    fc.assert(
      fc.property(line, sizes, roots, extension, (origin, size, root, extension) => {
        const checkpoint = { origin, size, root, ...(extension && { extension }) }
        expect(parseCheckpoint(formatCheckpoint(checkpoint))).to.deep.equal(checkpoint)
      }),
    )
  })

  it('keep extension lines when read, and are never written with any', () => {
    const extended = `${text}one\ntwo=3\n`
    expect(parseCheckpoint(extended).extension).to.deep.equal(['one', 'two=3'])
    expect(formatCheckpoint(parseCheckpoint(extended))).to.equal(extended)
    expect(() => signCheckpoint(parseCheckpoint(extended), signer)).to.throw('never written')
  })

  it('are refused in every other spelling', () => {
    const rootLine = formatBase64(root)
    const spell = (parts: { origin?: string; size?: string; root?: string; end?: string }): string =>
      `${parts.origin ?? 'a.example'}\n${parts.size ?? '7'}\n${parts.root ?? rootLine}${parts.end ?? '\n'}`
    expect(parseCheckpoint(spell({})).size).to.equal(7)
    const sizes = [
      '',
      '007',
      '00',
      '+7',
      '-1',
      '-0',
      '1e3',
      '0x10',
      '7.0',
      ' 7',
      '7 ',
      '٧',
      'NaN',
      'Infinity',
      '9007199254740992',
      '9223372036854775808',
      '1'.repeat(100),
    ]
    const roots = [
      '',
      formatBase64(root.slice(1)),
      formatBase64(Uint8Array.of(...root, 0)),
      rootLine.slice(0, -1),
      `${rootLine}=`,
      rootLine.replace('=', ''),
      ` ${rootLine}`,
      `${rootLine} `,
      rootLine.replace('I=', 'J='),
      rootLine.replace('/', '_'),
      rootLine.replace('+', '-').replace('/', '_'),
      'é'.repeat(22),
    ].filter((spelling) => spelling !== rootLine)
    const spellings = [
      '',
      '\n',
      '\n\n\n',
      'a.example\n',
      'a.example\n7\n',
      `7\n${rootLine}\n`,
      `a.example\n${rootLine}\n`,
      spell({ origin: '' }),
      spell({ origin: 'a\u0000b' }),
      spell({ origin: 'a\tb' }),
      spell({ origin: 'a\r' }),
      spell({ origin: 'a\ud800' }),
      spell({ end: '' }),
      spell({ end: '\n\n' }),
      spell({ end: '\n\nx\n' }),
      spell({ end: '\nx' }),
      spell({ end: '\nx\u0001\n' }),
      spell({}).replaceAll('\n', '\r\n'),
      `\n${spell({})}`,
      ` ${spell({ origin: '' })}`,
      ...sizes.map((size) => spell({ size })),
      ...roots.map((root) => spell({ root })),
    ].filter((spelling) => !spelling.startsWith(' \n'))
    for (const spelling of spellings) {
      expect(refusal(() => parseCheckpoint(spelling)).reason, JSON.stringify(spelling)).to.equal(
        'checkpoint-malformed',
      )
    }
  })

  it('have the empty root for size 0, and no other', () => {
    const empty = `a.example\n0\n${formatBase64(emptyRoot)}\n`
    expect(parseCheckpoint(empty).size).to.equal(0)
    expect(
      refusal(() => parseCheckpoint(empty.replace(formatBase64(emptyRoot), formatBase64(root)))).reason,
    ).to.equal('checkpoint-malformed')
    expect(
      refusal(() => signCheckpoint({ origin: 'a.example', size: treeSize(0), root }, signer)).reason,
    ).to.equal('checkpoint-malformed')
  })

  it('are refused with any byte changed or put in, cut anywhere, and as any part of themselves', () => {
    const bytes = utf8(rekorNote)
    const key = parseVerifierKey(rekorKey)
    const open = (mangled: Uint8Array): unknown => openCheckpoint(parseUtf8(mangled), key)
    open(bytes)
    expect(refuseAll(byteChanges(bytes), open, show)).to.equal(bytes.length * 255)
    refuseAll(byteInsertions(bytes), open, show)
    refuseAll(truncations(bytes), open, show)
    refuseAll(substrings(bytes), open, show)
  })

  it('are refused if the origin is not the name of the key, however well signed', () => {
    const other = formatCheckpoint({ origin: 'other.example', size: treeSize(7), root })
    expect(
      refusal(() => openCheckpoint(signNote(other, 'ledger.example', signer), verifier)).reason,
    ).to.equal('wrong-log-key')
    const foreign = signCheckpoint({ origin: 'other.example', size: treeSize(7), root }, signer)
    expect(refusal(() => openCheckpoint(foreign, verifier)).reason).to.equal('wrong-log-key')
    const impostor = signCheckpoint(
      { origin: 'ledger.example', size: treeSize(7), root },
      logKeyOf('x', 5).signer,
    )
    expect(refusal(() => openCheckpoint(impostor, verifier)).reason).to.equal('wrong-log-key')
  })

  it('are refused if a good signature is over something that is no checkpoint', () => {
    const note = signNote('ledger.example\nseven\n', 'ledger.example', signer)
    expect(refusal(() => openCheckpoint(note, verifier)).reason).to.equal('checkpoint-malformed')
  })

  it('are not signed for an origin that no key can be named after', () => {
    for (const origin of ['a b', 'a+b', '']) {
      const fault = refusal(() => signCheckpoint({ origin, size: treeSize(7), root }, signer))
      expect(fault.class).to.equal('malformed')
    }
  })
})
