/**
 * How long our functions and files are (style.md 1 and habit 18), in lines: aim at a median of 12 and a 90th
 * percentile of 35, think at 70; files up to about 300. And how large the verifier is for a browser. Prints figures and
 * decides nothing.
 *
 *     npm run measure [FOLDER…]      src by default
 */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from '@swc/core'
import { verifierSize } from './measure/verifier-size.ts'

interface Length {
  readonly what: string
  readonly lines: number
}

/** The kinds of swc's tree that are a function with a body of its own. */
const functionTypes = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ClassMethod',
  'PrivateMethod',
  'Constructor',
  'MethodProperty',
])

/** Functions shorter than this are expressions with a name; counting them would flatter the median. */
const SHORTEST = 3

interface Span {
  readonly start: number
  readonly end: number
}

function isSpan(value: unknown): value is Span {
  return typeof value === 'object' && value !== null && 'start' in value && 'end' in value
}

/** Spans of all functions below `node`, the outer before the inner. */
function functionSpans(node: unknown): Span[] {
  if (typeof node !== 'object' || node === null) return []
  const own =
    'type' in node && functionTypes.has(String(node.type)) && 'span' in node && isSpan(node.span)
      ? [node.span]
      : []
  return [...own, ...Object.values(node).flatMap(functionSpans)]
}

function functionsOf(path: string, source: Buffer): Length[] {
  // swc counts bytes from the beginning of everything it has parsed in this process: where does this file begin?
  const base = parseSync('', { syntax: 'typescript' }).span.end
  const module = parseSync(source.toString(), { syntax: 'typescript', target: 'es2022' })
  const lineOf = (offset: number): number =>
    source
      .subarray(0, offset - base)
      .toString()
      .split('\n').length
  return functionSpans(module).map(({ start, end }) => ({
    what: `${path}:${lineOf(start)}`,
    lines: lineOf(end) - lineOf(start) + 1,
  }))
}

function report(title: string, lengths: readonly Length[]): void {
  const sorted = lengths.toSorted((a, b) => a.lines - b.lines)
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]?.lines ?? 0
  console.log(`${title}: ${sorted.length}, median ${at(0.5)}, 90th percentile ${at(0.9)}, longest ${at(1)}`)
  for (const { what, lines } of sorted.slice(-8).toReversed())
    console.log(`  ${String(lines).padStart(5)}  ${what}`)
}

const folders = process.argv.length > 2 ? process.argv.slice(2) : ['src']
const paths = folders.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(folder, path)),
)
const sources = paths.map((path) => ({ path, source: readFileSync(path) }))
report(
  'functions',
  sources.flatMap(({ path, source }) => functionsOf(path, source)).filter(({ lines }) => lines >= SHORTEST),
)
report(
  'files',
  sources.map(({ path, source }) => ({ what: path, lines: source.toString().split('\n').length - 1 })),
)

const { minified, gzipped, parts } = await verifierSize('src/verify.ts')
console.log(`attestree/verify in a browser: ${gzipped} bytes gzipped, ${minified} minified`)
for (const [part, bytes] of parts.slice(0, 8)) console.log(`  ${String(bytes).padStart(5)}  ${part}`)
