/**
 * Kill −9 again and again (robustness.md F-01): at random moments under load, and at each phase of the commit protocol, that of
 * the maps' output logs too, also while the last death is being recovered from. What was acknowledged or shown is written down
 * outside of the ledger. After each restart all published roots are held against a replay (restart-audit.ts), and in the end everything
 * is verified from the bytes, without what was seen before.
 */
import { parseTarget } from '../../src/attestation/revocation.ts'
import { signStatement } from '../../src/attestation/sign-statement.ts'
import { treeSize, type AttestationId, type LogIndex } from '../../src/brand.ts'
import { Client } from '../../src/client/client.ts'
import type { FirstContact } from '../../src/client/first-contact.ts'
import type { Random, SigningKey } from '../../src/crypto/signing-key.ts'
import { equalBytes } from '../../src/encoding/bytes.ts'
import { checkLedger } from '../../src/ledger/check.ts'
import { rootFromTiles } from '../../src/ledger/commit.ts'
import { publishedIn } from '../../src/ledger/output-log.ts'
import type { MapName, Storage, TreeStore } from '../../src/ledger/ports.ts'
import { outputLogKey } from '../../src/map/output-log.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { openSqliteStorage } from '../../src/storage/sqlite/storage.ts'
import { openCheckpoint } from '../../src/tlog/checkpoint.ts'
import type { VerifierKey } from '../../src/tlog/signed-note.ts'
import type { SubmitAnswer } from '../../src/verify/answer.ts'
import { startRestartAudit, type RestartAudit } from './restart-audit.ts'
import { standBy, type KillableServer, type KillPlace, type Standby } from './kill-server.ts'
import { administratorKey, createRegisteredLedger, foldersIn, stopServer } from './registered-ledger.ts'
import { startServerProcess } from './server-process.ts'
import { digestOf, keys, revocationPayload, sbomPayload } from './test-ledger.ts'

const WRITERS = 8
const MIN_LOAD_MS = 20
const MAX_LOAD_MS = 200
/** A place is passed within a second, and on a machine that is busy otherwise within this; else the kill is a random one. */
const MAX_PLACE_MS = 10_000
/** The count of a place: the first passes are the recovery of the death before. */
const MAX_PASSES = 6
/** A connection breaks a moment before the end of the process is known. */
const GONE_MS = 5_000

const phases = ['append', 'sign', 'publish', 'index', 'append-root', 'sign-root', 'publish-root']
export const places: readonly string[] = phases.flatMap((phase) => [`in-${phase}`, `after-${phase}`])

const maps = ['components', 'status'] as const

export interface CampaignOptions {
  /** An empty one. */
  readonly folder: string
  readonly kills: number
  readonly random: Random
  readonly onKill?: (done: number) => void
}

export interface CampaignReport {
  readonly kills: number
  /** How many of them at each place; `random` under load. */
  readonly killsAt: Readonly<Record<string, number>>
  /** After how many restarts every published root was held against a replay; the others were killed before they listened. */
  readonly audited: number
  readonly acknowledged: number
  readonly entries: number
  /** How many roots of each map were published. */
  readonly roots: Readonly<Record<MapName, number>>
  /** Each a broken promise, in words. */
  readonly broken: readonly string[]
}

interface Campaign extends CampaignOptions {
  readonly trust: FirstContact
  readonly admin: SigningKey
  readonly audit: RestartAudit
  readonly acknowledged: SubmitAnswer[]
  /** Sent, and not answered. */
  readonly unanswered: Uint8Array[]
  /** Checkpoints of the output logs that were shown. */
  readonly shown: Readonly<Record<MapName, Set<string>>>
  readonly killsAt: Record<string, number>
  readonly broken: string[]
}

/** @throws Error if the program ends in another way than by a kill, or refuses what it must take */
export async function runKillCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const trust = await createRegisteredLedger(options.folder)
  const campaign: Campaign = {
    ...options,
    trust,
    admin: await administratorKey(options.folder),
    audit: startRestartAudit(trust),
    acknowledged: [],
    unanswered: [],
    shown: { components: new Set(), status: new Set() },
    killsAt: {},
    broken: [],
  }
  let next = standBy(options.folder)
  for (let round = 0; round < options.kills; round++) {
    const standby = next
    next = standBy(options.folder)
    await runRound(campaign, standby, round)
    options.onKill?.(round + 1)
  }
  next.dispose()
  await settle(campaign)
  const { entries, roots } = await checkStored(campaign)
  const { kills, killsAt, broken, audit } = campaign
  return {
    kills,
    killsAt,
    audited: audit.done,
    acknowledged: campaign.acknowledged.length,
    entries,
    roots,
    broken,
  }
}

/** One life of the server. Every second one ends at a place, the others at any moment. */
async function runRound(campaign: Campaign, standby: Standby, round: number): Promise<void> {
  const place = round % 2 === 0 ? placeOf(campaign.random, round / 2) : undefined
  const server = await standby.go(place)
  const url = await server.url
  if (url !== undefined) await auditRestart(campaign, url, round)
  const load = url === undefined ? undefined : startLoad(campaign, server, url, round)
  const patience = place === undefined ? MIN_LOAD_MS + share(campaign.random) * MAX_LOAD_MS : MAX_PLACE_MS
  const byItself = await within(server.ended, patience)
  server.signal('SIGKILL')
  const { signal, code, stderr } = await server.ended
  await load
  if (signal !== 'SIGKILL') throw new Error(`round ${round}: the server ended with ${code}: ${stderr}`)
  const where = byItself === undefined || place === undefined ? 'random' : place.at
  campaign.killsAt[where] = (campaign.killsAt[where] ?? 0) + 1
}

async function auditRestart({ audit, broken }: Campaign, url: string, round: number): Promise<void> {
  for (const what of await audit.run(url)) broken.push(`after restart ${round}: ${what}`)
}

function placeOf(random: Random, turn: number): KillPlace {
  const count = 1 + Math.floor(share(random) * MAX_PASSES)
  return { at: places[turn % places.length] ?? '', count }
}

/** From 0 to below 1. */
function share(random: Random): number {
  return (random(1)[0] ?? 0) / 256
}

async function startLoad(campaign: Campaign, server: KillableServer, url: string, round: number) {
  const client = new Client({ url, ...campaign.trust })
  const writers = Array.from({ length: WRITERS }, (_, writer) =>
    write(campaign, client, server, `${round}-${writer}`),
  )
  await Promise.all([...writers, publishRoots(campaign, client, server, round)])
}

/** Makes roots follow each other: a revocation publishes one of the status map, and who waits for a size one of the components. */
async function publishRoots(campaign: Campaign, client: Client, server: KillableServer, round: number) {
  for (let n = 0; ; n++) {
    const body = signStatement(revocationOf(campaign, `revoked-${round}-${n}`), campaign.admin)
    let isAcknowledged = false
    try {
      const answer = await client.submit(body)
      isAcknowledged = true
      campaign.acknowledged.push(answer)
      for (const map of maps) await showRoot(campaign, client.url, map, answer.asOf.treeSize)
    } catch (cause) {
      if (!isAcknowledged) campaign.unanswered.push(body)
      if ((await within(server.ended, GONE_MS)) === undefined) throw cause
      return
    }
  }
}

function revocationOf({ trust }: Campaign, image: string): Uint8Array {
  return revocationPayload({
    target: parseTarget(`image:${digestOf(image)}`),
    mode: 'all',
    reason: 'malicious-artifact',
    log: trust.logKey.name,
  })
}

async function showRoot({ shown }: Campaign, url: URL, map: MapName, minSize: number) {
  const headers = { 'content-type': 'application/json' }
  const asked = { method: 'POST', headers, body: JSON.stringify({ minSize }) }
  const response = await fetch(new URL(`index/${map}/lookup`, url), asked)
  const answer = (await response.json()) as { readonly map?: { readonly checkpoint: string } }
  // Nothing is published while the map is made again.
  if (response.status === 503) return
  if (answer.map === undefined) throw new Error(`${map} look-up: ${response.status}`)
  shown[map].add(answer.map.checkpoint)
}

/** Submits one after the other until the server is gone. */
async function write(campaign: Campaign, client: Client, server: KillableServer, name: string) {
  for (let n = 0; ; n++) {
    const packages = ['lodash@4.17.20', `only-${name}@1.0.${n}`]
    const body = signStatement(sbomPayload(`image-${name}-${n}`, packages), keys.ci)
    try {
      campaign.acknowledged.push(await client.submit(body))
    } catch (cause) {
      campaign.unanswered.push(body)
      // Killed under this request: nothing was acknowledged. Anything else is a failure.
      if ((await within(server.ended, GONE_MS)) === undefined) throw cause
      return
    }
  }
}

/** One orderly life: recovery, whatever was not answered is sent again, and the index catches up. */
async function settle(campaign: Campaign): Promise<void> {
  const server = await startServerProcess([], campaign.folder)
  await auditRestart(campaign, server.url, campaign.kills)
  const client = new Client({ url: server.url, ...campaign.trust })
  for (const body of campaign.unanswered) campaign.acknowledged.push(await client.submit(body))
  let status = await client.status()
  while (status.asOf.indexedThrough < status.asOf.treeSize) status = await client.status()
  await stopServer(server)
}

/** Resolves with undefined if it takes longer. */
async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

async function checkStored(campaign: Campaign) {
  await using storage = await openSqliteStorage({ ...foldersIn(campaign.folder), create: false })
  const scratch = openMemoryStorage().index
  const { logKey } = campaign.trust
  const report = await checkLedger(storage, { key: logKey, scratch })
  campaign.broken.push(...report.problems.map(({ where, what }) => `${where}: ${what}`))
  if (report.indexedThrough !== report.entries) campaign.broken.push('the index did not catch up')
  await checkAcknowledged(campaign, storage)
  const acknowledged = campaign.acknowledged.map((answer) => answer.asOf.checkpoint)
  await checkCheckpoints(campaign, storage.log, logKey, acknowledged)
  for (const map of maps)
    await checkCheckpoints(
      campaign,
      storage.outputs[map].store,
      outputLogKey(logKey, map),
      campaign.shown[map],
    )
  const roots = {
    components: await storage.outputs.components.store.size(),
    status: await storage.outputs.status.store.size(),
  }
  if ((await lastSize(storage)) !== report.entries) campaign.broken.push('the component map is not published')
  return { entries: report.entries, roots }
}

/** Of the component map, as it was published last. */
async function lastSize({ outputs }: Storage): Promise<number | undefined> {
  const { store } = outputs.components
  const size = await store.size()
  const [last] = await store.leaves(Math.max(0, size - 1) as LogIndex, size)
  return last && publishedIn(last).size
}

/** What was acknowledged is where it was said to be; what was sent twice is there once. */
async function checkAcknowledged(campaign: Campaign, storage: Storage): Promise<void> {
  const entries = await storage.log.entries(0 as LogIndex, await storage.log.size())
  const indexOf = new Map<AttestationId, LogIndex>()
  for (const { attestation, index } of entries) {
    const before = indexOf.get(attestation)
    if (before !== undefined) campaign.broken.push(`entries ${before} and ${index} are the same`)
    indexOf.set(attestation, index)
  }
  for (const { attestation, signatures } of campaign.acknowledged)
    for (const one of signatures)
      if (!('entry' in one) || indexOf.get(attestation) !== one.entry)
        campaign.broken.push(`lost: ${attestation} is not where it was acknowledged`)
}

/** Every checkpoint that was ever handed out is a state of this very log. */
async function checkCheckpoints(
  { broken }: Campaign,
  store: TreeStore,
  key: VerifierKey,
  notes: Iterable<string>,
): Promise<void> {
  const stored = await store.size()
  for (const note of new Set(notes)) {
    const { size, root } = openCheckpoint(note, key)
    const same = size <= stored && equalBytes(await rootFromTiles(store, treeSize(size)), root)
    if (!same) broken.push(`fork or rollback: another tree of ${key.name} than was shown at size ${size}`)
  }
}
