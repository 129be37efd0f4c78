/**
 * RFC 6962 2.1 as the RFC writes it, by recursion over all leaves: what the log's own code is held against.
 * It shares no code with it.
 */
import crypto from 'node:crypto'

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = crypto.createHash('sha256')
  for (const part of parts) hash.update(part)
  return new Uint8Array(hash.digest())
}

export interface ReferenceTree {
  /** MTH(D[from:to]). */
  root(from: number, to: number): Uint8Array
  /** PATH(index, D[0:size]). */
  path(index: number, size: number): Uint8Array[]
  /** PROOF(old, D[0:size]); nothing for equal sizes, as RFC 9162 has it. */
  proof(old: number, size: number): Uint8Array[]
}

/** A tree over leaf hashes; every root it computes is remembered. */
export function referenceTree(leafHashes: readonly Uint8Array[]): ReferenceTree {
  const known = new Map<string, Uint8Array>()
  const root = (from: number, to: number): Uint8Array => {
    if (from === to) return sha256()
    const only = leafHashes[from]
    if (only === undefined) throw new Error(`no leaf ${from}`)
    if (to - from === 1) return only
    const key = `${from} ${to}`
    const k = from + split(to - from)
    const hash = known.get(key) ?? sha256(Uint8Array.of(1), root(from, k), root(k, to))
    known.set(key, hash)
    return hash
  }
  const path = (m: number, from: number, to: number): Uint8Array[] => {
    if (to - from === 1) return []
    const k = split(to - from)
    if (m < k) return [...path(m, from, from + k), root(from + k, to)]
    return [...path(m - k, from + k, to), root(from, from + k)]
  }
  const subproof = (m: number, from: number, to: number, isWhole: boolean): Uint8Array[] => {
    if (m === to - from) return isWhole ? [] : [root(from, to)]
    const k = split(to - from)
    if (m <= k) return [...subproof(m, from, from + k, isWhole), root(from + k, to)]
    return [...subproof(m - k, from + k, to, false), root(from, from + k)]
  }
  return {
    root,
    path: (index, size) => path(index, 0, size),
    proof: (old, size) => subproof(old, 0, size, true),
  }
}

/** The largest power of two below n ≥ 2. */
function split(n: number): number {
  return 2 ** (Math.ceil(Math.log2(n)) - 1)
}

/** Distinct hashes for leaves `from` … `to` − 1, made without hashing so that a million is quick. */
export function leafHashesFrom(from: number, to: number): Uint8Array[] {
  return Array.from({ length: to - from }, (_, i) => {
    const hash = new Uint8Array(32)
    const view = new DataView(hash.buffer)
    view.setUint32(0, from + i)
    view.setUint32(28, Math.imul(from + i, 0x9e3779b1) >>> 0)
    return hash
  })
}
