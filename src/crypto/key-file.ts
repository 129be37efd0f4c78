/**
 * Key files as cosign writes and reads them (formats.md C/1.8): PEM around JSON around a secretbox around
 * PKCS#8, with scrypt between the passphrase and the box.
 */
import nacl from 'tweetnacl'
import { scrypt } from '#crypto-backend'
import { formatBase64, parseBase64 } from '../encoding/base64.ts'
import { formatPem, readPem } from '../encoding/pem.ts'
import { expectObject, expectString, member, parseJson } from '../encoding/strict-json.ts'
import type { JsonObject } from '../encoding/strict-json.ts'
import { utf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'
import type { ScryptCost } from './key-kind.ts'
import { parseSigningKey } from './signing-key.ts'
import type { Random, SigningKey } from './signing-key.ts'

const LABEL = 'ENCRYPTED SIGSTORE PRIVATE KEY'
/** Written by cosign 1. */
const OLD_LABEL = 'ENCRYPTED COSIGN PRIVATE KEY'

const SALT_BYTES = 32
const NONCE_BYTES = 24

/** go-securesystemslib's "standard": 64 MiB, about 0.2 s. */
const standardCost: ScryptCost = { N: 65_536, r: 8, p: 1 }
/** The least that cosign takes, for an empty passphrase: there is nothing to guess, only everybody's start to hold up. */
const leastCost: ScryptCost = { N: 32_768, r: 8, p: 1 }
/** Its "legacy", "standard" and "OWASP". Others are refused: a file could ask for any amount of memory. */
const legalN = [32_768, 65_536, 131_072]

/** The passphrase may be empty. `random` gives salt and nonce. */
export function formatKeyFile(key: SigningKey, passphrase: string, random: Random): string {
  const [salt, nonce] = [random(SALT_BYTES), random(NONCE_BYTES)]
  const cost = passphrase === '' ? leastCost : standardCost
  const box = nacl.secretbox(key.pkcs8, nonce, scrypt(utf8(passphrase), salt, cost))
  // The order and the spelling of Go's encoding/json.
  const text = JSON.stringify({
    kdf: { name: 'scrypt', params: cost, salt: formatBase64(salt) },
    cipher: { name: 'nacl/secretbox', nonce: formatBase64(nonce) },
    ciphertext: formatBase64(box),
  })
  return formatPem(LABEL, utf8(text))
}

/**
 * @throws Fault `unacceptable` (`wrong-passphrase`) if the box does not open, `malformed` (`key-malformed` and
 *   those of PEM, JSON and base64), `unsupported` (`key-type-unsupported`)
 */
export function parseKeyFile(text: string, passphrase: string, subject = 'key file'): SigningKey {
  const { label, der } = readPem(text, subject)
  if (label !== LABEL && label !== OLD_LABEL) {
    throw new Fault('key-malformed', `${subject}: expected ${LABEL}, got ${label}`, { hint: hintFor(label) })
  }
  const box = readBox(expectObject(parseJson(der, { subject }), '', 'key-malformed'), subject)
  const pkcs8 = nacl.secretbox.open(box.ciphertext, box.nonce, scrypt(utf8(passphrase), box.salt, box.cost))
  if (pkcs8 === null)
    throw new Fault(
      'wrong-passphrase',
      `${subject}: expected its passphrase, got another (or the file is damaged)`,
    )
  return parseSigningKey(pkcs8, subject)
}

function hintFor(label: string): string {
  return label === 'PUBLIC KEY'
    ? 'This is the public half.'
    : 'cosign import-key-pair turns other private keys into such a file.'
}

interface Box {
  readonly cost: ScryptCost
  readonly salt: Uint8Array
  readonly nonce: Uint8Array
  readonly ciphertext: Uint8Array
}

function readBox(file: JsonObject, subject: string): Box {
  const kdf = expectObject(member(file, 'kdf', '', 'key-malformed'), '/kdf', 'key-malformed')
  const cipher = expectObject(member(file, 'cipher', '', 'key-malformed'), '/cipher', 'key-malformed')
  expectName(kdf, '/kdf', 'scrypt', subject)
  expectName(cipher, '/cipher', 'nacl/secretbox', subject)
  return {
    cost: readCost(
      expectObject(member(kdf, 'params', '/kdf', 'key-malformed'), '/kdf/params', 'key-malformed'),
      subject,
    ),
    salt: readBytes(kdf, '/kdf', 'salt', SALT_BYTES, subject),
    nonce: readBytes(cipher, '/cipher', 'nonce', NONCE_BYTES, subject),
    ciphertext: readBytes(file, '', 'ciphertext', undefined, subject),
  }
}

function expectName(object: JsonObject, pointer: string, name: string, subject: string): void {
  const found = expectString(
    member(object, 'name', pointer, 'key-malformed'),
    `${pointer}/name`,
    'key-malformed',
  )
  if (found !== name) {
    throw new Fault('key-type-unsupported', `${subject}: expected ${name}, got ${found.slice(0, 40)}`, {
      pointer: `${pointer}/name`,
    })
  }
}

function readCost(params: JsonObject, subject: string): ScryptCost {
  const [N, r, p] = ['N', 'r', 'p'].map((name) => member(params, name, '/kdf/params', 'key-malformed'))
  if (typeof N !== 'number' || !legalN.includes(N) || r !== 8 || p !== 1) {
    throw new Fault(
      'key-type-unsupported',
      `${subject}: expected scrypt with N ${legalN.join(', ')}, r 8 and p 1, got another cost`,
      {
        pointer: '/kdf/params',
      },
    )
  }
  return { N, r, p }
}

function readBytes(
  object: JsonObject,
  pointer: string,
  name: string,
  length: number | undefined,
  subject: string,
): Uint8Array {
  const place = `${pointer}/${name}`
  const bytes = parseBase64(
    expectString(member(object, name, pointer, 'key-malformed'), place, 'key-malformed'),
    `${subject} ${place}`,
  )
  if (length !== undefined && bytes.length !== length) {
    throw new Fault('key-malformed', `${subject}: expected ${length} bytes, got ${bytes.length}`, {
      pointer: place,
    })
  }
  return bytes
}
