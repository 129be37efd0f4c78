/**
 * The primitives by node:crypto. The only module of the portable folders that may import it; the same
 * functions with the same verdicts stand in backend-browser.ts, and a test compares them.
 */
import crypto from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { CurveKind } from './curves.ts'
import { hashOfKind } from './key-kind.ts'
import type { HashName, KeyKind, ScryptCost } from './key-kind.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { formatPkcs8 } from './pkcs8.ts'
import { isAcceptableSignature } from './signature-rules.ts'

/**
 * Measured on Node 20.20 with 65 bytes: 'binary' and a loop 2.7 M/s, 'buffer' 1.4 M/s, createHash 0.8 M/s.
 * crypto.hash is there from Node 20.12.
 */
export function hash(algorithm: HashName, bytes: Uint8Array): Uint8Array {
  const text = crypto.hash(algorithm, bytes, 'binary')
  const result = new Uint8Array(text.length)
  for (let i = 0; i < result.length; i++) result[i] = text.charCodeAt(i)
  return result
}

/**
 * Importing a key takes as long as verifying with it, and a log has few keys: the newest are kept, by their
 * bytes.
 */
const imported = new Map<string, KeyObject>()
const MAX_IMPORTED = 1000
/** The one before is the next one too, mostly. */
let newest: { readonly spki: Uint8Array; readonly key: KeyObject } | undefined

function importPublic(spki: Uint8Array): KeyObject {
  if (newest === undefined || !equalBytes(newest.spki, spki))
    newest = { spki: new Uint8Array(spki), key: importedKey(spki) }
  return newest.key
}

function importedKey(spki: Uint8Array): KeyObject {
  const name = String.fromCharCode(...spki)
  const known = imported.get(name)
  if (known !== undefined) return known
  const key = crypto.createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
  if (imported.size >= MAX_IMPORTED) imported.clear()
  imported.set(name, key)
  return key
}

// By identity, so that a secret is not kept longer than its owner keeps it.
const importedPrivate = new WeakMap<Uint8Array, KeyObject>()

function importPrivate(pkcs8: Uint8Array): KeyObject {
  let key = importedPrivate.get(pkcs8)
  if (key === undefined) {
    key = crypto.createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
    importedPrivate.set(pkcs8, key)
  }
  return key
}

/** `spki` must have passed parsePublicKey. */
export function verify(kind: KeyKind, spki: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (!isAcceptableSignature(kind, signature)) return false
  const algorithm = kind === 'ed25519' ? null : hashOfKind[kind]
  // ECDSA in DER and RSA with PKCS#1 v1.5 padding are the defaults of node:crypto.
  return crypto.verify(algorithm, message, importPublic(spki), signature)
}

/** `pkcs8` must have passed parseSigningKey. */
export function sign(kind: KeyKind, pkcs8: Uint8Array, message: Uint8Array): Uint8Array {
  const algorithm = kind === 'ed25519' ? null : hashOfKind[kind]
  return new Uint8Array(crypto.sign(algorithm, message, importPrivate(pkcs8)))
}

const namesOfCurves = {
  'ecdsa-p256': 'prime256v1',
  'ecdsa-p384': 'secp384r1',
  'ecdsa-p521': 'secp521r1',
} as const

/**
 * As it stands in an SPKI. `secret` must have passed publicBitsFor. Not by @noble/curves, which takes 40 ms for its first
 * one: each start of a server or of `submit` would wait for it.
 */
export function publicBits(kind: CurveKind, secret: Uint8Array): Uint8Array {
  if (kind === 'ed25519') return publicEd25519(secret)
  const curve = crypto.createECDH(namesOfCurves[kind])
  curve.setPrivateKey(secret)
  return new Uint8Array(curve.getPublicKey())
}

function publicEd25519(secret: Uint8Array): Uint8Array {
  const key = crypto.createPrivateKey({
    key: Buffer.from(formatPkcs8('ed25519', secret, new Uint8Array())),
    format: 'der',
    type: 'pkcs8',
  })
  return new Uint8Array(crypto.createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32))
}

/** 32 bytes. */
export function scrypt(passphrase: Uint8Array, salt: Uint8Array, { N, r, p }: ScryptCost): Uint8Array {
  // Node's default limit is 32 MiB; the legal costs need up to 128 MiB and a little.
  return new Uint8Array(crypto.scryptSync(passphrase, salt, 32, { N, r, p, maxmem: 256 * 2 ** 20 }))
}
