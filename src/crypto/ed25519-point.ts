/**
 * The points of Ed25519, by @noble/curves, from the numbers of RFC 8032, 5.1.
 *
 * Not its `ed25519.Point`: that brings signing, X25519 and hashing to the curve into the browser's verifier, 1.5 kB
 * compressed that it never calls. Signing outside Node still uses `ed25519`.
 */
import { edwards } from '@noble/curves/abstract/edwards.js'
import { FIELD, ORDER } from './ed25519-rules.ts'

export const Ed25519Point = edwards({
  p: FIELD,
  n: ORDER,
  h: 8n,
  a: FIELD - 1n,
  d: 37095705934669439343138083508754565189542113879843219016388785533085940283555n,
  Gx: 15112221349535400772501151409588531511454012693041857206046113283949847762202n,
  Gy: 46316835694926478169428394003475163141307993866256225615783033603165251855960n,
})
