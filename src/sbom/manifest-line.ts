/**
 * Lines of a manifest as text and back (contracts.md 1): the bytes that hashes and proofs are made of, so there is one
 * way to write a line, and a reader that takes no other.
 *
 * Escaping ("%", bytes up to 0x20, and 0x7F) belongs to lines: names and versions in `ManifestLine` are unescaped.
 */
import { sortedBytes } from '../encoding/sorted-bytes.ts'
import { parseUtf8, utf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'

/** The kinds of lines and the extras that each may have, sorted. */
const extrasOfKind = {
  b: [],
  c: [],
  d: [],
  e: ['cluster', 'from', 'until'],
  f: ['of'],
  g: [],
  i: ['of', 'platform'],
  k: [],
  l: [],
  n: ['distro'],
  p: ['arch', 'distro', 'src'],
  s: ['name'],
  t: [],
  v: [],
  w: ['platform'],
} as const satisfies Record<string, readonly string[]>

/**
 * b builder, c CPE, d base image, e environment, f component hash, g source commit, i index of a platform image, k
 * signer, l licence, n component without purl, p component, s subject, t predicate type, v vulnerability of which VEX
 * speaks (folded), w tool.
 */
export type ManifestKind = keyof typeof extrasOfKind

export interface ManifestLine {
  readonly kind: ManifestKind
  readonly name: string
  /** Empty if there is none. */
  readonly version: string
  readonly extras: Readonly<Record<string, string>>
}

const LINE_FEED = 0x0a
/** Some hundred lines: strings of a line may keep the text of their piece. */
const PIECE_BYTES = 64 * 1024

const noExtras: ManifestLine['extras'] = {}

/** Extras without a value are left out. */
export function makeLine(
  kind: ManifestLine['kind'],
  name: string,
  version = '',
  extras = noExtras,
): ManifestLine {
  const stated = Object.entries(extras).filter(([, value]) => value !== '')
  return { kind, name, version, extras: stated.length === 0 ? noExtras : Object.fromEntries(stated) }
}

/** Without a line end. */
export function formatLine(line: ManifestLine): string {
  let text = `${line.kind}\t${escape(line.name)}\t${escape(line.version)}`
  for (const key of Object.keys(line.extras).sort()) text += `\t${key}=${escape(line.extras[key] ?? '')}`
  return text
}

/** @throws Fault `malformed` (`manifest-malformed`) for every text that formatLine does not write */
export function parseLine(text: string): ManifestLine {
  const [kind = '', name = '', version, ...rest] = text.split('\t')
  if (!isKind(kind) || version === undefined) throw malformed('a kind, a name and a version', text)
  const extras = parseExtras(kind, rest, text)
  if (plain.test(text)) return { kind, name, version, extras }
  const line = {
    kind,
    name: unescape(name, text),
    version: unescape(version, text),
    extras: unescapeEach(extras, text),
  }
  // One comparison refuses every other way to escape.
  if (formatLine(line) !== text) throw malformed('a line in its one spelling', text)
  return line
}

/** Still escaped. */
function parseExtras(kind: ManifestKind, fields: readonly string[], text: string): ManifestLine['extras'] {
  if (fields.length === 0) return noExtras
  const extras: Record<string, string> = {}
  let allowed: readonly string[] = extrasOfKind[kind]
  for (const field of fields) {
    const at = field.indexOf('=')
    const key = field.slice(0, Math.max(at, 0))
    const place = allowed.indexOf(key)
    if (place < 0 || at === field.length - 1)
      throw malformed(`the extras of kind ${kind}, each once and in order`, text)
    extras[key] = field.slice(at + 1)
    allowed = allowed.slice(place + 1)
  }
  return extras
}

/** In the order of their bytes, each once. */
export function sortLines(lines: Iterable<ManifestLine>): readonly ManifestLine[] {
  const byText = new Map<string, ManifestLine>()
  for (const line of lines) byText.set(formatLine(line), line)
  const texts = [...byText.keys()]
  // UTF-16 puts surrogate pairs before U+E000, UTF-8 behind it: without them the built-in order, by code units, is right.
  if (texts.some((text) => /[\ud800-\udfff]/.test(text))) texts.sort(compareCodePoints)
  else texts.sort()
  return texts.map((text) => byText.get(text)).filter((line) => line !== undefined)
}

/** Each line ends with a newline; no lines are no bytes. */
export function formatManifest(lines: readonly ManifestLine[]): Uint8Array {
  return utf8(lines.map((line) => `${formatLine(line)}\n`).join(''))
}

/**
 * As `formatManifest` of `sortLines`, of lines that are never all in memory but as bytes: a large SBOM has hundreds of
 * thousands.
 */
export function packManifest(lines: Iterable<ManifestLine>): Uint8Array {
  const sorted = sortedBytes(formattedLines(lines))
  let length = 0
  for (const line of sorted) length += line.length + 1
  const bytes = new Uint8Array(length)
  let at = 0
  for (const line of sorted) {
    bytes.set(line, at)
    at += line.length + 1
    bytes[at - 1] = LINE_FEED
  }
  return bytes
}

function* formattedLines(lines: Iterable<ManifestLine>): Generator<Uint8Array> {
  for (const line of lines) yield utf8(formatLine(line))
}

/** Of what `formatManifest` writes. */
export function countLines(manifest: Uint8Array): number {
  let lines = 0
  for (let at = manifest.indexOf(LINE_FEED); at >= 0; at = manifest.indexOf(LINE_FEED, at + 1)) lines++
  return lines
}

/** As `parseManifest`, some lines at a time, each time that they are asked for. @throws Fault as it does, meanwhile */
export function manifestLines(bytes: Uint8Array): Iterable<ManifestLine> {
  return { [Symbol.iterator]: () => linesInPieces(bytes) }
}

function* linesInPieces(bytes: Uint8Array): Generator<ManifestLine> {
  let before: ManifestLine | undefined
  for (let from = 0; from < bytes.length;) {
    const feed = bytes.indexOf(LINE_FEED, from + PIECE_BYTES)
    const to = feed < 0 ? bytes.length : feed + 1
    const lines = parseManifest(bytes.subarray(from, to))
    const [first] = lines
    if (before !== undefined && first !== undefined) checkOrder(formatLine(before), formatLine(first))
    yield* lines
    before = lines.at(-1)
    from = to
  }
}

function checkOrder(previous: string, next: string): void {
  if (compareCodePoints(previous, next) >= 0) throw malformed('sorted lines, each once', next)
}

/** @throws Fault `malformed` (`manifest-malformed`, `encoding-malformed`), also for lines out of order or twice */
export function parseManifest(bytes: Uint8Array): readonly ManifestLine[] {
  const text = parseUtf8(bytes, 'manifest')
  if (text === '') return []
  if (!text.endsWith('\n')) throw malformed('a newline at the end', text.slice(-100))
  const texts = text.slice(0, -1).split('\n')
  for (const [i, next] of texts.entries()) {
    const previous = texts[i - 1]
    if (previous !== undefined) checkOrder(previous, next)
  }
  return texts.map(parseLine)
}

function isKind(text: string): text is ManifestKind {
  return Object.hasOwn(extrasOfKind, text)
}

/** Everything but printable ASCII without "%", and what lies beyond ASCII. */
const unsafe = /[^!-$&-~\u{80}-\u{10ffff}]/gu

/** A line of which nothing is escaped: nearly all are. */
const plain = /^[!-$&-~\u{80}-\u{10ffff}\t]*$/u

function escape(text: string): string {
  return text.replace(
    unsafe,
    (character) => `%${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}

function unescape(text: string, line: string): string {
  return text.replace(/%(.{0,2})/gsu, (_, digits: string) => {
    if (!/^[0-9A-F]{2}$/.test(digits)) throw malformed('two hex digits behind each "%"', line)
    return String.fromCharCode(Number.parseInt(digits, 16))
  })
}

function unescapeEach(extras: ManifestLine['extras'], line: string): ManifestLine['extras'] {
  return Object.fromEntries(Object.entries(extras).map(([key, value]) => [key, unescape(value, line)]))
}

/** The order of the UTF-8 bytes, which is that of the code points. */
function compareCodePoints(a: string, b: string): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (x !== y) return rank(x) - rank(y)
  }
  return a.length - b.length
}

/** Surrogates stand for code points above all others. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}

function malformed(expected: string, got: string): Fault {
  return new Fault(
    'manifest-malformed',
    `manifest: expected ${expected}, got ${JSON.stringify(got.slice(0, 100))}`,
  )
}
