/**
 * Deployments: that an image runs, or ran, in an environment. No control statement: it is about an image, whoever is
 * granted its type may make it, and it can be revoked as any other.
 *
 *     {"environment": "prod", "cluster": "eu-1", "from": "2026-11-17T08:00:00Z", "until": "2026-11-20T10:30:00Z"}
 *
 * One image each, so that one may end without the others. Times are the signer's claims. What several statements amount
 * to is the business of verify/deployments.ts.
 */
import { isObject, type JsonObject } from '../encoding/strict-json.ts'
import { Fault } from '../errors.ts'
import {
  documentField,
  expectString,
  expectText,
  member,
  refusal,
  refuseOthers,
  type Field,
} from './field.ts'
import type { ImageReference } from './image.ts'
import { DEPLOYMENT } from './predicate-types.ts'
import { readTime } from './revocation.ts'
import { formatStatement, type Statement } from './statement.ts'

export interface Deployment {
  /** As written: compared by its characters. */
  readonly environment: string
  /** Part of the environment, where it has several. */
  readonly cluster?: string
  /** Claimed: RFC 3339, UTC. */
  readonly from: string
  /** As `from`, and after it. Absent: no end is known. */
  readonly until?: string
  /** For people. */
  readonly note?: string
}

/** The names of every member that the parser reads; the schema has the same (a test holds it). */
export const deploymentMembers = ['environment', 'cluster', 'from', 'until', 'note'] as const

/** Names of environments and clusters, URIs too, are shorter; each is part of a key of the index. */
export const MAX_PLACE = 200
/** As the detail of a revocation (trust.md 2.2). */
const MAX_NOTE = 2_000

const document = { subject: 'deployment', reason: 'predicate-unacceptable' } as const

/**
 * @throws Fault `unacceptable` (`predicate-unacceptable`), `unsupported` for members that are not read, with a pointer
 * into the statement
 */
export function parseDeployment(statement: Statement): Deployment {
  const field = documentField(document, statement.predicate, '/predicate')
  refuseOthers(field, deploymentMembers)
  const [cluster, note] = [member(field, 'cluster'), member(field, 'note')]
  if (statement.subjects.length !== 1)
    throw new Fault(
      document.reason,
      `deployment: expected one image, got ${statement.subjects.length} at /subject`,
      { pointer: '/subject', hint: 'Make a statement for each image: each may end by itself.' },
    )
  return {
    environment: readPlace(member(field, 'environment')),
    ...(cluster.value === undefined ? {} : { cluster: readPlace(cluster) }),
    ...readPeriod(member(field, 'from'), member(field, 'until')),
    ...(note.value === undefined ? {} : { note: expectText(note, MAX_NOTE) }),
  }
}

function readPeriod(from: Field, until: Field): Pick<Deployment, 'from' | 'until'> {
  const begin = readTime(from)
  if (until.value === undefined) return { from: begin }
  const end = readTime(until)
  if (Date.parse(end) <= Date.parse(begin)) throw refusal(until, `a time after "from" (${begin})`)
  return { from: begin, until: end }
}

/** The environment that a deployment names, on which the right to make it depends; empty, which no grant names, if none. */
export function environmentOf({ predicateType, predicate }: Statement): string | undefined {
  if (predicateType !== DEPLOYMENT) return undefined
  const environment = isObject(predicate) ? predicate['environment'] : undefined
  return typeof environment === 'string' ? environment : ''
}

/** What nobody could tell from another by looking at it is refused. */
function readPlace(field: Field): string {
  const text = expectString(field)
  if (isPlace(text)) return text
  throw refusal(field, `1 to ${MAX_PLACE} visible characters without spaces around them`)
}

/** Whether a text can name an environment or a cluster. */
export function isPlace(text: string): boolean {
  return text !== '' && text.length <= MAX_PLACE && text.trim() === text && !/[\p{C}\p{Zl}\p{Zp}]/u.test(text)
}

/** The payload to sign. `parseDeployment` refuses it if `deployment` breaks a rule; signers call that first. */
export function deploymentStatement({ name, digest }: ImageReference, deployment: Deployment): Uint8Array {
  const predicate: JsonObject = { ...deployment }
  return formatStatement({
    subjects: [{ name, digest: { sha256: digest.slice('sha256:'.length) } }],
    predicateType: DEPLOYMENT,
    predicate,
  })
}
