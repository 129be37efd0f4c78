/**
 * Refusals of a ledger (RFC 9457 problems, contracts.md 7) as the same faults that its own code would throw, so
 * that a caller treats a remote ledger as a local one. A refusal is the server's word: `not-recorded` proves nothing.
 */
import { isObject, optionalMember, parseJson } from '../encoding/strict-json.ts'
import type { JsonObject } from '../encoding/strict-json.ts'
import { Fault, classOfReason } from '../errors.ts'
import type { Reason } from '../errors.ts'
import { Unreachable } from './unreachable.ts'

export interface Refusal {
  readonly status: number
  readonly contentType: string
  /** Of the header `retry-after`, in seconds. */
  readonly retryAfter: string | undefined
  readonly body: Uint8Array
}

/** The problem's own members; all others are the fault's facts. */
const standardMembers: ReadonlySet<string> = new Set([
  'type',
  'title',
  'status',
  'detail',
  'instance',
  'code',
  'pointer',
  'hint',
])

/**
 * What only a client finds out, about an answer or about its own files. A server, or whoever stands in between, could
 * otherwise make an honest log look forked, or a good pin damaged. Of its own records a server may say that they are.
 */
function isFindingOfClients(reason: Reason): boolean {
  if (reason === 'pin-malformed' || reason === 'trust-file-malformed') return true
  if (reason === 'wrong-log-key' || reason === 'wrong-trust-root' || reason === 'unproven') return true
  return classOfReason[reason] === 'bad-proof' && reason !== 'integrity-error'
}

/** Somebody else's text in a message of ours is cut here. */
const MAX_DETAIL = 1000

/** The fault that a refusal says; a plain error if a ledger says none that we know; Unreachable if no ledger answered. */
export function errorOfRefusal(refusal: Refusal, url: string): Error {
  const problem = readProblem(refusal)
  const detail = problem === undefined ? undefined : textOf(problem, 'detail')
  const reason = problem === undefined ? undefined : textOf(problem, 'code')
  if (problem === undefined) {
    return new Unreachable(
      'no-ledger',
      url,
      `${url}: expected a ledger's answer, got status ${refusal.status} without an explanation`,
    )
  }
  if (!isReason(reason)) {
    return new Error(`server: status ${refusal.status}: ${detail ?? reason ?? 'no explanation'}`)
  }
  if (isFindingOfClients(reason)) {
    return new Fault(
      'answer-malformed',
      `answer: expected a refusal by the server, got ${reason}, which only a client can find out`,
    )
  }
  const [pointer, hint] = [textOf(problem, 'pointer'), textOf(problem, 'hint')]
  return new Fault(reason, detail ?? `server: ${reason}`, {
    ...(pointer === undefined ? {} : { pointer }),
    ...(hint === undefined ? {} : { hint }),
    facts: { ...factsOf(problem), ...retryFacts(refusal) },
  })
}

function readProblem({ contentType, body }: Refusal): JsonObject | undefined {
  if (!/^application\/(problem\+)?json\b/.test(contentType)) return undefined
  try {
    const value = parseJson(body, { subject: 'problem' })
    return isObject(value) ? value : undefined
  } catch (cause) {
    // An unreadable explanation of a refusal is still a refusal.
    if (cause instanceof Fault) return undefined
    throw cause
  }
}

function textOf(problem: JsonObject, name: string): string | undefined {
  const value = optionalMember(problem, name)
  return typeof value === 'string' ? value.slice(0, MAX_DETAIL) : undefined
}

function isReason(text: string | undefined): text is Reason {
  return text !== undefined && Object.hasOwn(classOfReason, text)
}

function factsOf(problem: JsonObject): Record<string, string | number | boolean> {
  const facts: [string, string | number | boolean][] = []
  for (const [name, value] of Object.entries(problem)) {
    if (standardMembers.has(name) || typeof value === 'object') continue
    facts.push([name, typeof value === 'string' ? value.slice(0, MAX_DETAIL) : value])
  }
  return Object.fromEntries(facts)
}

function retryFacts({ retryAfter }: Refusal): { retryAfterSeconds?: number } {
  if (retryAfter === undefined || !/^[0-9]{1,6}$/.test(retryAfter)) return {}
  return { retryAfterSeconds: Number(retryAfter) }
}
