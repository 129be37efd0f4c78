/**
 * Multiples, by doubling and adding: of points, and (where "adding" multiplies) powers of numbers.
 *
 * How long it takes tells the numbers: for what everybody may know, to verify with, and never for secrets. Signing is left to
 * libraries.
 */

/** A set with a sum that may be taken in any order. */
export interface Group<Element> {
  readonly zero: Element
  /** Also of an element with itself, with its opposite, and with `zero`. */
  add(a: Element, b: Element): Element
}

/** The sum of each element taken as often as said: from 0 times on. */
export function sumOfMultiples<Element>(
  { zero, add }: Group<Element>,
  ...multiples: readonly (readonly [times: bigint, element: Element])[]
): Element {
  const digits = multiples.map(([times, element]) => ({ bits: times.toString(2), element }))
  const longest = Math.max(...digits.map(({ bits }) => bits.length))
  let sum = zero
  for (let place = longest; place > 0; place--) {
    sum = add(sum, sum)
    for (const { bits, element } of digits) if (bits.at(-place) === '1') sum = add(sum, element)
  }
  return sum
}

/** From 0 to modulus − 1, for any `n`. */
export function modulo(n: bigint, modulus: bigint): bigint {
  const rest = n % modulus
  return rest < 0n ? rest + modulus : rest
}

export function powerModulo(base: bigint, exponent: bigint, modulus: bigint): bigint {
  return sumOfMultiples({ zero: 1n, add: (a, b) => (a * b) % modulus }, [exponent, base])
}

/** By Fermat: for primes. Of 0 it is 0. */
export function inverseModulo(n: bigint, prime: bigint): bigint {
  return powerModulo(n, prime - 2n, prime)
}
