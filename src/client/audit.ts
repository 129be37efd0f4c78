/**
 * Audit: replays a whole log over the network and compares everything with its signed checkpoint (README 2.7).
 *
 * Every entry is hashed again, every tile and the root made again from the hashes. `deep` also fetches what was
 * signed and repeats each decision of the sequencer in order: signature, grants, revocations, and that a manifest can be
 * derived. Only the checkpoint's signature is taken from the server, and that is checked against the trust file.
 *
 * Not here: the maps (audit-index.ts), and that others see the same log (witnesses).
 */
import { logIndex } from '../brand.ts'
import type { LogIndex } from '../brand.ts'
import { parseHashedRekord } from '../entry/hashed-rekord.ts'
import type { HashedRekord } from '../entry/hashed-rekord.ts'
import { isKnownForm } from '../entry/known-form.ts'
import type { Checkpoint } from '../tlog/checkpoint.ts'
import { createTrustState } from '../trust/trust-state.ts'
import { asBadProof } from '../verify/bad-proof.ts'
import { checkSigned } from '../verify/proven-entry.ts'
import { checkTrustRoot } from '../verify/trust-replay.ts'
import { attestationOf, auditSigned, startReading } from './audit-signed.ts'
import { attempt, type AuditProblem } from './audit-walk.ts'
import type { CallOptions, Client } from './client.ts'
import { replayLog, startWalk, type LogWalk } from './replay-log.ts'
import { replayedSize, startReplay } from './tile-replay.ts'

export interface AuditOptions extends CallOptions {
  /** Also what was signed: signatures, grants, revocations, manifests. @default false */
  readonly deep?: boolean
  /** Told after each bundle of up to 256 entries. */
  readonly onProgress?: (done: number, total: number) => void
}

export interface AuditReport {
  /** `sound`: everything that was looked at holds. `wrong`: see the problems; the audit stopped at the hundredth. */
  readonly outcome: 'sound' | 'wrong'
  readonly checkpoint: Checkpoint
  /** The signed note: evidence against the log, if the outcome is `wrong`. */
  readonly note: string
  /** Entries and tiles that were compared. */
  readonly entries: number
  readonly tiles: number
  readonly deep: boolean
  readonly problems: readonly AuditProblem[]
}

/**
 * @throws Fault `untrusted` (`wrong-log-key`, `wrong-trust-root`) if it is another log than the trusted one
 * @throws Fault `bad-proof` if the checkpoint does not verify; Unreachable and the server's refusals: no verdict then
 */
export async function auditLog(client: Client, options: AuditOptions = {}): Promise<AuditReport> {
  const { checkpoint, note } = await client.checkpoint(options)
  const problems: AuditProblem[] = []
  const walk = startWalk({ client, options, checkpoint, base: '', name: '', replay: startReplay(), problems })
  const deep = options.deep === true
  const signed = startReading(walk, createTrustState(checkpoint.origin))
  for await (const { from, entries } of replayLog(walk)) {
    const look = deep || from === 0 ? readBody : checkBody
    const bodies = entries.map((entry, i) => look(walk, logIndex(from + i), entry))
    if (from === 0) await compareTrustRoot(walk, bodies[0])
    if (deep) for await (const _ of auditSigned(signed, from, bodies));
    options.onProgress?.(replayedSize(walk.replay), checkpoint.size)
  }
  return {
    outcome: problems.length === 0 ? 'sound' : 'wrong',
    checkpoint,
    note,
    entries: replayedSize(walk.replay),
    tiles: walk.tiles,
    deep,
    problems,
  }
}

/** What an entry says, or a problem noted. */
export function readBody(walk: LogWalk, index: LogIndex, entry: Uint8Array): HashedRekord | undefined {
  const where = `entry ${index}`
  return attempt(walk, where, () => asBadProof('entry-mismatch', where, () => parseHashedRekord(entry)))
}

/** As `readBody`, where nobody asks what the entry says. */
function checkBody(walk: LogWalk, index: LogIndex, entry: Uint8Array): undefined {
  if (!isKnownForm(entry)) readBody(walk, index, entry)
}

/** @throws Fault `untrusted` (`wrong-trust-root`) if entry 0 is another trust root than the trusted one */
export async function compareTrustRoot(walk: LogWalk, body: HashedRekord | undefined): Promise<void> {
  if (body === undefined) return
  const attestation = await attestationOf(walk, logIndex(0), body)
  // The server named it, perhaps for an entry of another tree than this one.
  if (body.algorithm !== 'sha256')
    checkSigned({ index: logIndex(0), attestation, body }, await walk.client.pae(attestation, walk.options))
  checkTrustRoot(attestation, walk.client.trust.trustRoot)
}
