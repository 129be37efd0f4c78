/**
 * Trust roots (contracts.md 5; trust.md 3.1): who may sign what, itself an attestation in the log it rules.
 *
 *     {"version": 1, "log": "ledger.example", "admission": "registered", "admins": {"principals": ["admin"], "threshold": 1},
 *      "principals": {"admin": {"keys": ["sha256:…"]}, "ci": {"keys": ["sha256:…"], "kind": "builder"}},
 *      "keys": {"sha256:…": {"spki": "<base64 DER>"}, …},
 *      "grants": [{"to": "admin", "role": "revoke"}, {"to": "ci", "role": "submit", "predicateTypes": ["https://cyclonedx.org/bom*"]}]}
 *
 * A document that says more than this program enforces is refused. Whether a version may follow another is the
 * business of trust/admission.ts, what it allows of trust/grants.ts.
 */
import { attestationId, keyId, type AttestationId, type KeyId } from '../brand.ts'
import { parsePublicKey } from '../crypto/public-key.ts'
import { sha256 } from '../crypto/sha256.ts'
import { parseBase64 } from '../encoding/base64.ts'
import { formatHex } from '../encoding/hex.ts'
import type { JsonObject } from '../encoding/strict-json.ts'
import { utf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'
import {
  documentField,
  elements,
  expectString,
  expectText,
  expectWhole,
  member,
  members,
  refusal,
  refuseOthers,
  unsupported,
  type Field,
} from './field.ts'
import { MAX_PLACE, isPlace } from './deployment.ts'
import { isImagePattern } from './image-scope.ts'
import { DEPLOYMENT, TRUST_ROOT } from './predicate-types.ts'
import { formatStatement, isOnlySubject, type Statement, type Subject } from './statement.ts'
import { isUri } from './uri.ts'

export interface Principal {
  /** Unique within the document; administrators have at least one. */
  readonly keys: readonly KeyId[]
  /** A label, e.g. `builder`; nothing follows from it. */
  readonly kind?: string
}

export type Admission = 'registered' | 'open'

export type Grant =
  /** Predicate types exactly, or as a prefix that ends in `*`; images as image-scope.ts has it, all if left out. */
  | {
      readonly to: string
      readonly role: 'submit'
      readonly predicateTypes: readonly string[]
      readonly images?: readonly string[]
      /** Of deployments alone: only in these, as a deployment names them; all if left out. */
      readonly environments?: readonly string[]
    }
  /** With `images`: only images that somebody else named in that scope (README 2.7, "Scope"). */
  | { readonly to: string; readonly role: 'revoke'; readonly images?: readonly string[] }

/** The predicate as it stands in the JSON. Look names up with `Object.hasOwn`: they are somebody's choice. */
export interface TrustRoot {
  /** Counts from 1. */
  readonly version: number
  /** The attestation id of the version before; absent in version 1 only. */
  readonly previous?: AttestationId
  /** The origin of the log that it rules. */
  readonly log: string
  /** `open`: unregistered signers may submit too; what they say never counts (README 2.7, "Whose SBOM counts"). */
  readonly admission: Admission
  /** `threshold` of them sign the next version, and annul revocations; from 1 to all of them. */
  readonly admins: { readonly principals: readonly string[]; readonly threshold: number }
  readonly principals: Readonly<Record<string, Principal>>
  /** By key id: SPKI DER, base64. */
  readonly keys: Readonly<Record<string, { readonly spki: string }>>
  readonly grants: readonly Grant[]
}

/** The names of every member that the parser reads, per object; the schema has the same (a test holds it). */
export const trustRootMembers = {
  root: ['version', 'previous', 'log', 'admission', 'admins', 'principals', 'keys', 'grants'],
  admins: ['principals', 'threshold'],
  principal: ['keys', 'kind'],
  key: ['spki'],
  submit: ['to', 'role', 'predicateTypes', 'images', 'environments'],
  revoke: ['to', 'role', 'images'],
} as const

/** An origin is a host name (README 2.2); DNS allows 253 characters, a port 6 more. */
const MAX_ORIGIN = 259
/** Every key is parsed whenever a root is read; larger organisations have one principal per system, not per person. */
const MAX_KEYS = 10_000
const MAX_LABEL = 100

// "group:" and the like are kept free for what principals may be named by later.
const principalName = /^[A-Za-z0-9][A-Za-z0-9._@+/-]{0,99}$/

const document = { subject: 'trust root', reason: 'trust-root-unacceptable' } as const

/**
 * The trust root that a statement states, with every rule of contracts.md 5 that can be seen in one document.
 *
 * @throws Fault `unacceptable` (`trust-root-unacceptable`), `unsupported` for what is not enforced yet;
 * `malformed` for an id; as `parsePublicKey` for a key; with a pointer into the statement
 */
export function parseTrustRoot(statement: Statement): TrustRoot {
  const field = documentField(document, statement.predicate, '/predicate')
  const root = readRoot(field)
  checkKeys(root, member(field, 'keys'))
  checkSubjects(statement.subjects, root.log)
  return root
}

function readRoot(field: Field): TrustRoot {
  refuseOthers(field, trustRootMembers.root)
  const version = expectWhole(member(field, 'version'), 1)
  const log = readOrigin(member(field, 'log'))
  const admission = readAdmission(member(field, 'admission'))
  const keys = readKeys(member(field, 'keys'))
  const principals = readPrincipals(member(field, 'principals'), keys)
  const admins = readAdmins(member(field, 'admins'), principals)
  const grants = elements(member(field, 'grants')).map((grant) => readGrant(grant, principals))
  return {
    version,
    ...readPrevious(member(field, 'previous'), version),
    log,
    admission,
    admins,
    principals,
    keys,
    grants,
  }
}

function readPrevious(field: Field, version: number): { readonly previous?: AttestationId } {
  if (version > 1) return { previous: attestationId(expectString(field)) }
  if (field.value !== undefined) throw refusal(field, 'nothing in version 1')
  return {}
}

function readOrigin(field: Field): string {
  const origin = expectText(field, MAX_ORIGIN)
  if (!/^[!-~]+$/.test(origin)) throw refusal(field, 'the origin of a log')
  return origin
}

function readAdmission(field: Field): Admission {
  const admission = expectString(field)
  if (admission === 'registered' || admission === 'open') return admission
  throw unsupported(field, 'an admission other than "registered" and "open"')
}

function readKeys(field: Field): TrustRoot['keys'] {
  const keys = members(field)
  if (keys.length > MAX_KEYS) throw refusal(field, `at most ${MAX_KEYS} keys`)
  return Object.fromEntries(keys.map(([id, key]) => [id, readKey(id, key)]))
}

function readKey(id: string, field: Field): { readonly spki: string } {
  refuseOthers(field, trustRootMembers.key)
  const spki = expectString(member(field, 'spki'))
  const key = parsePublicKey(
    parseBase64(spki, `trust root ${field.pointer}/spki`),
    `trust root ${field.pointer}/spki`,
  )
  if (key.id !== keyId(id)) throw refusal(member(field, 'spki'), `the key with the id ${id}`)
  return { spki }
}

function readPrincipals(field: Field, keys: TrustRoot['keys']): TrustRoot['principals'] {
  return Object.fromEntries(
    members(field).map(([name, principal]) => [name, readPrincipal(name, principal, keys)]),
  )
}

function readPrincipal(name: string, field: Field, keys: TrustRoot['keys']): Principal {
  if (!principalName.test(name)) {
    throw new Fault(
      document.reason,
      `trust root: expected a name of 1 to 100 letters, digits and . _ @ + / -, got ${JSON.stringify(name.slice(0, 100))}`,
      {
        pointer: field.pointer,
      },
    )
  }
  refuseOthers(field, trustRootMembers.principal)
  const ids = elements(member(field, 'keys')).map((id) => readKeyId(id, keys))
  const kind = member(field, 'kind')
  return kind.value === undefined ? { keys: ids } : { keys: ids, kind: expectText(kind, MAX_LABEL) }
}

function readKeyId(field: Field, keys: TrustRoot['keys']): KeyId {
  const id = keyId(expectString(field))
  if (!Object.hasOwn(keys, id)) throw refusal(field, 'a key id under "keys"')
  return id
}

function readAdmins(field: Field, principals: TrustRoot['principals']): TrustRoot['admins'] {
  refuseOthers(field, trustRootMembers.admins)
  const threshold = expectWhole(member(field, 'threshold'), 1)
  const names = elements(member(field, 'principals'))
  if (names.length === 0) throw refusal(member(field, 'principals'), 'at least one administrator')
  if (threshold > names.length)
    throw refusal(member(field, 'threshold'), `at most the ${names.length} administrators there are`)
  return { principals: refuseTwice(names).map((name) => readAdministrator(name, principals)), threshold }
}

function readAdministrator(field: Field, principals: TrustRoot['principals']): string {
  const name = readPrincipalName(field, principals)
  if (principals[name]?.keys.length === 0) throw refusal(field, 'an administrator with a key')
  return name
}

/** @throws Fault at the second of two equal values */
function refuseTwice(fields: readonly Field[]): readonly Field[] {
  const seen = new Set<unknown>()
  for (const field of fields) {
    if (seen.has(field.value)) throw refusal(field, 'each name once')
    seen.add(field.value)
  }
  return fields
}

function readPrincipalName(field: Field, principals: TrustRoot['principals']): string {
  const name = expectString(field)
  if (name.startsWith('group:')) throw unsupported(field, 'a group')
  if (!Object.hasOwn(principals, name)) throw refusal(field, 'a name under "principals"')
  return name
}

function readGrant(field: Field, principals: TrustRoot['principals']): Grant {
  const role = expectString(member(field, 'role'))
  if (role !== 'submit' && role !== 'revoke')
    throw unsupported(member(field, 'role'), `the role ${JSON.stringify(role.slice(0, 100))}`)
  refuseOthers(field, trustRootMembers[role])
  const to = readPrincipalName(member(field, 'to'), principals)
  const scope = readScope(member(field, 'images'))
  if (role === 'revoke') return { to, role, ...scope }
  const predicateTypes = readPatterns(member(field, 'predicateTypes'))
  return {
    to,
    role,
    predicateTypes,
    ...scope,
    ...readEnvironments(member(field, 'environments'), predicateTypes),
  }
}

/** Beside other types they would bound nothing, and look as if they did. */
function readEnvironments(
  field: Field,
  predicateTypes: readonly string[],
): { readonly environments?: readonly string[] } {
  if (field.value === undefined) return {}
  if (predicateTypes.some((type) => type !== DEPLOYMENT))
    throw refusal(field, `"environments" only beside the one predicate type ${DEPLOYMENT}`)
  const environments = elements(field)
  if (environments.length === 0) throw refusal(field, 'at least one environment')
  return { environments: refuseTwice(environments).map(readEnvironment) }
}

function readEnvironment(field: Field): string {
  const environment = expectString(field)
  if (!isPlace(environment))
    throw refusal(field, `an environment: 1 to ${MAX_PLACE} visible characters without spaces around them`)
  return environment
}

function readScope(field: Field): { readonly images?: readonly string[] } {
  if (field.value === undefined) return {}
  const patterns = elements(field)
  if (patterns.length === 0) throw refusal(field, 'at least one image pattern')
  return { images: refuseTwice(patterns).map(readImagePattern) }
}

function readImagePattern(field: Field): string {
  const pattern = expectString(field)
  if (!isImagePattern(pattern))
    throw refusal(field, 'host/path, in which * is one whole part and ** the last, or "**"')
  return pattern
}

function readPatterns(field: Field): string[] {
  const patterns = elements(field)
  if (patterns.length === 0) throw refusal(field, 'at least one predicate type')
  return refuseTwice(patterns).map(readPattern)
}

/** A URI, or the beginning of one and `*`. */
function readPattern(field: Field): string {
  const pattern = expectString(field)
  const prefix = pattern.endsWith('*') ? pattern.slice(0, -1) : pattern
  if (prefix.includes('*')) throw unsupported(field, '"*" anywhere but at the end')
  // Any letters make it a URI, so that the beginning of one can be told from something else.
  const isGood = pattern === prefix ? isUri(pattern) : isUri(`x:${prefix}x`)
  if (!isGood) throw refusal(field, 'a predicate type, or the beginning of one and "*"')
  return pattern
}

/** A key belongs to one principal: whose signature is it otherwise? */
function checkKeys(root: TrustRoot, field: Field): void {
  const owners = new Map<KeyId, string>()
  for (const [name, principal] of Object.entries(root.principals)) {
    for (const id of principal.keys) {
      const other = owners.get(id)
      if (other !== undefined)
        throw refusal(member(field, id), `a key of one principal only, not of ${other} and of ${name}`)
      owners.set(id, name)
    }
  }
  for (const id of Object.keys(root.keys)) {
    if (!owners.has(keyId(id))) throw refusal(member(field, id), 'a key of some principal')
  }
}

function checkSubjects(subjects: readonly Subject[], log: string): void {
  const expected = logSubject(log)
  if (isOnlySubject(subjects, expected)) return
  throw new Fault(
    document.reason,
    `trust root: expected one subject, named ${expected.name}, with the SHA-256 of that name`,
    {
      pointer: '/subject',
    },
  )
}

/** The subject of everything that is said about a log as a whole. */
function logSubject(origin: string): Subject {
  const name = `log:${origin}`
  return { name, digest: { sha256: formatHex(sha256(utf8(name))) } }
}

/**
 * The payload to sign. `parseTrustRoot` refuses it if `root` breaks a rule; signers call that first.
 */
export function trustRootStatement(root: TrustRoot): Uint8Array {
  const { principals, grants, ...rest } = root
  const predicate: JsonObject = {
    ...rest,
    principals: Object.fromEntries(
      Object.entries(principals).map(([name, principal]) => [name, { ...principal }]),
    ),
    grants: grants.map((grant) => ({ ...grant })),
  }
  return formatStatement({ subjects: [logSubject(root.log)], predicateType: TRUST_ROOT, predicate })
}
