/**
 * mpt-v1 a second time, written from index.md alone: bytes are hex text, keys are text of 0 and 1, the tree is a recursion. It shares
 * nothing with src/, down to the hash function. What src/map/ computes and what it accepts is held against this.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'

const EMPTY = hashHex('')
/** More bits than any key in the tests has, the padding's zero byte included. */
const BITS = 8 * 1_026

function hashHex(hex: string): string {
  return bytesToHex(sha256(hexToBytes(hex)))
}

function varintHex(n: number): string {
  const low = n % 128
  return n < 128 ? twoDigits(low) : twoDigits(low + 128) + varintHex((n - low) / 128)
}

function twoDigits(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}

function counted(hex: string): string {
  return varintHex(hex.length / 2) + hex
}

/** The padded key as text of 0 and 1. */
function bitText(keyHex: string): string {
  const bits = [...`${keyHex}00`].map((digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0'))
  return bits.join('').padEnd(BITS, '1')
}

export interface HexPair {
  readonly key: string
  readonly value: string
}

function leaf({ key, value }: HexPair): string {
  return hashHex(`00${counted(key)}${counted(value)}`)
}

/** The root of the map with these pairs, in any order, by dividing them at the first bit at which they differ. */
export function secondRoot(pairs: readonly HexPair[]): string {
  const rows = pairs.map((pair) => ({ bits: bitText(pair.key), pair }))
  rows.sort((a, b) => (a.bits < b.bits ? -1 : 1))
  const rootOf = (from: number, to: number): string => {
    const [first, last] = [rows[from], rows[to - 1]]
    if (first === undefined || last === undefined) return EMPTY
    if (first === last) return leaf(first.pair)
    let bit = 0
    while (first.bits[bit] === last.bits[bit]) bit++
    let middle = from
    while (rows[middle]?.bits[bit] === '0') middle++
    return hashHex(`01${varintHex(bit)}${rootOf(from, middle)}${rootOf(middle, to)}`)
  }
  return rootOf(0, rows.length)
}

/** What is left to read. */
interface Rest {
  readonly hex: string
}

function takeNumber({ hex }: Rest): [number, Rest] | undefined {
  const digits = /^(?:[89a-f][0-9a-f]){0,2}[0-7][0-9a-f]/.exec(hex)?.[0]
  if (digits === undefined) return undefined
  const sevens = (digits.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16) % 128)
  const value = sevens.reduceRight((sum, seven) => sum * 128 + seven, 0)
  return varintHex(value) === digits ? [value, { hex: hex.slice(digits.length) }] : undefined
}

function takeCounted(rest: Rest): [string, Rest] | undefined {
  const [length, after] = takeNumber(rest) ?? []
  if (length === undefined || after === undefined || after.hex.length < 2 * length) return undefined
  return [after.hex.slice(0, 2 * length), { hex: after.hex.slice(2 * length) }]
}

/** Steps from the leaf; undefined if they cannot be read or B does not decrease. */
function takeSteps(rest: Rest): readonly (readonly [number, string])[] | undefined {
  if (rest.hex === '') return []
  const [bit, after] = takeNumber(rest) ?? []
  if (bit === undefined || after === undefined || after.hex.length < 64) return undefined
  const above = takeSteps({ hex: after.hex.slice(64) })
  if (above?.some(([higher]) => higher >= bit) !== false) return undefined
  return [[bit, after.hex.slice(0, 64)], ...above]
}

/** The root from the last step downwards: what a node's own side hashes to is asked of the steps below. */
function rootOver(steps: readonly (readonly [number, string])[], bits: string, start: string): string {
  const [bit, other] = steps.at(-1) ?? []
  if (bit === undefined || other === undefined) return start
  const own = rootOver(steps.slice(0, -1), bits, start)
  return hashHex(`01${varintHex(bit)}${bits[bit] === '0' ? own + other : other + own}`)
}

export function secondPresent(root: string, pair: HexPair, proof: string): boolean {
  const steps = takeSteps({ hex: proof })
  return steps !== undefined && rootOver(steps, bitText(pair.key), leaf(pair)) === root
}

/** The padded key of the leaf at which the look-up ends; '' in the empty map; undefined if the proof is wrong. */
function lookUpEnd(root: string, bits: string, proof: string): string | undefined {
  if (proof === '') return root === EMPTY ? '' : undefined
  const [key, afterKey] = takeCounted({ hex: proof }) ?? []
  const [value, afterValue] = (afterKey && takeCounted(afterKey)) ?? []
  const steps = afterValue && takeSteps(afterValue)
  if (key === undefined || value === undefined || steps === undefined) return undefined
  const own = bitText(key)
  const agrees = steps.every(([bit]) => own[bit] === bits[bit])
  return agrees && rootOver(steps, own, leaf({ key, value })) === root ? own : undefined
}

export function secondAbsent(root: string, key: string, proof: string): boolean {
  const end = lookUpEnd(root, bitText(key), proof)
  return end !== undefined && end !== bitText(key)
}

export function secondPrefix(root: string, prefix: string, subtree: string, proof: string): boolean {
  const bits = bitText(prefix)
  const length = 4 * prefix.length
  if (subtree === EMPTY) {
    const end = lookUpEnd(root, bits, proof)
    return end === '' || (end !== undefined && end.slice(0, length) !== bits.slice(0, length))
  }
  const steps = takeSteps({ hex: proof })
  return steps?.every(([bit]) => bit < length) === true && rootOver(steps, bits, subtree) === root
}
