/** The elliptic curves: whether a point is one, and, by @noble/curves, what signs where there is no Node. */
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { decodePoint } from './ed25519-point.ts'
import { isAcceptablePoint } from './ed25519-rules.ts'
import type { EcdsaKind } from './key-kind.ts'
import { isNistPoint } from './nist-points.ts'

export const signingCurves = { 'ecdsa-p256': p256, 'ecdsa-p384': p384, 'ecdsa-p521': p521 } as const

export type CurveKind = EcdsaKind | 'ed25519'

/**
 * `strange` for Ed25519 points that are of small order or spelled in a second way; `absent` if there is no
 * such point. ECDSA points are uncompressed.
 */
export function judgePoint(kind: CurveKind, bits: Uint8Array): 'good' | 'strange' | 'absent' {
  if (kind !== 'ed25519') return isNistPoint(kind, bits) ? 'good' : 'absent'
  if (!isAcceptablePoint(bits)) return 'strange'
  return decodePoint(bits) === undefined ? 'absent' : 'good'
}
