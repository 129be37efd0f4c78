/**
 * Why a key was refused: everything that is not one of our kinds, told apart so that the message helps.
 * Nothing of what was given is repeated: it may be a secret.
 */
import {
  BIT_STRING,
  INTEGER,
  OBJECT_IDENTIFIER,
  SEQUENCE,
  readDer,
  readDerInside,
  readUnsigned,
} from '../encoding/der.ts'
import type { DerElement } from '../encoding/der.ts'
import { formatHex } from '../encoding/hex.ts'
import { Fault } from '../errors.ts'

const supported = 'ECDSA P-256, P-384 or P-521, Ed25519, or RSA with 2048, 3072 or 4096 bits'
const rotate = 'Treat this private key as leaked: make a new one, and give only the public half here.'

const RSA = '2a864886f70d010101'
const EC = '2a8648ce3d0201'
const ED25519 = '2b6570'

/** Object identifiers of keys that we know by name and refuse. */
const otherKeys: ReadonlyMap<string, string> = new Map([
  ['2a864886f70d01010a', 'RSA-PSS'],
  ['2a864886f70d010301', 'Diffie-Hellman'],
  ['2a8648ce380401', 'DSA'],
  ['2b656e', 'X25519'],
  ['2b656f', 'X448'],
  ['2b6571', 'Ed448'],
  ['608648016503040311', 'ML-DSA-44'],
  ['608648016503040312', 'ML-DSA-65'],
  ['608648016503040313', 'ML-DSA-87'],
])

const otherCurves: ReadonlyMap<string, string> = new Map([
  ['2b8104000a', 'secp256k1'],
  ['2b81040021', 'P-224'],
  ['2a8648ce3d030101', 'P-192'],
  ['2b2403030208010107', 'brainpoolP256r1'],
  ['2b240303020801010b', 'brainpoolP384r1'],
  ['2b240303020801010d', 'brainpoolP512r1'],
])

const ourLengths = new Set([2048, 3072, 4096])
const ourCurves = new Set(['2a8648ce3d030107', '2b81040022', '2b81040023'])

/** @throws Fault always; which one, parsePublicKey says */
export function refuseForeignKey(der: Uint8Array, subject: string): never {
  const parts = readDerInside(der, SEQUENCE)
  if (parts !== undefined && isPrivate(parts)) throw privateKey(subject)
  const [algorithm, bits] = parts ?? []
  if (parts?.length !== 2 || algorithm?.tag !== SEQUENCE || bits?.tag !== BIT_STRING) {
    const got = isFollowedByMore(der) ? 'more bytes after the key' : `${der.length} bytes of something else`
    throw new Fault('key-malformed', `${subject}: expected one SubjectPublicKeyInfo in DER, got ${got}`)
  }
  const [oid, parameters] = readDer(algorithm.content) ?? []
  throw foreignSpki(
    oid?.tag === OBJECT_IDENTIFIER ? formatHex(oid.content) : '',
    parameters,
    bits.content,
    subject,
  )
}

/** PKCS#8, PKCS#1 and SEC 1 private keys begin with a version; public ones never do. */
function isPrivate(parts: readonly DerElement[]): boolean {
  const [version] = parts
  return parts.length > 1 && version?.tag === INTEGER && version.content.length === 1
}

function privateKey(subject: string): Fault {
  return new Fault('key-malformed', `${subject}: expected a public key, got a private key`, { hint: rotate })
}

/** @throws Fault `malformed` if the text has a private key in it */
export function refusePrivatePem(text: string, subject: string): void {
  if (/PRIVATE KEY/i.test(text)) throw privateKey(subject)
}

function isFollowedByMore(der: Uint8Array): boolean {
  const [tag, first, second = 0, third = 0] = der
  if (tag !== SEQUENCE || first === undefined) return false
  const length =
    first < 0x80
      ? 2 + first
      : first === 0x81
        ? 3 + second
        : first === 0x82
          ? 4 + second * 256 + third
          : der.length
  return length < der.length
}

function foreignSpki(
  oid: string,
  parameters: DerElement | undefined,
  bits: Uint8Array,
  subject: string,
): Fault {
  if (oid === RSA) return foreignRsa(bits, subject)
  if (oid === EC) return foreignCurve(parameters, subject)
  if (oid === ED25519) {
    return new Fault(
      'key-malformed',
      `${subject}: expected the one DER spelling of an Ed25519 key, got another`,
    )
  }
  return unsupportedKind(otherKeys.get(oid) ?? 'an unknown kind', subject)
}

function foreignCurve(parameters: DerElement | undefined, subject: string): Fault {
  if (parameters?.tag !== OBJECT_IDENTIFIER)
    return unsupportedKind('a curve given by its parameters', subject)
  const oid = formatHex(parameters.content)
  if (ourCurves.has(oid)) {
    return new Fault(
      'key-malformed',
      `${subject}: expected an uncompressed point in its one DER spelling, got another`,
    )
  }
  return unsupportedKind(otherCurves.get(oid) ?? 'an unknown curve', subject)
}

function unsupportedKind(kind: string, subject: string): Fault {
  return new Fault('key-type-unsupported', `${subject}: expected ${supported}, got ${kind}`)
}

function foreignRsa(bits: Uint8Array, subject: string): Fault {
  const numbers = bits[0] === 0 ? readDerInside(bits.subarray(1), SEQUENCE) : undefined
  const [n, e] =
    numbers?.map(({ tag, content }) => (tag === INTEGER ? readUnsigned(content) : undefined)) ?? []
  if (numbers?.length !== 2 || n === undefined || e === undefined) {
    return new Fault(
      'key-malformed',
      `${subject}: expected an RSA modulus and exponent in DER, got something else`,
    )
  }
  const length = n.toString(2).length
  if (length < 2048)
    return new Fault('key-weak', `${subject}: expected an RSA key of 2048 bits or more, got ${length}`)
  if (e !== 65537n) return new Fault('key-weak', `${subject}: expected the RSA exponent 65537, got another`)
  if (ourLengths.has(length)) {
    return new Fault('key-malformed', `${subject}: expected the one DER spelling of an RSA key, got another`)
  }
  return unsupportedKind(`RSA with ${length} bits`, subject)
}
