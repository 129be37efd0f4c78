/**
 * Audit of the maps: replays the log and both maps with nothing but the ledger's URL and key, and compares every root that was
 * ever published with the one that the entries give (index.md 6).
 *
 * Three logs are read by the same code: the log itself and both output logs. What is done with each entry is index-replay.ts.
 *
 * Taken from the server: which entries could not be read (key `u`). That was fixed when they were recorded, and follows
 * from nothing.
 */
import { treeSize, type LogIndex, type TreeSize } from '../brand.ts'
import { Fault } from '../errors.ts'
import { unreadableKey } from '../map/keys.ts'
import type { MapName } from '../map/output-log.ts'
import { MANIFEST_VERSION } from '../sbom/manifest.ts'
import { formatVerifierKey } from '../tlog/signed-note.ts'
import { createTrustState } from '../trust/trust-state.ts'
import { startReading } from './audit-signed.ts'
import { parseAuditState } from './audit-state.ts'
import { fetched, noteProblem, type AuditProblem } from './audit-walk.ts'
import type { AuditReport } from './audit.ts'
import type { CallOptions, Client } from './client.ts'
import { explainRoot, type Explained } from './explain-root.ts'
import { IndexReplay, type Maps } from './index-replay.ts'
import { MapAudit } from './map-audit.ts'
import { replayLog, startWalk, type LogWalk } from './replay-log.ts'
import type { Sample } from './sample.ts'
import { replayedSize, startReplay } from './tile-replay.ts'

export interface IndexAuditOptions extends CallOptions {
  /** What was signed is fetched and judged of these alone. @default all */
  readonly sample?: Sample
  /** What `keep` was given by an earlier audit of this log with the same sample: it goes on from there. */
  readonly state?: Uint8Array
  /**
   * Told after each bundle, while nothing is wrong, how to keep what was done so far: at once or not at all. `isLast`
   * if this audit can come no further with what the server has said of its entries.
   */
  readonly keep?: (state: () => Uint8Array, isLast: boolean) => Promise<void>
  /** Told after each bundle of up to 256 entries. */
  readonly onProgress?: (done: number, total: number) => void
}

export interface MapReport {
  /** Published roots that were compared with the ones made again. */
  readonly roots: number
  /** Of the last of them. */
  readonly size: TreeSize
  readonly keys: number
}

export interface IndexAuditReport extends AuditReport {
  readonly maps: Readonly<Record<MapName, MapReport>>
  /** Of how many entries what was signed was looked at: the manifest was derived and compared. */
  readonly derived: number
  readonly sample?: Sample
  /** The entries that could not be read: the server’s word. */
  readonly unreadable: readonly LogIndex[]
  /** Those of them whose manifest follows from what is served now: it came later, or they were hidden. */
  readonly derivable: readonly LogIndex[]
  /** Which entries and keys are behind each wrong root. */
  readonly explained: readonly Explained[]
  /** Checkpoints of another history, as the log signed them: each proves a fork, together with `note`. */
  readonly forks: readonly string[]
  /** The output logs' newest checkpoints, as signed notes: every root in them was compared. */
  readonly published: Readonly<Record<MapName, string>>
}

/**
 * @throws as `auditLog`; Fault `busy` (`map-behind`) if a map is not published
 * @throws Fault `malformed` (`encoding-malformed`) for a state that is damaged or of another audit
 */
export async function auditIndex(client: Client, options: IndexAuditOptions = {}): Promise<IndexAuditReport> {
  const { walk, audit, maps, note, published } = await start(client, options)
  const { checkpoint, problems } = walk
  for await (const bundle of replayLog(walk)) {
    await audit.take(bundle)
    options.onProgress?.(replayedSize(walk.replay), checkpoint.size)
    if (problems.length === 0 && audit.isExact) await options.keep?.(() => audit.state(), audit.isAtEnd)
  }
  for (const map of Object.values(maps)) map.noteRest(checkpoint.size)
  const explained = await explainAll(client, audit, maps, options)
  return {
    outcome: problems.length === 0 ? 'sound' : 'wrong',
    checkpoint,
    note,
    entries: replayedSize(walk.replay),
    tiles: walk.tiles + maps.components.walk.tiles + maps.status.walk.tiles,
    deep: options.sample === undefined,
    problems,
    maps: { components: reportOf(maps.components), status: reportOf(maps.status) },
    derived: audit.derived,
    ...(options.sample && { sample: options.sample }),
    unreadable: audit.unreadable,
    derivable: audit.derivable,
    explained,
    forks: [...maps.components.forks, ...maps.status.forks],
    published,
  }
}

interface Started {
  readonly walk: LogWalk
  readonly audit: IndexReplay
  readonly maps: Maps
  readonly note: string
  readonly published: IndexAuditReport['published']
}

async function start(client: Client, options: IndexAuditOptions): Promise<Started> {
  const about = aboutOf(client, options.sample)
  const kept = options.state && parseAuditState(options.state, about)
  const problems: AuditProblem[] = []
  // In this order: what a map is published of is in the log.
  const outputs = {
    components: await client.maps.checkpoint('components', options),
    status: await client.maps.checkpoint('status', options),
  }
  const newest = await askNewest(
    client,
    { outputSize: outputs.components.checkpoint.size, problems },
    options,
  )
  const { checkpoint, note } = await client.checkpoint(options)
  // Of a newest root that does not hold nothing is taken: then the entries show what is wrong with it.
  const { unreadable, mapped } = newest ?? { unreadable: [], mapped: checkpoint.size }
  if (kept !== undefined && checkpoint.size < kept.replay.size)
    throw rolledBack(kept.replay.size, checkpoint.size)
  const startMap = (map: MapName): Promise<MapAudit> =>
    MapAudit.start(map, {
      client,
      options,
      checkpoint: outputs[map].checkpoint,
      problems,
      ...(kept && { kept: { size: treeSize(kept.replay.size), keys: kept.maps[map] } }),
    })
  const maps = { components: await startMap('components'), status: await startMap('status') }
  const replay = kept?.replay ?? startReplay()
  const walk = startWalk({ client, options, checkpoint, base: '', name: '', replay, problems, cut: mapped })
  const reader = startReading(walk, createTrustState(checkpoint.origin), new Set(unreadable))
  const sampled = options.sample && { sample: options.sample }
  const audit = new IndexReplay({ about, reader, maps, mapped, ...sampled, ...(kept && { kept }) })
  const published = { components: outputs.components.note, status: outputs.status.note }
  return { walk, audit, maps, note, published }
}

/** Which audit a state is of: of this log, by these rules. */
function aboutOf({ trust }: Client, sample: Sample | undefined): string {
  const drawn = sample === undefined ? 'all' : `${sample.share} ${sample.seed}`
  return `${formatVerifierKey(trust.logKey)} ${trust.trustRoot} manifests ${MANIFEST_VERSION} ${drawn}`
}

/**
 * Which entries could not be read, and how far the index reaches at least: manifests are there below. Undefined if that
 * does not hold.
 */
async function askNewest(
  client: Client,
  { outputSize, problems }: { readonly outputSize: TreeSize; readonly problems: AuditProblem[] },
  options: CallOptions,
): Promise<{ readonly unreadable: readonly LogIndex[]; readonly mapped: TreeSize } | undefined> {
  const found = await fetched(() => client.maps.lookUp('components', [unreadableKey], options))
  if ('cause' in found) {
    noteProblem({ problems }, 'components map: newest root', found.cause)
    return undefined
  }
  const { keys, root } = found.value
  if (root.published.size < outputSize)
    throw new Fault(
      'answer-incomplete',
      `components map: expected its newest root, got one before the last published`,
    )
  return { unreadable: keys.postings(unreadableKey), mapped: root.size }
}

function rolledBack(known: number, shown: number): Fault {
  return new Fault(
    'log-rolled-back',
    `log: expected at least the ${known} entries that were audited before, got a checkpoint of ${shown}`,
  )
}

function reportOf({ compared, size, replay }: MapAudit): MapReport {
  return { roots: compared, size, keys: replay.keyCount }
}

async function explainAll(
  client: Client,
  audit: IndexReplay,
  maps: Maps,
  options: CallOptions,
): Promise<readonly Explained[]> {
  const explained: Explained[] = []
  for (const { map, wrong, replay } of [maps.components, maps.status])
    if (wrong !== undefined)
      explained.push(await explainRoot(client, wrong, { map, replay, ...audit.reached(map) }, options))
  return explained
}
