/**
 * The one pass behind strict-json.ts: from text to value, refusing as it goes. Written for speed (about
 * 150 MB/s on an SBOM): one position in one text, no tokens made.
 */
import { Fault } from '../errors.ts'
import type { Reason } from '../errors.ts'
import type { TextPieces } from './text-pieces.ts'
import { utf8 } from './utf8.ts'

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject
/** A plain object; look members up with `member` or `optionalMember`, since `object.constructor` is not one. */
export interface JsonObject {
  readonly [name: string]: JsonValue
}

/** Real documents stay below 20; a recursive reader must be safe in a browser's stack. */
export const MAX_JSON_DEPTH = 64

export interface JsonOptions {
  /** What is being read, for messages. @default 'JSON' */
  readonly subject?: string
  /** Arrays and objects within each other. @default 64 */
  readonly maxDepth?: number
  /** Refuse whole numbers beyond ±(2^53 − 1) and infinite ones. @default false */
  readonly strictNumbers?: boolean
  /** Refuse the key `__proto__`. @default false */
  readonly forbidProto?: boolean
  /** The member of the top-level object under which the last two do not hold, e.g. `predicate`. */
  readonly lenientMember?: string
  /** What inside that member is checked as all the rest and then left out; such a text is not held as a whole either. */
  readonly leaveOut?: JsonLeaveOut
}

export interface JsonLeaveOut {
  /** Members of these names: null stands for each. */
  readonly members: ReadonlySet<string>
  /** Whether an element of the array that is the member `list` stays in it. */
  readonly keeps: (list: string, element: JsonValue) => boolean
}

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const BACKSLASH = 0x5c

// Sticky: matches at lastIndex or not at all.
const numberPattern = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
/** What stands for itself in a string; matches always, if only nothing. */
const plainPattern = /[^"\\\x00-\x1f]*/y
/** So much of the text is there at the beginning of an element, if it is not at its end: hardly a token has to wait for more. */
const LOOKAHEAD = 16 * 1024
/** The longest word or escape. */
const LONGEST_WORD = 6
/** Longer strings are base64, mostly: the pattern takes a quarter of the loop's time for them, and more for short ones. */
const NEAR = 48
const escapePattern = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const loneSurrogate = /\p{Surrogate}/u

const words: ReadonlyMap<number, readonly [string, JsonValue]> = new Map([
  [0x74, ['true', true]],
  [0x66, ['false', false]],
  [0x6e, ['null', null]],
])

/** Holds the position in one text; used once. */
export class JsonReader {
  /** Of a text in pieces, what was not read yet, and a little before it. */
  #text: string
  readonly #pieces: TextPieces | undefined
  readonly #subject: string
  readonly #options: JsonOptions
  readonly #maxDepth: number
  /** Where we are: keys and indexes from the top. */
  readonly #path: (string | number)[] = []
  /** Whether the text has a lone surrogate somewhere; decoded bytes have none. */
  readonly #isTorn: boolean
  #at = 0
  /** Inside a member that is left out: nothing is kept. */
  #isKept = true
  #strictNumbers: boolean
  #forbidProto: boolean

  constructor(input: string | TextPieces, subject: string, options: JsonOptions) {
    const isText = typeof input === 'string'
    this.#text = isText ? input : input.next()
    this.#pieces = isText ? undefined : input
    this.#subject = subject
    this.#options = options
    this.#isTorn = isText && loneSurrogate.test(input)
    this.#maxDepth = options.maxDepth ?? MAX_JSON_DEPTH
    this.#strictNumbers = options.strictNumbers ?? false
    this.#forbidProto = options.forbidProto ?? false
  }

  readDocument(): JsonValue {
    if (this.#text.charCodeAt(0) === 0xfeff) this.#refuse('encoding-malformed', 'no byte order mark', 'one')
    this.#skipSpace()
    const value = this.#readValue()
    this.#skipSpace()
    if (this.#at < this.#text.length) this.#refuse('json-malformed', 'the end', this.#next())
    return value
  }

  #readValue(): JsonValue {
    const code = this.#text.charCodeAt(this.#at)
    if (code === QUOTE) return this.#readString()
    if (code === 0x7b) return this.#readObject()
    if (code === 0x5b) return this.#readArray()
    const word = words.get(code)
    return word === undefined ? this.#readNumber() : this.#readWord(word[0], word[1])
  }

  #readObject(): JsonObject {
    this.#enter()
    const object: Record<string, JsonValue> = {}
    if (this.#skipIf(0x7d)) return object
    const depth = this.#path.length
    this.#path.push('')
    do {
      this.#refill()
      const start = this.#at
      if (this.#text.charCodeAt(start) !== QUOTE) this.#refuseKey()
      const key = this.#readString()
      this.#path[depth] = key
      if (Object.hasOwn(object, key)) this.#refuse('json-duplicate-key', 'each key once', quoted(key), start)
      this.#skipSpace()
      if (!this.#skipIf(COLON)) this.#refuse('json-malformed', '":"', this.#next())
      this.#readMember(object, key, start)
      this.#skipSpace()
    } while (this.#skipIf(COMMA))
    this.#leave(0x7d, '"," or "}"')
    return object
  }

  #refuseKey(): never {
    this.#path.pop()
    this.#refuse('json-malformed', 'a key in quotes', this.#next())
  }

  #readMember(object: Record<string, JsonValue>, key: string, start: number): void {
    if (key === '__proto__') {
      if (this.#forbidProto) this.#refuse('json-forbidden-key', 'no key "__proto__"', 'it', start)
      // An assignment would set the prototype.
      Object.defineProperty(object, key, {
        value: this.#readValue(),
        enumerable: true,
        configurable: true,
        writable: true,
      })
    } else if (this.#path.length === 1 && key === this.#options.lenientMember) {
      object[key] = this.#readLeniently()
    } else if (this.#isKept && this.#isLeftOut(key)) {
      this.#isKept = false
      this.#readValue()
      this.#isKept = true
      object[key] = null
    } else {
      const value = this.#readValue()
      object[key] = this.#isKept ? value : null
    }
  }

  #isLeftOut(key: string): boolean {
    const { leaveOut, lenientMember } = this.#options
    return leaveOut?.members.has(key) === true && this.#path[0] === lenientMember
  }

  /** `element` stands in an array at this depth of the path. */
  #isElementKept(element: JsonValue, depth: number): boolean {
    if (!this.#isKept) return false
    const { leaveOut, lenientMember } = this.#options
    const list = this.#path[depth - 1]
    if (leaveOut === undefined || typeof list !== 'string' || this.#path[0] !== lenientMember) return true
    return leaveOut.keeps(list, element)
  }

  #readLeniently(): JsonValue {
    const [strictNumbers, forbidProto] = [this.#strictNumbers, this.#forbidProto]
    this.#strictNumbers = this.#forbidProto = false
    const value = this.#readValue()
    this.#strictNumbers = strictNumbers
    this.#forbidProto = forbidProto
    return value
  }

  #readArray(): JsonValue[] {
    this.#enter()
    const array: JsonValue[] = []
    if (this.#skipIf(0x5d)) return array
    const depth = this.#path.length
    this.#path.push(0)
    let index = 0
    do {
      this.#refill()
      this.#path[depth] = index++
      const value = this.#readValue()
      if (this.#isElementKept(value, depth)) array.push(value)
      this.#skipSpace()
    } while (this.#skipIf(COMMA))
    this.#leave(0x5d, '"," or "]"')
    // Arrays that grow have room for more: of the largest documents as much as all the rest.
    return this.#options.leaveOut === undefined ? array : array.slice()
  }

  #enter(): void {
    if (this.#path.length >= this.#maxDepth)
      this.#refuse('json-depth', `at most ${this.#maxDepth} levels`, 'more')
    this.#at++
    this.#skipSpace()
  }

  #leave(close: number, expected: string): void {
    this.#path.pop()
    if (this.#text.charCodeAt(this.#at) !== close) this.#refuse('json-malformed', expected, this.#next())
    this.#at++
  }

  #readString(): string {
    const start = this.#at + 1
    this.#at = start
    while (this.#skipPlain() && this.#extend());
    const text = this.#text
    const at = this.#at
    if (text.charCodeAt(at) !== QUOTE) return this.#readEscapedString(start)
    this.#at = at + 1
    if (this.#isTorn) this.#checkSurrogates(text.slice(start, at), start)
    const value = text.slice(start, at)
    return this.#isKept && this.#options.leaveOut !== undefined ? ownCopy(value) : value
  }

  /** To the first character that does not stand for itself; whether that is the end of the text. */
  #skipPlain(): boolean {
    const text = this.#text
    let at = this.#at
    let code = text.charCodeAt(at)
    // NaN, the end of the text, fails every comparison.
    const near = at + NEAR
    while (code >= 0x20 && code !== QUOTE && code !== BACKSLASH && at < near) code = text.charCodeAt(++at)
    if (at === near) {
      plainPattern.lastIndex = at
      plainPattern.test(text)
      at = plainPattern.lastIndex
    }
    this.#at = at
    return at === text.length
  }

  /** `#at` stands at the first character that is not plain. */
  #readEscapedString(start: number): string {
    let code = this.#code()
    while (code !== QUOTE) {
      if (code === BACKSLASH) this.#skipEscape()
      else if (code >= 0x20) this.#at++
      else this.#refuse('json-malformed', 'a closed string without raw control characters', this.#next())
      code = this.#code()
    }
    this.#at++
    const text = this.#text
    const value: unknown = JSON.parse(text.slice(start - 1, this.#at))
    if (typeof value !== 'string') throw new Error('strict JSON: a string was misread')
    this.#checkSurrogates(value, start)
    // `"\ud83d` and a raw low surrogate: a pair to JSON.parse, but no text.
    if (this.#isTorn) this.#checkSurrogates(text.slice(start, this.#at), start)
    return value
  }

  #checkSurrogates(value: string, start: number): void {
    if (loneSurrogate.test(value))
      this.#refuse('json-lone-surrogate', 'surrogates in pairs', 'one alone', start)
  }

  #skipEscape(): void {
    this.#await(LONGEST_WORD)
    escapePattern.lastIndex = this.#at
    if (!escapePattern.test(this.#text)) this.#refuse('json-malformed', 'an escape of RFC 8259', this.#next())
    this.#at = escapePattern.lastIndex
  }

  #readNumber(): number {
    const start = this.#at
    do {
      this.#await(LONGEST_WORD)
      numberPattern.lastIndex = start
      if (!numberPattern.test(this.#text)) this.#refuse('json-malformed', 'a value', this.#next())
      // Too near to the end of what is there, an exponent may follow.
    } while (numberPattern.lastIndex + LONGEST_WORD > this.#text.length && this.#extend())
    this.#at = numberPattern.lastIndex
    const value = Number(this.#text.slice(start, this.#at))
    if (this.#strictNumbers && Math.abs(value) > Number.MAX_SAFE_INTEGER) {
      this.#refuse(
        'json-unsafe-number',
        'numbers within ±(2^53 - 1)',
        this.#text.slice(start, Math.min(this.#at, start + 40)),
        start,
      )
    }
    return value
  }

  #readWord(word: string, value: JsonValue): JsonValue {
    this.#await(LONGEST_WORD)
    if (!this.#text.startsWith(word, this.#at)) this.#refuse('json-malformed', 'a value', this.#next())
    this.#at += word.length
    return value
  }

  /** Skips the character and the space after it, if it is there. */
  #skipIf(code: number): boolean {
    if (this.#text.charCodeAt(this.#at) !== code) return false
    this.#at++
    if (code === COMMA || code === COLON) this.#skipSpace()
    return true
  }

  #skipSpace(): void {
    let code = this.#text.charCodeAt(this.#at)
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09)
      code = this.#text.charCodeAt(++this.#at)
    if (this.#at === this.#text.length && this.#extend()) this.#skipSpace()
  }

  /** The character here; NaN at the end of the text. */
  #code(): number {
    if (this.#at === this.#text.length) this.#extend()
    return this.#text.charCodeAt(this.#at)
  }

  /** Has so many characters from here on there, if there are as many. */
  #await(characters: number): void {
    while (this.#text.length - this.#at < characters && this.#extend());
  }

  /** More of the text behind what is there, which stays where it is; false at its end. */
  #extend(): boolean {
    // Twice as much each time: a string may be as long as the text.
    const more = this.#pieces?.next(this.#text.length) ?? ''
    this.#text += more
    return more !== ''
  }

  /** Before an element, when little is left: what was read is dropped. Places in the text do not hold across it. */
  #refill(): void {
    if (this.#pieces === undefined || this.#text.length - this.#at >= LOOKAHEAD) return
    const more = this.#pieces.next()
    if (more === '') return
    this.#text = this.#text.slice(this.#at) + more
    this.#at = 0
  }

  #next(): string {
    return this.#at < this.#text.length
      ? quoted(String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0))
      : 'the end'
  }

  #refuse(reason: Reason, expected: string, got: string, at = this.#at): never {
    const offset = this.#pieces === undefined ? at : this.#pieces.read - utf8(this.#text.slice(at)).length
    const pointer = pointerOf(this.#path)
    const place = `${this.#pieces === undefined ? 'character' : 'byte'} ${offset}${pointer === '' ? '' : ` (${pointer})`}`
    throw new Fault(reason, `${this.#subject}: expected ${expected}, got ${got} at ${place}`, {
      pointer,
      facts: { offset },
    })
  }
}

/** Without the text that it was cut from, which engines keep for as long as a longer part of it (V8: from 13 characters). */
export function ownCopy(text: string): string {
  return text.length < 13 ? text : `-${text}`.slice(1)
}

/** 64 levels of indexes fit; of a long key little is repeated. */
const MAX_POINTER = 150

/** RFC 6901, cut if it is too long. */
function pointerOf(path: readonly (string | number)[]): string {
  const pointer = path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
  return pointer.length > MAX_POINTER ? `${pointer.slice(0, MAX_POINTER)}…` : pointer
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}
