/**
 * Scopes as JSON, in their one spelling (search-scope.ts says what they admit):
 *
 *     {"repo": "registry.example/shop/*", "platform": "linux/amd64", "allSboms": true,
 *      "environment": "prod", "deployedAt": "2026-11-17T16:45:00Z", "recordedAfter": 120, "recordedBefore": 480}
 */
import { isPlace, MAX_PLACE } from '../attestation/deployment.ts'
import {
  expectString,
  expectText,
  expectWhole,
  member,
  optionalMember,
  refusal,
  refuseOthers,
  type Field,
} from '../attestation/field.ts'
import { readTime } from '../attestation/revocation.ts'
import { treeSize, type TreeSize } from '../brand.ts'
import type { JsonObject } from '../encoding/strict-json.ts'
import type { SearchScope } from './search-scope.ts'

/** With each star the work of matching a name may grow. */
const MAX_GLOB = 256

/** @throws Fault `malformed` with the place, under the reason of the field's document */
export function readScope(field: Field): SearchScope {
  refuseOthers(field, [
    'repo',
    'platform',
    'allSboms',
    'environment',
    'deployedAt',
    'recordedAfter',
    'recordedBefore',
  ])
  const [repo, platform] = [optionalMember(field, 'repo'), optionalMember(field, 'platform')]
  return {
    ...(repo === undefined ? {} : { repo: expectText(repo, MAX_GLOB) }),
    ...(platform === undefined ? {} : { platform: expectText(platform, MAX_GLOB) }),
    ...readAllSboms(optionalMember(field, 'allSboms')),
    ...readPlace(field),
    ...readRecorded(field),
  }
}

/** There or not: `false` would be a second spelling. */
function readAllSboms(field: Field | undefined): Pick<SearchScope, 'allSboms'> {
  if (field === undefined) return {}
  if (field.value !== true) throw refusal(field, 'true, or nothing')
  return { allSboms: true }
}

/** A question that meant "now" by itself would have another answer whenever somebody checks it. */
function readPlace(field: Field): Pick<SearchScope, 'environment' | 'deployedAt'> {
  const [environment, deployedAt] = [
    optionalMember(field, 'environment'),
    optionalMember(field, 'deployedAt'),
  ]
  if (environment === undefined && deployedAt === undefined) return {}
  if (environment === undefined) throw refusal(member(field, 'environment'), 'one beside "deployedAt"')
  if (deployedAt === undefined)
    throw refusal(member(field, 'deployedAt'), 'the time at which it ran there, such as 2026-11-17T16:45:00Z')
  const name = expectString(environment)
  if (!isPlace(name))
    throw refusal(environment, `1 to ${MAX_PLACE} visible characters without spaces around them`)
  return { environment: name, deployedAt: readTime(deployedAt) }
}

function readRecorded(field: Field): Pick<SearchScope, 'recordedAfter' | 'recordedBefore'> {
  const [after, before] = [readSize(field, 'recordedAfter'), readSize(field, 'recordedBefore')]
  if (after !== undefined && before !== undefined && before <= after)
    throw refusal(member(field, 'recordedBefore'), `a size above "recordedAfter" (${after})`)
  return {
    ...(after === undefined ? {} : { recordedAfter: after }),
    ...(before === undefined ? {} : { recordedBefore: before }),
  }
}

function readSize(parent: Field, name: string): TreeSize | undefined {
  const field = optionalMember(parent, name)
  return field === undefined ? undefined : treeSize(expectWhole(field, 0))
}

/** In the order of `readScope`. */
export function formatScope(scope: SearchScope): JsonObject {
  const { repo, platform, allSboms, environment, deployedAt, recordedAfter, recordedBefore } = scope
  return {
    ...(repo === undefined ? {} : { repo }),
    ...(platform === undefined ? {} : { platform }),
    ...(allSboms === undefined ? {} : { allSboms }),
    ...(environment === undefined ? {} : { environment }),
    ...(deployedAt === undefined ? {} : { deployedAt }),
    ...(recordedAfter === undefined ? {} : { recordedAfter }),
    ...(recordedBefore === undefined ? {} : { recordedBefore }),
  }
}
