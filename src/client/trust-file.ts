/**
 * The client's trust file (contracts.md 9, interface.md 3.6), in YAML: which logs somebody believes, and by what.
 *
 *     version: 1
 *     logs:
 *       - url: https://ledger.example.com
 *         key: ledger.example.com+8f1e22c4+AR…          the log key (C2SP vkey)
 *         trustRoot: sha256:…                           the attestation in leaf 0
 *         cosigned:                                     who must have cosigned the output logs of both maps; or nobody
 *           policy: |                                   as tlog/policy.ts
 *             witness board auditor.example+…
 *             quorum board
 *           maxAge: 24h                                 an older cosignature does not count; h, m or s; 24h if left out
 *
 * Anything else is refused, never ignored: a rule that this program does not enforce must not look enforced.
 * Finding and keeping the file is the business of cli/.
 */
import { isMap, isScalar, isSeq, LineCounter, parseDocument, stringify } from 'yaml'
import type { Node, YAMLMap } from 'yaml'
import { attestationId } from '../brand.ts'
import type { AttestationId } from '../brand.ts'
import { Fault } from '../errors.ts'
import type { Reason } from '../errors.ts'
import { formatVerifierKey, parseVerifierKey } from '../tlog/signed-note.ts'
import type { VerifierKey } from '../tlog/signed-note.ts'
import { parsePolicy } from '../tlog/policy.ts'
import { createCosignedCheck, type CosignedRule } from '../verify/cosigned.ts'
import type { LogTrust } from '../verify/evidence.ts'
import { baseUrl } from './base-url.ts'

/** A thousand logs of 300 characters. */
const MAX_TRUST_FILE_CHARS = 300_000
/** robustness.md, T4. */
const DEFAULT_MAX_AGE_S = 24 * 3600

export interface TrustedLog {
  /** As written. */
  readonly url: string
  readonly key: VerifierKey
  readonly trustRoot: AttestationId
  /** How the published roots of both maps must be cosigned. @default not at all */
  readonly cosigned?: CosignedRule
}

export interface TrustFile {
  readonly version: 1
  readonly logs: readonly TrustedLog[]
}

/** A node of the document, and how to say where it stands. */
interface Reader {
  readonly lineOf: (node: Node | null | undefined) => number
  readonly name: string
}

/**
 * @param name of the file, for messages: "attestree-trust.yaml:9"
 * @throws Fault `malformed` (`trust-file-malformed`) with the line, for what is no trust file
 * @throws Fault `unsupported` with the line, for a member or a version that this program does not enforce
 */
export function parseTrustFile(text: string, name = 'trust file'): TrustFile {
  if (text.length > MAX_TRUST_FILE_CHARS) {
    throw new Fault(
      'trust-file-malformed',
      `${name}: expected at most ${MAX_TRUST_FILE_CHARS} characters, got ${text.length}`,
    )
  }
  const lines = new LineCounter()
  // Aliases and tags are not needed here, and both can make a small file mean something large or strange.
  const document = parseDocument(text, { lineCounter: lines, schema: 'core', prettyErrors: false })
  const reader: Reader = { name, lineOf: (node) => lines.linePos(node?.range?.[0] ?? 0).line }
  const problem = document.errors[0] ?? document.warnings[0]
  if (problem !== undefined) {
    const what = problem.code === 'MULTIPLE_DOCS' ? 'expected one document' : problem.message.slice(0, 200)
    throw new Fault('trust-file-malformed', `${name}:${lines.linePos(problem.pos[0]).line}: ${what}`)
  }
  return readFile(document.contents, reader)
}

function readFile(contents: Node | null, reader: Reader): TrustFile {
  const top = expectMap(contents, reader, 'version and logs')
  const members = membersOf(top, reader, ['version', 'logs'])
  const version = scalarOf(members.get('version'))
  if (version !== 1)
    throw refuse(
      reader,
      members.get('version') ?? top,
      'unsupported',
      `version: expected 1, got ${shown(version)}`,
    )
  const logs = members.get('logs')
  if (!isSeq<Node>(logs) || logs.items.length === 0) {
    throw refuse(reader, logs ?? top, 'trust-file-malformed', 'logs: expected a list of at least one log')
  }
  return { version: 1, logs: logs.items.map((item) => readLog(item, reader)) }
}

function readLog(node: Node, reader: Reader): TrustedLog {
  const log = expectMap(node, reader, 'a log with url, key and trustRoot')
  const members = membersOf(log, reader, ['url', 'key', 'trustRoot', 'cosigned'])
  const read = textReader(reader, log, members)
  const url = read('url', (text) => (baseUrl(text), text))
  const cosigned = members.get('cosigned')
  return {
    url,
    key: read('key', parseVerifierKey),
    trustRoot: read('trustRoot', attestationId),
    ...(cosigned && { cosigned: readCosigned(cosigned, reader) }),
  }
}

function readCosigned(node: Node, reader: Reader): CosignedRule {
  const rule = expectMap(node, reader, 'policy and maxAge')
  const members = membersOf(rule, reader, ['policy', 'maxAge'])
  const read = textReader(reader, rule, members)
  return {
    policy: read('policy', parsePolicy),
    maxAgeS: members.has('maxAge') ? read('maxAge', parseAge) : DEFAULT_MAX_AGE_S,
  }
}

const UNITS = { h: 3600, m: 60, s: 1 } as const

/** In seconds. */
function parseAge(text: string): number {
  const [, n = '', unit = ''] = /^([1-9]\d{0,5})([hms])$/.exec(text) ?? []
  if (unit === '')
    throw new Fault(
      'trust-file-malformed',
      `expected an age such as 24h, 10m or 90s, got ${text.slice(0, 40)}`,
    )
  return Number(n) * UNITS[unit as keyof typeof UNITS]
}

/** In the largest unit: of seconds a month has more digits than `parseAge` reads. */
function formatAge(seconds: number): string {
  const unit = (['h', 'm', 's'] as const).find((one) => seconds % UNITS[one] === 0) ?? 's'
  return `${seconds / UNITS[unit]}${unit}`
}

/** Reads members that are texts. */
function textReader(
  reader: Reader,
  map: YAMLMap,
  members: ReadonlyMap<string, Node>,
): <T>(name: string, parse: (text: string) => T) => T {
  return (name, parse) => {
    const value = scalarOf(members.get(name))
    const where = members.get(name) ?? map
    if (typeof value !== 'string')
      throw refuse(reader, where, 'trust-file-malformed', `${name}: expected text, got ${shown(value)}`)
    return parseHere(reader, where, () => parse(value))
  }
}

/** A parser's refusal, with our line. */
function parseHere<T>(reader: Reader, node: Node, parse: () => T): T {
  try {
    return parse()
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    const reason = cause.class === 'unsupported' ? cause.reason : 'trust-file-malformed'
    throw new Fault(reason, `${reader.name}:${reader.lineOf(node)}: ${cause.message}`, { cause })
  }
}

function expectMap(node: Node | null, reader: Reader, expected: string): YAMLMap {
  if (isMap(node)) return node
  throw refuse(reader, node, 'trust-file-malformed', `expected ${expected}`)
}

function membersOf(map: YAMLMap, reader: Reader, known: readonly string[]): Map<string, Node> {
  const members = new Map<string, Node>()
  for (const { key, value } of map.items) {
    const name = scalarOf(key)
    const keyNode = isScalar(key) ? key : map
    if (typeof name !== 'string' || !known.includes(name)) {
      throw refuse(reader, keyNode, 'unsupported', `expected only ${known.join(', ')}, got ${shown(name)}`)
    }
    // What is left are aliases: another place of the file would decide.
    if (!isMap(value) && !isSeq(value) && !isScalar(value)) {
      throw refuse(reader, keyNode, 'trust-file-malformed', `${name}: expected a value in this place`)
    }
    members.set(name, value)
  }
  return members
}

function scalarOf(node: unknown): unknown {
  return isScalar(node) ? node.value : undefined
}

function shown(value: unknown): string {
  return value === undefined ? 'something else' : JSON.stringify(value).slice(0, 100)
}

function refuse(reader: Reader, node: Node | null | undefined, reason: Reason, message: string): Fault {
  return new Fault(reason, `${reader.name}:${reader.lineOf(node)}: ${message}`)
}

/** YAML that `parseTrustFile` reads back to the same. */
export function formatTrustFile(file: TrustFile): string {
  const logs = file.logs.map(({ url, key, trustRoot, cosigned }) => ({
    url,
    key: formatVerifierKey(key),
    trustRoot,
    ...(cosigned && { cosigned: { policy: cosigned.policy.text, maxAge: formatAge(cosigned.maxAgeS) } }),
  }))
  return stringify({ version: file.version, logs }, { lineWidth: 0 })
}

/**
 * By what answers and files of a log are judged.
 *
 * @param now milliseconds since 1970: how old cosignatures are
 */
export function trustIn({ key, trustRoot, cosigned }: TrustedLog, now: () => number): LogTrust {
  return { logKey: key, trustRoot, ...(cosigned && { cosigned: createCosignedCheck(cosigned, now) }) }
}
