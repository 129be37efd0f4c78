/**
 * What ran where: rows of deployments, from what signers stated. Pure, and shared by the server that answers and the
 * client that makes each row again from what was signed.
 *
 * What counts is stated by a registered signer who is granted the type, and not revoked. Of one signer's statements about
 * the same image, environment and cluster, one that is recorded later ends those that begin no later, as of its own
 * beginning; of those that begin with it nothing is left. So a period is ended by stating it again with its end, a wrong
 * end is set right in the same way, and what was stated of other periods stays.
 */
import type { ImageDigest, KeyId, LogIndex, TreeSize } from '../brand.ts'
import { principalOf, revocationsOf, type TrustState } from '../trust/trust-state.ts'
import type { AsOf, Coverage, ProvenEntries, UnregisteredClaims } from './answer.ts'
import { isSha256, type EntryFacts } from './entry-facts.ts'
import { isGood } from './rows.ts'

/** All of them together; none asks for everything. */
export interface DeploymentsQuestion {
  readonly environment?: string
  readonly image?: ImageDigest
  /** RFC 3339, UTC: what ran then, by the signers' claims. */
  readonly time?: string
}

/** One period by one signer. */
export interface DeploymentRow {
  readonly entry: LogIndex
  readonly key: KeyId
  /** The principal's name in the trust root in force at that entry. */
  readonly signer: string
  readonly image: ImageDigest
  /** As the signer names it; empty if it does not. */
  readonly name: string
  /** Whether a live revocation names the image itself. */
  readonly revoked: boolean
  readonly environment: string
  readonly cluster: string | null
  readonly from: string
  /** Null while no end is known. */
  readonly until: string | null
  /** The later statement of the same signer that ended it; null if it states its end itself, or has none. */
  readonly endedBy: LogIndex | null
  /** Only where a time was asked: the newest statement of each other signer by whose word it did not run then. */
  readonly disputedBy: readonly LogIndex[]
}

export interface DeploymentsAnswer {
  readonly question: DeploymentsQuestion
  /** By environment, cluster and beginning. */
  readonly items: readonly DeploymentRow[]
  /** Opaque; absent on the last page. */
  readonly next?: string
  readonly unregistered?: UnregisteredClaims
  readonly coverage: Coverage
  readonly entries: ProvenEntries
  readonly asOf: AsOf
  readonly assurance: 'rows'
  readonly notEstablished: readonly string[]
}

interface Stated {
  readonly entry: LogIndex
  readonly key: KeyId
  readonly signer: string
  readonly image: ImageDigest
  readonly name: string
  readonly environment: string
  readonly cluster: string
  readonly from: string
  readonly until: string
}

interface Period {
  readonly stated: Stated
  readonly until: string | null
  readonly endedBy: LogIndex | null
}

/** @param facts of any entries; others than deployments that count change nothing */
export function deploymentRows(
  question: DeploymentsQuestion,
  facts: readonly EntryFacts[],
  trust: TrustState,
  asOf: TreeSize,
): readonly DeploymentRow[] {
  const stated = facts.flatMap((one) => statedBy(one, trust, asOf)).filter((one) => isAsked(question, one))
  const rows = groupBy(stated, placeOf).flatMap((group) => rowsOfPlace(question, group, trust, asOf))
  return rows.sort(compareRows)
}

function statedBy(facts: EntryFacts, trust: TrustState, asOf: TreeSize): readonly Stated[] {
  const { deployment, index, key } = facts
  const subject = facts.subjects.find((one) => isSha256(one.digest))
  const signer = principalOf(trust, index, key)
  if (deployment === undefined || subject === undefined || signer === undefined) return []
  if (!isSha256(subject.digest) || !isGood(facts, trust, asOf)) return []
  return [{ entry: index, key, signer, image: subject.digest, name: subject.name, ...deployment }]
}

function isAsked({ environment, image }: DeploymentsQuestion, one: Stated): boolean {
  return (
    (environment === undefined || one.environment === environment) &&
    (image === undefined || one.image === image)
  )
}

function placeOf({ image, environment, cluster }: Stated): string {
  return JSON.stringify([image, environment, cluster])
}

function rowsOfPlace(
  { time }: DeploymentsQuestion,
  group: readonly Stated[],
  trust: TrustState,
  asOf: TreeSize,
): readonly DeploymentRow[] {
  const signers = groupBy(group, (one) => one.signer).map((all) => {
    const periods = periodsOf(all)
    const asked = time === undefined ? periods : periods.filter((one) => isWithin(time, one))
    return { all, asked }
  })
  const others = time === undefined ? [] : signers.filter((one) => one.asked.length === 0)
  const disputedBy = others.map(({ all }) => newestOf(all)).sort((a, b) => a - b)
  const [first] = group
  if (first === undefined) return []
  const revoked = revocationsOf(trust, asOf, `image:${first.image}`).length > 0
  return signers.flatMap(({ asked }) => asked.map((period) => rowOf(period, revoked, disputedBy)))
}

/**
 * In the order of their beginnings, each statement is followed by those that begin no earlier: the first of them that was
 * recorded after it ends it. One pass, with those that still wait for theirs on a stack.
 */
function periodsOf(all: readonly Stated[]): readonly Period[] {
  const sorted = [...all].sort((a, b) => ms(a.from) - ms(b.from) || a.entry - b.entry)
  const endings = new Map<Stated, Stated>()
  const waiting: Stated[] = []
  for (const one of sorted) {
    for (let last = waiting.at(-1); last !== undefined && last.entry < one.entry; last = waiting.at(-1)) {
      endings.set(last, one)
      waiting.pop()
    }
    waiting.push(one)
  }
  return sorted.flatMap((stated) => periodOf(stated, endings.get(stated)))
}

function periodOf(stated: Stated, ending: Stated | undefined): readonly Period[] {
  const until = stated.until === '' ? null : stated.until
  if (ending === undefined || (until !== null && ms(until) <= ms(ending.from)))
    return [{ stated, until, endedBy: null }]
  if (ms(ending.from) <= ms(stated.from)) return []
  return [{ stated, until: ending.from, endedBy: ending.entry }]
}

/** The beginning belongs to a period, its end does not. */
function isWithin(time: string, { stated, until }: Period): boolean {
  return ms(stated.from) <= ms(time) && (until === null || ms(time) < ms(until))
}

function ms(time: string): number {
  return Date.parse(time)
}

function newestOf(all: readonly Stated[]): LogIndex {
  return all.reduce((a, b) => (b.entry > a.entry ? b : a)).entry
}

function rowOf(
  { stated, until, endedBy }: Period,
  revoked: boolean,
  disputedBy: readonly LogIndex[],
): DeploymentRow {
  const { entry, key, signer, image, name, environment, cluster, from } = stated
  return {
    entry,
    key,
    signer,
    image,
    name,
    revoked,
    environment,
    cluster: cluster === '' ? null : cluster,
    from,
    until,
    endedBy,
    disputedBy,
  }
}

function groupBy(all: readonly Stated[], keyOf: (one: Stated) => string): readonly (readonly Stated[])[] {
  const groups = new Map<string, Stated[]>()
  for (const one of all) {
    const group = groups.get(keyOf(one))
    if (group === undefined) groups.set(keyOf(one), [one])
    else group.push(one)
  }
  return [...groups.values()]
}

function compareRows(a: DeploymentRow, b: DeploymentRow): number {
  return (
    compareText(a.environment, b.environment) ||
    compareText(a.cluster ?? '', b.cluster ?? '') ||
    ms(a.from) - ms(b.from) ||
    a.entry - b.entry
  )
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** The entries that decide a row. */
export function entriesOfDeployment({ entry, endedBy, disputedBy }: DeploymentRow): readonly LogIndex[] {
  return [entry, ...(endedBy === null ? [] : [endedBy]), ...disputedBy]
}
