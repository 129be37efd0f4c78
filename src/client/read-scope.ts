/** Reads rows of deployments, and the scope that a server echoes, from JSON. */
import { treeSize } from '../brand.ts'
import type { DeploymentRow } from '../verify/deployments.ts'
import { aKeyId, anImageDigest } from '../verify/read-answer.ts'
import type { UnknownScope } from '../verify/search-scope.ts'
import { anIndex, counted, flag, listOf, membersOf, orNull, text, type Shape } from '../verify/shape.ts'

export const deploymentRow: Shape<DeploymentRow> = (value, place) => {
  const members = membersOf(value, place)
  const read: DeploymentRow = {
    entry: members.required('entry', anIndex),
    key: members.required('key', aKeyId),
    signer: members.required('signer', text),
    image: members.required('image', anImageDigest),
    name: members.required('name', text),
    revoked: members.required('revoked', flag),
    environment: members.required('environment', text),
    cluster: members.required('cluster', orNull(text)),
    from: members.required('from', text),
    until: members.required('until', orNull(text)),
    endedBy: members.required('endedBy', orNull(anIndex)),
    disputedBy: members.required('disputedBy', listOf(anIndex)),
  }
  members.end()
  return read
}

const aSize = counted(treeSize)

export const unknownScope: Shape<UnknownScope> = (value, place) => {
  const members = membersOf(value, place)
  const read = pickScope({
    repo: members.optional('repo', text),
    platform: members.optional('platform', text),
    environment: members.optional('environment', text),
    deployedAt: members.optional('deployedAt', text),
    recordedAfter: members.optional('recordedAfter', aSize),
    recordedBefore: members.optional('recordedBefore', aSize),
  })
  members.end()
  return read
}

/** What is given alone, in one order. */
export function pickScope(given: {
  readonly [Name in keyof UnknownScope]?: UnknownScope[Name] | undefined
}): UnknownScope {
  const { repo, platform, environment, deployedAt, recordedAfter, recordedBefore } = given
  return {
    ...(repo === undefined ? {} : { repo }),
    ...(platform === undefined ? {} : { platform }),
    ...(environment === undefined ? {} : { environment }),
    ...(deployedAt === undefined ? {} : { deployedAt }),
    ...(recordedAfter === undefined ? {} : { recordedAfter }),
    ...(recordedBefore === undefined ? {} : { recordedBefore }),
  }
}
