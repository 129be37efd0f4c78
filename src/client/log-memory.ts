/**
 * What a client remembers of a log: whatever checkpoint it is shown must continue every one that it has seen before.
 *
 * A smaller one than was known when the question was asked is refused (`log-rolled-back`). For all others the
 * consistency proof is made here, from tiles: the tiles are nobody's word, since the proof has to lead to both signed
 * roots. Where it leads to the new root but to another old one, the log has signed two histories (`log-forked`).
 */
import type { TreeSize } from '../brand.ts'
import { formatHex } from '../encoding/hex.ts'
import { Fault } from '../errors.ts'
import type { Checkpoint } from '../tlog/checkpoint.ts'
import { checkConsistency, proveConsistency, type ConsistencyClaim } from '../tlog/consistency.ts'
import { edgePlaces, edgeRoot } from '../tlog/right-edge.ts'
import { logId, type VerifierKey } from '../tlog/signed-note.ts'
import { tileReader, type TileSource } from '../tlog/tile.ts'
import { openTrustedCheckpoint } from '../verify/proven-entry.ts'
import type { PinStore } from './pins.ts'

/** A checkpoint and the signed note that says it. */
export interface SeenCheckpoint {
  readonly checkpoint: Checkpoint
  readonly note: string
}

export interface LogMemory {
  readonly pins: PinStore
  readonly logKey: VerifierKey
}

/**
 * The checkpoints that are remembered, usually one; none before the first contact.
 *
 * @throws Fault `malformed` (`pin-malformed`) if one cannot be read: nothing could be compared with it
 */
export async function recall({ pins, logKey }: LogMemory): Promise<readonly SeenCheckpoint[]> {
  const notes = await pins.read(formatHex(logId(logKey)))
  return notes.map((note) => ({ note, checkpoint: openPin(note, logKey) }))
}

function openPin(note: string, logKey: VerifierKey): Checkpoint {
  try {
    return openTrustedCheckpoint(note, logKey)
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    throw new Fault('pin-malformed', `remembered checkpoint of ${logKey.name}: ${cause.message}`, {
      hint: 'Find out what damaged it. Without it, this log is met as for the first time.',
      cause,
    })
  }
}

/** The largest size among them; 0 of none. */
function largestSize(seen: readonly SeenCheckpoint[]): number {
  return Math.max(0, ...seen.map((one) => one.checkpoint.size))
}

/**
 * Compares what a log shows with all that is remembered of it, and remembers it.
 *
 * @param known what was remembered when the question was asked: of two answers on their way, either may come first
 * @param readTiles from anybody
 * @throws Fault `bad-proof`: `log-rolled-back`, `log-forked`, or `consistency-proof-invalid` where the tiles prove nothing
 * @throws Fault `untrusted` (`wrong-log-key`); whatever `readTiles` throws
 */
export async function remember(
  memory: LogMemory,
  note: string,
  known: readonly SeenCheckpoint[],
  readTiles: TileSource,
): Promise<void> {
  const shown = { note, checkpoint: openTrustedCheckpoint(note, memory.logKey) }
  refuseRollback(known, shown)
  const seen = await recall(memory)
  for (const one of seen) await checkContinues(one, shown, readTiles)
  if (isKnown(seen, shown.checkpoint.size)) return
  const proven = seen.map((one) => one.note).filter((one) => one !== note)
  await memory.pins.replace(formatHex(logId(memory.logKey)), note, proven)
}

/** @throws Fault `bad-proof` (`log-rolled-back`) if one of `known` is larger */
export function refuseRollback(known: readonly SeenCheckpoint[], shown: SeenCheckpoint): void {
  for (const one of known) if (one.checkpoint.size > shown.checkpoint.size) throw rolledBack(one, shown)
}

/** Whether it adds nothing: a newer one is remembered already, or this one and no other. */
function isKnown(seen: readonly SeenCheckpoint[], size: TreeSize): boolean {
  const largest = largestSize(seen)
  return seen.length > 0 && (largest > size || (largest === size && seen.length === 1))
}

/**
 * That the smaller of two signed trees is the beginning of the larger.
 *
 * @throws Fault as `remember`
 */
export async function checkContinues(
  one: SeenCheckpoint,
  other: SeenCheckpoint,
  readTiles: TileSource,
): Promise<void> {
  const [older, newer] = one.checkpoint.size <= other.checkpoint.size ? [one, other] : [other, one]
  const { size: oldSize, root: oldRoot } = older.checkpoint
  const { size, root } = newer.checkpoint
  const claim = { oldSize, oldRoot, size, root }
  // Nothing to fetch, and no tile could explain two roots.
  if (oldSize === size && formatHex(oldRoot) !== formatHex(root)) throw forked(older, newer)
  if (oldSize === size || oldSize === 0) return checkConsistency(claim, [])
  if ((await judge(claim, readTiles)) === 'forked') throw forked(older, newer)
}

async function judge(claim: ConsistencyClaim, readTiles: TileSource): Promise<'continues' | 'forked'> {
  const { oldSize, size } = claim
  const read = tileReader(size, readTiles)
  try {
    const proof = await proveConsistency(oldSize, size, read)
    if (holds(claim, proof)) return 'continues'
    const hashes = await read(edgePlaces(oldSize))
    // With the old root that the tiles make: if this leads to the signed new root, the tiles are the new tree's own.
    checkConsistency({ ...claim, oldRoot: edgeRoot({ size: oldSize, hashes }) }, proof)
    return 'forked'
  } catch (cause) {
    if (!(cause instanceof Fault) || cause.class !== 'bad-proof') throw cause
    const what = `not proven that the log at size ${size} continues what it was at size ${oldSize}`
    throw new Fault('consistency-proof-invalid', `${what}: ${cause.message}`, { cause })
  }
}

function holds(claim: ConsistencyClaim, proof: readonly Uint8Array[]): boolean {
  try {
    checkConsistency(claim, proof)
    return true
  } catch (cause) {
    if (cause instanceof Fault) return false
    throw cause
  }
}

/** Both notes go with the fault: they are what others can check. */
function rolledBack(known: SeenCheckpoint, shown: SeenCheckpoint): Fault {
  const { origin, size } = known.checkpoint
  return new Fault(
    'log-rolled-back',
    `${origin}: expected at least the ${size} entries that were seen before, got a checkpoint of ${shown.checkpoint.size}`,
    {
      hint: 'Do not rely on it: what was recorded since is hidden. Keep both checkpoints and ask the operator.',
      facts: { remembered: known.note, shown: shown.note },
    },
  )
}

function forked(older: SeenCheckpoint, newer: SeenCheckpoint): Fault {
  const { origin, size } = older.checkpoint
  return new Fault(
    'log-forked',
    `${origin}: the log has signed two histories: at size ${newer.checkpoint.size} its first ${size} entries are others than at size ${size}`,
    {
      hint: 'Do not rely on it. Publish both checkpoints: together they prove it, to anybody.',
      facts: { remembered: older.note, shown: newer.note },
    },
  )
}
