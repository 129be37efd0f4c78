/**
 * Who must have cosigned a checkpoint (https://c2sp.org/tlog-policy), as text:
 *
 *     witness board auditor.example+1234abcd+BA…        a name in this text, and the key (cosignature.ts)
 *     witness uni   audit.uni.example+5678ef01+BB…
 *     group auditors 1 board uni                        or `any`, or `all`
 *     quorum auditors
 *
 * A name can be a member of one group only, and a key has one name: so nobody counts twice. Which log it is about is known from the
 * trust file, so `log` lines are refused, as is `quorum none`.
 */
import { formatHex } from '../encoding/hex.ts'
import { rawEd25519 } from '../crypto/public-key.ts'
import { Fault } from '../errors.ts'
import { parseCosignerKey, type Cosigner } from './cosignature.ts'

/** tlog-policy: 32 witnesses and 32 groups should be possible; a key in base64 has about 60 characters, names may be long. */
const MAX_POLICY_LINES = 100
const MAX_POLICY_CHARS = 20_000

export type Quorum =
  | { readonly kind: 'cosigner'; readonly name: string; readonly cosigner: Cosigner }
  /** At least `needed` of them. */
  | {
      readonly kind: 'group'
      readonly name: string
      readonly needed: number
      readonly members: readonly Quorum[]
    }

export interface Policy {
  /** As written. */
  readonly text: string
  readonly quorum: Quorum
}

/** Whether what these have cosigned is enough. */
export function isMet(quorum: Quorum, hasCosigned: (cosigner: Cosigner) => boolean): boolean {
  if (quorum.kind === 'cosigner') return hasCosigned(quorum.cosigner)
  return quorum.members.filter((member) => isMet(member, hasCosigned)).length >= quorum.needed
}

/** Everybody who can count. */
export function cosignersIn(quorum: Quorum): readonly Cosigner[] {
  return quorum.kind === 'cosigner' ? [quorum.cosigner] : quorum.members.flatMap(cosignersIn)
}

/** @throws Fault `malformed` (`policy-malformed`) with the line; `unsupported` for `log` lines and `quorum none` */
export function parsePolicy(text: string): Policy {
  const lines = text.split('\n')
  if (text.length > MAX_POLICY_CHARS || lines.length > MAX_POLICY_LINES)
    throw new Fault(
      'policy-malformed',
      `policy: expected at most ${MAX_POLICY_LINES} lines of together ${MAX_POLICY_CHARS} characters, got more`,
    )
  const reader: Reader = { names: new Map(), members: new Set(), keys: new Set(), quorum: undefined }
  for (const [at, line] of lines.entries()) {
    const words = line.split(/[ \t]+/).filter((word) => word !== '')
    if (words.length > 0 && words[0]?.startsWith('#') === false) inLine(at + 1, () => readLine(reader, words))
  }
  if (reader.quorum === undefined) throw malformed('a quorum line', 'none')
  return { text, quorum: reader.quorum }
}

interface Reader {
  readonly names: Map<string, Quorum>
  /** Names that are members of a group already. */
  readonly members: Set<string>
  /** Of witnesses, in hex. */
  readonly keys: Set<string>
  quorum: Quorum | undefined
}

function inLine(line: number, read: () => void): void {
  try {
    read()
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    const reason = cause.class === 'unsupported' ? cause.reason : 'policy-malformed'
    throw new Fault(reason, `policy line ${line}: ${cause.message}`, { cause })
  }
}

function readLine(reader: Reader, [kind = '', ...words]: readonly string[]): void {
  switch (kind) {
    case 'witness':
      return readWitness(reader, words)
    case 'group':
      return readGroup(reader, words)
    case 'quorum':
      return readQuorum(reader, words)
    case 'log':
      throw new Fault('unsupported', 'expected no log: which log this is about stands beside the policy')
    default:
      throw malformed('witness, group or quorum', kind)
  }
}

function readWitness(reader: Reader, [name = '', vkey = '', ...rest]: readonly string[]): void {
  // One more word is the address of the witness, which nobody needs here.
  if (vkey === '' || rest.length > 1) throw malformed('witness <name> <key>', `${rest.length + 2} words`)
  const cosigner = parseCosignerKey(vkey)
  const key = formatHex(rawEd25519(cosigner.key))
  if (reader.keys.has(key)) throw malformed('a key once', `the one of ${name} twice`)
  reader.keys.add(key)
  define(reader, { kind: 'cosigner', name, cosigner })
}

function readGroup(reader: Reader, [name = '', threshold = '', ...names]: readonly string[]): void {
  const members = names.map((member) => {
    if (reader.members.has(member)) throw malformed('each name in one group, once', `${member} again`)
    reader.members.add(member)
    return defined(reader, member)
  })
  const needed = threshold === 'all' ? members.length : threshold === 'any' ? 1 : parseThreshold(threshold)
  if (needed < 1 || needed > members.length)
    throw malformed(`any, all or a number from 1 to ${members.length}`, threshold)
  define(reader, { kind: 'group', name, needed, members })
}

function readQuorum(reader: Reader, [name = '', ...rest]: readonly string[]): void {
  if (reader.quorum !== undefined) throw malformed('one quorum line', 'another')
  if (rest.length > 0) throw malformed('one name', `${rest.length + 1}`)
  if (name === 'none')
    throw new Fault('unsupported', 'expected somebody who must have cosigned: leave the policy out for none')
  reader.quorum = defined(reader, name)
}

function define({ names }: Reader, one: Quorum): void {
  if (one.name === 'none' || names.has(one.name)) throw malformed('a new name', one.name)
  names.set(one.name, one)
}

function defined({ names }: Reader, name: string): Quorum {
  const found = names.get(name)
  if (found === undefined) throw malformed('a name that a line before defines', name)
  return found
}

function parseThreshold(text: string): number {
  return /^[1-9]\d?$/.test(text) ? Number(text) : 0
}

function malformed(expected: string, got: string): Fault {
  return new Fault('policy-malformed', `expected ${expected}, got ${got.slice(0, 80)}`)
}
