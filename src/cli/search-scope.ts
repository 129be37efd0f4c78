/** Flags that say which images a search is about, and which of their SBOMs; what is asked is always told in sizes and times. */
import { Option, type Command } from 'commander'
import { isPlace, MAX_PLACE } from '../attestation/deployment.ts'
import { treeSize, type TreeSize } from '../brand.ts'
import type { Client } from '../client/client.ts'
import type { SearchScope } from '../verify/search-scope.ts'
import { parseTime } from './parse-time.ts'
import { sizeAtTime } from './size-at-time.ts'
import { systemClock } from './system-clock.ts'
import { visible, type Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'

export interface ScopeFlags {
  readonly repo?: string
  readonly platform?: string
  readonly allSboms?: true
  readonly environment?: string
  readonly deployedAt?: string
  readonly recordedAfter?: string
  readonly recordedBefore?: string
}

/** As commander names them. */
export const SCOPE_FLAGS = [
  'repo',
  'platform',
  'allSboms',
  'environment',
  'deployedAt',
  'recordedAfter',
  'recordedBefore',
] as const satisfies readonly (keyof ScopeFlags)[]

export function withScopeFlags(command: Command): Command {
  return command
    .addOption(new Option('--repo <GLOB>', 'only images kept there; * stands for anything'))
    .addOption(new Option('--platform <OS/ARCH>', 'only SBOMs of this platform, or that do not say theirs'))
    .addOption(
      new Option('--all-sboms', 'older SBOMs count too, not only the newest of each signer and tool'),
    )
    .addOption(new Option('--environment <NAME>', 'only images that run there, as signers recorded'))
    .addOption(new Option('--deployed-at <TIME>', 'with --environment: that ran there then (default: now)'))
    .addOption(new Option('--recorded-after <SIZE|TIME>', 'only SBOMs recorded since the log had that size'))
    .addOption(new Option('--recorded-before <SIZE|TIME>', 'only SBOMs recorded before that'))
}

/**
 * All that can be said without asking the ledger: a size that is given as a time is left out.
 *
 * @throws UsageError for what is no scope
 */
export function scopeOf(flags: ScopeFlags): SearchScope {
  const { repo, platform, allSboms } = flags
  if (platform !== undefined && !/^[a-z0-9]+\/[a-z0-9]+$/.test(platform))
    throw new UsageError(
      `--platform: expected OS/ARCH such as linux/amd64, got ${platform.slice(0, 100)}`,
      'A variant such as v8 is left out: linux/arm64.',
    )
  return {
    ...(repo === undefined ? {} : { repo }),
    ...(platform === undefined ? {} : { platform }),
    ...(allSboms === undefined ? {} : { allSboms }),
    ...placeOf(flags),
    ...sizesOf(boundsOf(flags)),
  }
}

function placeOf({ environment, deployedAt }: ScopeFlags): Pick<SearchScope, 'environment' | 'deployedAt'> {
  if (environment === undefined) {
    if (deployedAt !== undefined) throw new UsageError('--deployed-at goes with --environment')
    return {}
  }
  if (!isPlace(environment))
    throw new UsageError(`--environment: expected 1 to ${MAX_PLACE} visible characters`)
  return { environment, deployedAt: parseTime('--deployed-at', deployedAt ?? 'now', systemClock.now()) }
}

/** A tree size, or a time (RFC 3339, UTC) whose size the ledger tells. */
type Bound = TreeSize | { readonly time: string }

interface Bounds {
  readonly recordedAfter?: Bound
  readonly recordedBefore?: Bound
}

function boundsOf({ recordedAfter: after, recordedBefore: before }: ScopeFlags): Bounds {
  return {
    ...(after === undefined ? {} : { recordedAfter: parseBound('--recorded-after', after) }),
    ...(before === undefined ? {} : { recordedBefore: parseBound('--recorded-before', before) }),
  }
}

function parseBound(flag: string, text: string): Bound {
  if (/^\d{1,15}$/.test(text)) return treeSize(Number(text))
  return { time: parseTime(flag, text, systemClock.now()) }
}

function sizesOf({ recordedAfter, recordedBefore }: Bounds): Partial<Record<keyof Bounds, TreeSize>> {
  const sizes = {
    ...(typeof recordedAfter === 'number' ? { recordedAfter } : {}),
    ...(typeof recordedBefore === 'number' ? { recordedBefore } : {}),
  }
  if (
    typeof recordedAfter === 'number' &&
    typeof recordedBefore === 'number' &&
    recordedBefore <= recordedAfter
  )
    throw new UsageError(
      `--recorded-before: expected a size above ${recordedAfter} (--recorded-after), got ${recordedBefore}`,
    )
  return sizes
}

/** The whole scope. Which size a time is, is the server's word, and told: the question has the size. */
export async function askedScope(
  client: Client,
  flags: ScopeFlags,
  terminal: Terminal,
): Promise<SearchScope> {
  const sizes = { ...boundsOf(flags) }
  for (const name of ['recordedAfter', 'recordedBefore'] as const) {
    const bound = sizes[name]
    if (bound === undefined || typeof bound === 'number') continue
    const size = await sizeAtTime(client, Date.parse(bound.time))
    terminal.note(`${bound.time} is size ${size} of the log, by the server’s word.`)
    sizes[name] = size
  }
  return { ...scopeOf(flags), ...sizesOf(sizes) }
}

/** The same scope as of the clock, where no time was given. */
export function scopeNow(scope: SearchScope, flags: ScopeFlags): SearchScope {
  return { ...scope, ...placeOf(flags) }
}

/** ` in registry.example/shop for linux/amd64 that ran in prod at …, by SBOMs recorded after size 120`; nothing of all images. */
export function scopeText(scope: SearchScope): string {
  const { repo, platform, environment, deployedAt } = scope
  return [
    repo === undefined ? '' : ` in ${visible(repo)}`,
    platform === undefined ? '' : ` for ${visible(platform)}`,
    environment === undefined ? '' : ` that ran in ${visible(environment)} at ${deployedAt}`,
    sbomsText(scope),
  ].join('')
}

function sbomsText({ allSboms, recordedAfter, recordedBefore }: SearchScope): string {
  const times = [
    ...(recordedAfter === undefined ? [] : [`after size ${recordedAfter}`]),
    ...(recordedBefore === undefined ? [] : [`before size ${recordedBefore}`]),
  ]
  if (allSboms === undefined && times.length === 0) return ''
  const recorded = times.length === 0 ? '' : ` recorded ${times.join(' and ')}`
  return `, by ${allSboms === undefined ? '' : 'all their '}SBOMs${recorded}`
}
