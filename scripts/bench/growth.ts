/** Restart, memory and audit at 10^4, 10^5 and 10^6 entries. */
import { auditLog } from '../../src/client/audit.ts'
import { Client } from '../../src/client/client.ts'
import type { BenchLedger, BenchServer } from './bench-ledger.ts'
import type { Figures, Note } from './figures.ts'
import { growStoredLog } from './stored-log.ts'

/** Long enough that what is compiled while it runs is a small part of it. */
const AUDITED_EXPONENT = 6

export async function benchGrowth(ledger: BenchLedger, note: Note): Promise<Figures> {
  const by = await ledger.addSigner()
  const figures: Record<string, number> = {}
  for (const exponent of [4, 5, 6]) {
    await growStoredLog(ledger, by, 10 ** exponent, note)
    const server = await ledger.start()
    try {
      figures[`restart_1e${exponent}_s`] = server.startedIn
      figures[`rss_1e${exponent}_mb`] = server.residentMb()
      note(
        `10^${exponent} entries: restart ${server.startedIn.toFixed(2)} s, ${Math.round(server.residentMb())} MB`,
      )
      if (exponent === AUDITED_EXPONENT) figures['audit_entries_per_s'] = await audit(ledger, server, note)
    } finally {
      await server.stop()
    }
  }
  return figures
}

async function audit(ledger: BenchLedger, { url }: BenchServer, note: Note): Promise<number> {
  const { key, trustRoot } = await ledger.trusted(url)
  const began = performance.now()
  const report = await auditLog(new Client({ url, logKey: key, trustRoot }))
  if (report.outcome !== 'sound') throw new Error(`audit: ${JSON.stringify(report.problems.slice(0, 3))}`)
  const speed = report.entries / ((performance.now() - began) / 1000)
  note(`audit: ${Math.round(speed)} entries/s`)
  return speed
}
