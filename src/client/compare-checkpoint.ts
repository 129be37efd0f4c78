/** A checkpoint that somebody kept, compared with what the log shows now. */
import type { Checkpoint } from '../tlog/checkpoint.ts'
import { openTrustedCheckpoint } from '../verify/proven-entry.ts'
import type { CallOptions, Client } from './client.ts'
import { checkContinues, refuseRollback } from './log-memory.ts'

/**
 * That the log continues the kept checkpoint.
 *
 * @param note the kept one, signed
 * @throws Fault `bad-proof`: `log-rolled-back`, `log-forked`, `consistency-proof-invalid`; as `Client.checkpoint`
 */
export async function compareCheckpoint(
  client: Client,
  note: string,
  options: CallOptions = {},
): Promise<{ readonly kept: Checkpoint; readonly shown: Checkpoint }> {
  const kept = { note, checkpoint: openTrustedCheckpoint(note, client.trust.logKey) }
  const shown = await client.checkpoint(options)
  refuseRollback([kept], shown)
  await checkContinues(kept, shown, client.tiles(options))
  return { kept: kept.checkpoint, shown: shown.checkpoint }
}
