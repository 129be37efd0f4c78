/**
 * What an auditor finds after each restart of a ledger that was killed: every root that is published is that of a replay, and
 * both output logs and the log itself continue each checkpoint that was shown before.
 *
 * The replay is the auditor's own, from the first entry on, and goes on from one restart to the next as `log audit --index` does: nothing
 * in it comes from the server's index.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { auditIndex, type IndexAuditOptions, type IndexAuditReport } from '../../src/client/audit-index.ts'
import { Client } from '../../src/client/client.ts'
import type { FirstContact } from '../../src/client/first-contact.ts'
import { memoryPins } from '../../src/client/pins.ts'
import { Unreachable } from '../../src/client/unreachable.ts'
import { Fault } from '../../src/errors.ts'

/** A map is made again within a second; on a machine that is busy otherwise, within the other. */
const BUSY_MS = 20
const MAX_BUSY_MS = 60_000

export interface RestartAudit {
  /** How many restarts were audited to the end. */
  readonly done: number
  /** What is wrong, in words; none if the server went away before it could be asked. */
  run(url: string): Promise<readonly string[]>
}

export function startRestartAudit(trust: FirstContact): RestartAudit {
  const pins = memoryPins()
  let state: Uint8Array | undefined
  let done = 0
  const keep: IndexAuditOptions['keep'] = async (kept, isLast) => {
    if (isLast) state = kept()
  }
  return {
    get done() {
      return done
    },
    async run(url) {
      const client = new Client({ url, ...trust, pins })
      const found = await problemsOf(() => auditIndex(client, { keep, ...(state && { state }) }))
      if (found !== undefined) done++
      return found ?? []
    },
  }
}

/** Undefined if the server went away. */
async function problemsOf(audit: () => Promise<IndexAuditReport>): Promise<readonly string[] | undefined> {
  for (let waited = 0; ; waited += BUSY_MS) {
    try {
      return (await audit()).problems.map(({ where, what }) => `${where}: ${what}`)
    } catch (cause) {
      if (cause instanceof Unreachable) return undefined
      if (!(cause instanceof Fault)) throw cause
      if (cause.class !== 'busy' || waited >= MAX_BUSY_MS) return [`${cause.reason}: ${cause.message}`]
      // It listens before its maps are made again.
      await sleep(BUSY_MS)
    }
  }
}
