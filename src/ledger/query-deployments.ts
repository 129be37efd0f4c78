/**
 * "What ran in production last Tuesday at 16:45?" The index has a key for each environment, each image and the type;
 * what the statements found under it amount to is decided by verify/deployments.ts, the same code that checks the rows.
 */
import { isPlace, MAX_PLACE } from '../attestation/deployment.ts'
import { DEPLOYMENT } from '../attestation/predicate-types.ts'
import { isTime } from '../attestation/revocation.ts'
import { imageDigest, type LogIndex } from '../brand.ts'
import { Fault } from '../errors.ts'
import { environmentKey, predicateTypeKey, subjectKey } from '../map/keys.ts'
import { targetsOf } from '../trust/status.ts'
import {
  deploymentRows,
  entriesOfDeployment,
  type DeploymentRow,
  type DeploymentsAnswer,
  type DeploymentsQuestion,
} from '../verify/deployments.ts'
import { readEntryRows } from './index-rows.ts'
import { DEFAULT_PAGE_ROWS } from './limits.ts'
import type { Asked } from './moment.ts'
import { pageOfList, parseOffsetCursor, type OffsetCursor } from './offset-cursor.ts'
import { listClaims, unregisteredRows } from './unregistered.ts'
import { asOf, coverageOf, provenEntries, revocationEntries, trustRootEntries, type View } from './view.ts'

export interface DeploymentsAsked {
  readonly environment?: string
  readonly image?: string
  readonly time?: string
  readonly limit?: number
  readonly cursor?: string
}

/** @throws Fault `malformed` */
export function askDeployments(asked: DeploymentsAsked): Asked<DeploymentsAnswer> {
  const question = parseDeploymentsQuestion(asked)
  const after = asked.cursor === undefined ? undefined : parseOffsetCursor(question, asked.cursor)
  return {
    answer: (view) => queryDeployments(view, question, asked.limit ?? DEFAULT_PAGE_ROWS, after),
    ...(after === undefined ? {} : { at: after.through }),
  }
}

/** @throws Fault `malformed` (`parameter-malformed`, `digest-malformed`) */
function parseDeploymentsQuestion({ environment, image, time }: DeploymentsAsked): DeploymentsQuestion {
  if (environment !== undefined && !isPlace(environment))
    throw refusal('environment', `expected 1 to ${MAX_PLACE} visible characters`, environment)
  if (time !== undefined && !isTime(time))
    throw refusal('time', 'expected a time in UTC, as 2026-11-17T16:45:00Z', time)
  return {
    ...(environment === undefined ? {} : { environment }),
    ...(image === undefined ? {} : { image: imageDigest(image) }),
    ...(time === undefined ? {} : { time }),
  }
}

function refusal(parameter: string, expected: string, got: string): Fault {
  return new Fault('parameter-malformed', `parameter "${parameter}": ${expected}, got ${got.slice(0, 100)}`, {
    facts: { parameter },
  })
}

async function queryDeployments(
  view: View,
  question: DeploymentsQuestion,
  limit: number,
  after: OffsetCursor | undefined,
): Promise<DeploymentsAnswer> {
  const { through } = view
  const found = await statedEntries(view, question)
  const facts = (await readEntryRows(view.reader, found)).map((row) => row.facts)
  const rows = deploymentRows(question, facts, view.trust, through)
  const page = pageOfList(rows, limit, { asked: question, skip: after?.skip ?? 0, through })
  const strangers = after === undefined ? await unregisteredRows(view, found) : []
  const claims = listClaims(strangers.filter((row) => row.facts.deployment !== undefined))
  const apart = (claims.unregistered?.items ?? []).map((claim) => claim.entry)
  return {
    question,
    ...page,
    ...claims,
    coverage: await coverageOf(view),
    entries: await provenEntries(view, [...(await proofEntries(view, page.items)), ...apart]),
    asOf: asOf(view, through),
    assurance: 'rows',
    notEstablished: ['complete', 'not-revoked', 'times'],
  }
}

/** The entries that may be deployments of what was asked. */
async function statedEntries(
  { reader }: View,
  { environment, image }: DeploymentsQuestion,
): Promise<readonly LogIndex[]> {
  const read = (key: Uint8Array): Promise<readonly LogIndex[]> => reader.postings('components', key)
  const ofImage = image === undefined ? undefined : await read(subjectKey(image))
  const others = await read(
    environment === undefined ? predicateTypeKey(DEPLOYMENT) : environmentKey(environment),
  )
  if (ofImage === undefined) return others
  const wanted = new Set(ofImage)
  return others.filter((index) => wanted.has(index))
}

/** What decides the rows, all trust roots, and the revocations known of any of it. */
async function proofEntries(view: View, items: readonly DeploymentRow[]): Promise<readonly LogIndex[]> {
  const stated = [...new Set(items.flatMap(entriesOfDeployment))]
  const facts = (await readEntryRows(view.reader, stated)).map((row) => row.facts)
  const targets = [...facts.flatMap(targetsOf), ...items.map((row) => `image:${row.image}`)]
  return [...(await trustRootEntries(view)), ...stated, ...(await revocationEntries(view, targets))]
}
