/**
 * The points of P-256, P-384 and P-521, by @noble/curves, from the numbers of SEC 2 (2.4.2, 2.5.1 and 2.6.1), and what
 * ECDSA asks of them to verify.
 *
 * Not its `p256`, `p384` and `p521`: they bring signing, HMAC, key agreement and a second reader of DER into the browser's
 * verifier, 3 kB compressed that it never calls. Signing outside Node still uses them.
 */
import { weierstrass } from '@noble/curves/abstract/weierstrass.js'
import { bigEndian, readDerInside, SEQUENCE } from '../encoding/der.ts'
import type { EcdsaKind } from './key-kind.ts'
import { orderOf } from './signature-rules.ts'

export const nistPoints = {
  'ecdsa-p256': pointsOf(
    orderOf['ecdsa-p256'],
    2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
    0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
  ),
  'ecdsa-p384': pointsOf(
    orderOf['ecdsa-p384'],
    2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
    0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7n,
    0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5fn,
  ),
  'ecdsa-p521': pointsOf(
    orderOf['ecdsa-p521'],
    2n ** 521n - 1n,
    0x0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
    0x00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66n,
    0x011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650n,
  ),
}

/** With a = −3 and cofactor 1, as all three have. */
function pointsOf(
  n: bigint,
  p: bigint,
  b: bigint,
  Gx: bigint,
  Gy: bigint,
): ReturnType<typeof weierstrass<bigint>> {
  return weierstrass({ p, n, h: 1n, a: p - 3n, b, Gx, Gy })
}

/**
 * SEC 1, 4.1.4 (FIPS 186-5, 6.4.2): with e the digest, the x of (e/s)·G + (r/s)·Q is r.
 *
 * @param digest not longer than the curve's order: each kind of key has the hash that fits (key-kind.ts)
 * @param signature must have passed isAcceptableSignature
 */
export function verifyEcdsaDigest(
  kind: EcdsaKind,
  encodedQ: Uint8Array,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  const points = nistPoints[kind]
  const [r = 0n, s = 0n] = (readDerInside(signature, SEQUENCE) ?? []).map(({ content }) => bigEndian(content))
  const { Fn } = points
  const inverse = Fn.inv(s)
  const q = points.fromBytes(encodedQ)
  const sum = points.BASE.mulAddUnsafe(Fn.mul(Fn.create(bigEndian(digest)), inverse), q, Fn.mul(r, inverse))
  return !sum.is0() && Fn.create(sum.toAffine().x) === r
}
