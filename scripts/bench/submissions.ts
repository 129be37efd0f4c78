/** Submissions over HTTP, and what the same machine does without a ledger. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { auditLog } from '../../src/client/audit.ts'
import { Client } from '../../src/client/client.ts'
import type { SigningKey } from '../../src/crypto/signing-key.ts'
import { stopChild, urlOf } from './bench-ledger.ts'
import type { BenchLedger, BenchServer } from './bench-ledger.ts'
import type { Figures, Note } from './figures.ts'
import { postAll } from './load.ts'
import { provenanceEnvelopes } from './samples.ts'

// Until all that runs for each submission is compiled, which takes processor time from them.
const WARM_UP = 5000
const TOGETHER = 10_000
const ALONE = 300
const ROWS = 2000

export async function benchSubmissions(ledger: BenchLedger, note: Note): Promise<Figures> {
  const key = await ledger.addSigner()
  note('signing envelopes')
  const envelopes = provenanceEnvelopes('together', TOGETHER, key)
  const plain = await plainServer(envelopes)
  note(`Express with no ledger: ${Math.round(plain)}/s`)
  const rows = sqliteRows(join(ledger.data, '..', 'rows.db'), envelopes)
  note(`SQLite, one commit a row: ${Math.round(rows)}/s`)
  const server = await ledger.start()
  try {
    await postAll(server.url, 64, provenanceEnvelopes('warm-up', WARM_UP, key))
    const submitted = await submit(server, envelopes, key, note)
    const deep = await deepAudit(ledger, server)
    note(`deep audit: ${Math.round(deep)} entries/s`)
    return {
      plain_express_per_s: plain,
      plain_sqlite_commits_per_s: rows,
      ...submitted,
      deep_audit_entries_per_s: deep,
    }
  } finally {
    await server.stop()
  }
}

async function submit(
  { url, cpuMs }: BenchServer,
  envelopes: readonly Uint8Array[],
  key: SigningKey,
  note: Note,
): Promise<Figures> {
  const before = cpuMs()
  const together = await postAll(url, 64, envelopes)
  const after = cpuMs()
  note(`64 connections: ${Math.round(together.perSecond)}/s, p99 ${together.p99Ms.toFixed(1)} ms`)
  const alone = await postAll(url, 1, provenanceEnvelopes('alone', ALONE, key))
  note(`one alone: p50 ${alone.p50Ms.toFixed(2)} ms`)
  const envelopesOfMany = provenanceEnvelopes('many', TOGETHER, key)
  // The server takes 1,024 connections and no more: idle ones of before, which it ends after 5 s, must be gone.
  await setTimeout(7000)
  const many = await postAll(url, 1024, envelopesOfMany)
  note(`1,024 connections: ${Math.round(many.perSecond)}/s`)
  return {
    submissions_per_s: together.perSecond,
    submit_p50_ms: together.p50Ms,
    submit_p99_ms: together.p99Ms,
    submit_alone_p50_ms: alone.p50Ms,
    // Processor time of the server for each: what stays the same on a busy machine.
    submit_main_cpu_ms: (after.main - before.main) / together.count,
    submit_server_cpu_ms: (after.all - before.all) / together.count,
    submissions_1024_per_s: many.perSecond,
  }
}

/** The same Express app, with a ledger behind it that says yes at once. */
async function plainServer(envelopes: readonly Uint8Array[]): Promise<number> {
  const path = fileURLToPath(new URL('./plain-server.ts', import.meta.url))
  const child = spawn(process.execPath, ['--conditions=source', '--import', 'tsx/esm', path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const url = await urlOf(child)
    await postAll(url, 64, envelopes.slice(0, WARM_UP))
    return (await postAll(url, 64, envelopes)).perSecond
  } finally {
    await stopChild(child)
  }
}

function sqliteRows(path: string, envelopes: readonly Uint8Array[]): number {
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.exec('CREATE TABLE row (id INTEGER PRIMARY KEY, bytes BLOB)')
  const insert = database.prepare<[Uint8Array]>('INSERT INTO row (bytes) VALUES (?)')
  const began = performance.now()
  for (const envelope of envelopes.slice(0, ROWS)) insert.run(envelope)
  const seconds = (performance.now() - began) / 1000
  database.close()
  return ROWS / seconds
}

async function deepAudit(ledger: BenchLedger, { url }: BenchServer): Promise<number> {
  const { key, trustRoot } = await ledger.trusted(url)
  const began = performance.now()
  const report = await auditLog(new Client({ url, logKey: key, trustRoot }), { deep: true })
  if (report.outcome !== 'sound') throw new Error(`audit: ${JSON.stringify(report.problems.slice(0, 3))}`)
  return report.entries / ((performance.now() - began) / 1000)
}
