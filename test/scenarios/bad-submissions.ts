/** Submissions of the bad-input catalogue (robustness.md 4: D, I, C, S): each is a good one but for one thing. */
import { generateKeyPairSync } from 'node:crypto'
import { pae } from '../../src/attestation/pae.ts'
import { IN_TOTO_PAYLOAD_TYPE, signStatement } from '../../src/attestation/sign-statement.ts'
import { formatBase64 } from '../../src/encoding/base64.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { spkiOf } from '../helpers/keys.ts'
import { digestOf, keys, testKey } from '../helpers/test-ledger.ts'

/** The number in the catalogue, what is sent, and how it is refused. */
export type BadInput = readonly [
  number: string,
  what: string,
  input: Uint8Array | string,
  status: number,
  code: string,
]

const SBOM_TYPE = 'https://cyclonedx.org/bom'
const hex = digestOf('bad').slice(7)
const json = (value: unknown): string => JSON.stringify(value)

/** A good statement but for what `change` says of it; undefined takes a member away. */
export function statement(
  change: Record<string, unknown> = {},
  predicate: Record<string, unknown> = {},
): string {
  return json({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'registry.test/bad', digest: { sha256: hex } }],
    predicateType: SBOM_TYPE,
    predicate: { bomFormat: 'CycloneDX', specVersion: '1.5', components: [], ...predicate },
    ...change,
  })
}

export const signed = (text: string): Uint8Array => signStatement(utf8(text), keys.ci)
const sbom = (predicate: Record<string, unknown>): Uint8Array => signed(statement({}, predicate))
const spdx = (predicate: Record<string, unknown>): Uint8Array =>
  signed(statement({ predicateType: 'https://spdx.dev/Document', predicate }))
const subject = (digest: unknown): Uint8Array => signed(statement({ subject: [{ name: 'a', digest }] }))
const provenance = (predicate: unknown): Uint8Array =>
  signed(statement({ predicateType: 'https://slsa.dev/provenance/v1', predicate }))

const good = JSON.parse(new TextDecoder().decode(signed(statement()))) as {
  payload: string
  signatures: { keyid: string; sig: string }[]
}
const { payload } = good
const sig = good.signatures[0]?.sig ?? ''
const envelope = (change: Record<string, unknown>): string =>
  json({ payload, payloadType: IN_TOTO_PAYLOAD_TYPE, signatures: good.signatures, ...change })
const signature = (bytes: Uint8Array): string =>
  envelope({ signatures: [{ keyid: keys.ci.publicKey.id.slice(7), sig: formatBase64(bytes) }] })
const withKey = (spki: Uint8Array): string =>
  json({ envelope: JSON.parse(envelope({})), publicKeys: [formatBase64(spki)] })
const ed25519Spki = (raw: Uint8Array): Uint8Array =>
  Uint8Array.from([...Buffer.from('302a300506032b6570032100', 'hex'), ...raw])

/** Bodies of submissions. */
export const submissions: readonly BadInput[] = [
  ['D1', 'an empty body', '', 400, 'json-malformed'],
  ['D1', 'null', 'null', 400, 'envelope-malformed'],
  ['D1', 'an array', '[]', 400, 'envelope-malformed'],
  ['D1', 'a string', '"{}"', 400, 'envelope-malformed'],
  ['D2', 'payload twice', envelope({}).replace('{', '{"payload":"e30=",'), 400, 'json-duplicate-key'],
  ['D3', '__proto__', envelope({}).replace('{', '{"__proto__":{},'), 400, 'json-forbidden-key'],
  [
    'D4',
    '65 levels',
    envelope({}).replace('{', `{"a":${'['.repeat(64)}${']'.repeat(64)},`),
    400,
    'json-depth',
  ],
  ['D4', 'a million levels', '['.repeat(1_000_000), 400, 'json-depth'],
  ['D5', 'a byte order mark', `\ufeff${envelope({})}`, 400, 'encoding-malformed'],
  ['D5', 'UTF-16', new Uint8Array(Buffer.from(envelope({}), 'utf16le')), 400, 'json-malformed'],
  ['D5', 'half a surrogate pair', envelope({}).replace('{', '{"a":"\\ud800",'), 400, 'json-lone-surrogate'],
  ['D6', 'no payload', envelope({ payload: undefined }), 400, 'envelope-malformed'],
  ['D6', 'a payload of null', envelope({ payload: null }), 400, 'envelope-malformed'],
  ['D6', 'no payloadType', envelope({ payloadType: undefined }), 400, 'envelope-malformed'],
  ['D6', 'signatures as an object', envelope({ signatures: {} }), 400, 'envelope-malformed'],
  ['D6', 'a signature without sig', envelope({ signatures: [{ keyid: '' }] }), 400, 'envelope-malformed'],
  ['D7', 'no signature', envelope({ signatures: [] }), 422, 'no-signature'],
  [
    'D8',
    '17 signatures',
    envelope({ signatures: Array(17).fill({ keyid: '', sig }) }),
    413,
    'signature-limit',
  ],
  ['D9', 'base64 with a space', envelope({ payload: ` ${payload}` }), 400, 'base64-malformed'],
  ['D9', 'bits behind the end', envelope({ payload: 'e31=' }), 400, 'base64-malformed'],
  ['D9', 'two alphabets', envelope({ payload: `-+${payload}` }), 400, 'base64-malformed'],
  ['D10', 'an empty payloadType', envelope({ payloadType: '' }), 422, 'payload-type-unsupported'],
  [
    'D10',
    'a payloadType with a line break',
    envelope({ payloadType: 'a/b\n' }),
    422,
    'payload-type-unsupported',
  ],
  [
    'D11',
    'a signature over the payload alone',
    signature(keys.ci.sign(utf8(statement()))),
    422,
    'signature-invalid',
  ],
  [
    'D12',
    'a signature for another type',
    signature(keys.ci.sign(pae('a/b', utf8(statement())))),
    422,
    'signature-invalid',
  ],
  [
    'D13',
    'a known keyid, another key',
    signature(testKey('other').sign(pae(IN_TOTO_PAYLOAD_TYPE, utf8(statement())))),
    422,
    'signature-invalid',
  ],
  ['D16', 'an unknown payloadType', envelope({ payloadType: 'text/plain' }), 422, 'payload-type-unsupported'],
  ['I1', 'no _type', signed(statement({ _type: undefined })), 422, 'statement-unacceptable'],
  [
    'I1',
    'an unknown _type',
    signed(statement({ _type: 'https://in-toto.io/Statement/v2' })),
    422,
    'statement-unacceptable',
  ],
  ['I2', 'no subject', signed(statement({ subject: undefined })), 422, 'statement-unacceptable'],
  ['I2', 'an empty list of subjects', signed(statement({ subject: [] })), 422, 'statement-unacceptable'],
  ['I3', 'a subject without digest', subject(undefined), 422, 'statement-unacceptable'],
  ['I3', 'an empty digest', subject({}), 422, 'statement-unacceptable'],
  ['I4', 'a short digest', subject({ sha256: hex.slice(1) }), 422, 'statement-unacceptable'],
  ['I4', 'an upper-case digest', subject({ sha256: hex.toUpperCase() }), 422, 'statement-unacceptable'],
  ['I4', 'a digest with 0x', subject({ sha256: `0x${hex.slice(2)}` }), 422, 'statement-unacceptable'],
  ['I5', 'SHA-1 alone', subject({ sha1: hex.slice(0, 40) }), 422, 'no-subject-digest'],
  [
    'I6',
    'one algorithm twice',
    signed(statement().replace('"digest":{', `"digest":{"sha256":"${hex}",`)),
    400,
    'json-duplicate-key',
  ],
  [
    'I7',
    '1,001 subjects',
    signed(
      statement({ subject: Array.from({ length: 1001 }, () => ({ name: 'a', digest: { sha256: hex } })) }),
    ),
    413,
    'subject-limit',
  ],
  ['I8', 'no predicateType', signed(statement({ predicateType: undefined })), 422, 'statement-unacceptable'],
  [
    'I8',
    'a predicateType that is no URI',
    signed(statement({ predicateType: 'bom' })),
    422,
    'statement-unacceptable',
  ],
  ['I8', 'a predicate that is a list', signed(statement({ predicate: [] })), 422, 'statement-unacceptable'],
  ['I9', 'an SBOM that is text', signed(statement({ predicate: '<bom/>' })), 422, 'sbom-format-unsupported'],
  ['I10', 'provenance that says nothing', provenance({ buildDefinition: [] }), 422, 'predicate-unacceptable'],
  ['C1', 'specVersion 9.9', sbom({ specVersion: '9.9' }), 422, 'sbom-format-unsupported'],
  ['C1', 'no specVersion', sbom({ specVersion: undefined }), 422, 'sbom-unacceptable'],
  ['C1', 'a number as specVersion', sbom({ specVersion: 1.5 }), 422, 'sbom-unacceptable'],
  ['C2', 'another bomFormat', sbom({ bomFormat: 'Cyclone' }), 422, 'sbom-unacceptable'],
  ['C5', 'components that are no list', sbom({ components: {} }), 422, 'sbom-unacceptable'],
  ['C5', 'a purl that is a number', sbom({ components: [{ name: 'a', purl: 1 }] }), 422, 'sbom-unacceptable'],
  [
    'C6',
    'nested components, 10,000 deep',
    signed(
      statement().replace('"components":[', `"components":[${'{"name":"a","components":['.repeat(10_000)}`),
    ),
    400,
    'json-depth',
  ],
  [
    'C7',
    '100,001 components',
    sbom({ components: Array(100_001).fill({ name: 'a', purl: 'pkg:npm/a@1' }) }),
    413,
    'component-limit',
  ],
  ['C9', 'SPDX without a version', spdx({ SPDXID: 'SPDXRef-DOCUMENT' }), 422, 'sbom-unacceptable'],
  [
    'C11',
    'JSON-LD with a remote @context that is not of SPDX: never fetched',
    spdx({ '@context': 'https://contexts.test/other.jsonld', '@graph': [] }),
    422,
    'sbom-format-unsupported',
  ],
  [
    'C12',
    'tag-value as text',
    signed(statement({ predicateType: 'https://spdx.dev/Document', predicate: 'SPDXVersion: SPDX-2.3' })),
    422,
    'sbom-format-unsupported',
  ],
  ['S1', 'a key of low order', withKey(ed25519Spki(new Uint8Array(32))), 422, 'key-weak'],
  [
    'S2',
    'a key with bytes behind it',
    withKey(Uint8Array.from([...keys.ci.publicKey.spki, 0])),
    400,
    'key-malformed',
  ],
  ['S2', 'a private key as a public one', withKey(keys.ci.pkcs8), 400, 'key-malformed'],
  [
    'S4',
    'an ECDSA signature that is not DER',
    signature(new Uint8Array(64).fill(1)),
    422,
    'signature-invalid',
  ],
  ['S4', 'r and s of 0', signature(Uint8Array.of(0x30, 6, 2, 1, 0, 2, 1, 0)), 422, 'signature-invalid'],
  [
    'S5',
    'secp256k1',
    withKey(spkiOf(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey)),
    422,
    'key-type-unsupported',
  ],
  [
    'S5',
    'RSA with 1024 bits',
    withKey(spkiOf(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey)),
    422,
    'key-weak',
  ],
  ['S5', 'X25519', withKey(spkiOf(generateKeyPairSync('x25519').publicKey)), 422, 'key-type-unsupported'],
  ['T1', 'somebody unknown', signStatement(utf8(statement()), testKey('nobody')), 403, 'untrusted-signer'],
]
