/** Keys for tests: made by Node, or from random bytes that are not random. */
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { KeyKind } from '../../src/crypto/public-key.ts'
import type { RsaKind } from '../../src/crypto/key-kind.ts'
import type { Random } from '../../src/crypto/signing-key.ts'
import { rsaTestKeys } from './rsa-test-keys.ts'

/** The same seed gives the same bytes; each call goes on where the last one ended. */
export function countingRandom(seed: number): Random {
  let next = seed * 1000
  return (count) => Uint8Array.from({ length: count }, () => (next++ * 37 + 11) % 251)
}

const curveOf = { 'ecdsa-p256': 'P-256', 'ecdsa-p384': 'P-384', 'ecdsa-p521': 'P-521' } as const

interface KeyPair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

/** Of each length one in a run: finding one takes up to seconds. */
const rsaPairs = new Map<RsaKind, KeyPair>()

/** A pair by node:crypto: a new one, but for RSA. */
export function nodeKeyPair(kind: KeyKind): KeyPair {
  switch (kind) {
    case 'ed25519':
      return generateKeyPairSync('ed25519')
    case 'ecdsa-p256':
    case 'ecdsa-p384':
    case 'ecdsa-p521':
      return generateKeyPairSync('ec', { namedCurve: curveOf[kind] })
    case 'rsa-2048':
    case 'rsa-3072':
    case 'rsa-4096':
      return rsaPair(kind)
  }
}

function rsaPair(kind: RsaKind): KeyPair {
  const pair = rsaPairs.get(kind) ?? newRsaPair(kind)
  rsaPairs.set(kind, pair)
  return pair
}

function newRsaPair(kind: RsaKind): KeyPair {
  if (kind === 'rsa-2048') return generateKeyPairSync('rsa', { modulusLength: 2048 })
  const der = Buffer.from(rsaTestKeys[kind].join(''), 'base64')
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  return { privateKey, publicKey: createPublicKey(privateKey) }
}

export function nodePkcs8(kind: KeyKind): Uint8Array {
  return pkcs8Of(nodeKeyPair(kind).privateKey)
}

export function pkcs8Of(key: KeyObject): Uint8Array {
  return new Uint8Array(key.export({ format: 'der', type: 'pkcs8' }))
}

export function spkiOf(key: KeyObject): Uint8Array {
  return new Uint8Array(key.export({ format: 'der', type: 'spki' }))
}
