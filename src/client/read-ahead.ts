/** Reads a long list a range at a time, the next range while this one is looked at. A range may bring less than was asked for. */
import type { Fetched } from './audit-walk.ts'
import { fetched } from './audit-walk.ts'

/** As many entries as servers give at once. */
const RANGE_ENTRIES = 256

export class ReadAhead<T> {
  readonly #ask: (from: number, to: number) => Promise<readonly T[]>
  readonly #end: number
  #held: { readonly from: number; readonly items: readonly T[] } = { from: 0, items: [] }
  #next: { readonly from: number; readonly answer: Promise<Fetched<readonly T[]>> } | undefined

  /** @param ask brings one at least, of items `from` … `to` − 1. @param end of the list */
  constructor(ask: (from: number, to: number) => Promise<readonly T[]>, end: number) {
    this.#ask = ask
    this.#end = end
  }

  /** Item `at`, below the end; quick if asked for in order. @throws what `ask` throws */
  async read(at: number): Promise<T> {
    const { from, items } = this.#held
    const held = items[at - from]
    if (held !== undefined) return held
    const asked = this.#next?.from === at ? this.#next : this.#begin(at)
    this.#next = undefined
    const found = await asked.answer
    if ('cause' in found) throw found.cause
    this.#held = { from: at, items: found.value }
    const after = at + found.value.length
    if (after < this.#end) this.#next = this.#begin(after)
    const [first] = found.value
    if (first === undefined) throw new Error(`read ahead: nothing came for ${at}`)
    return first
  }

  #begin(from: number): { readonly from: number; readonly answer: Promise<Fetched<readonly T[]>> } {
    const to = Math.min(from + RANGE_ENTRIES, this.#end)
    return { from, answer: fetched(() => this.#ask(from, to)) }
  }
}
