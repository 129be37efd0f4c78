/**
 * The largest documents: what an SBOM of 64 MiB takes of the server's memory, and how long it keeps others waiting.
 *
 * Each format has a server of its own. Another process asks `GET /livez` every 10 ms meanwhile, until the index has the
 * entry: the longest answer bounds how long the server's event loop stood still (and what the machine was busy with).
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { signStatement } from '../../src/attestation/sign-statement.ts'
import type { SigningKey } from '../../src/crypto/signing-key.ts'
import type { BenchLedger } from './bench-ledger.ts'
import type { Figures, Note } from './figures.ts'
import { postAll } from './load.ts'
import { largeCycloneDx, largeSpdx } from './samples.ts'

/** README 2.7: the largest payload. */
const DOCUMENT_BYTES = 64 * 1024 * 1024

export async function benchIntake(ledger: BenchLedger, note: Note): Promise<Figures> {
  const key = await ledger.addSigner()
  const figures: Record<string, number> = {}
  for (const [format, document] of [
    ['cyclonedx', largeCycloneDx],
    ['spdx', largeSpdx],
  ] as const) {
    const { idleMb, peakMb, seconds, blockMs, indexedSeconds } = await measure(ledger, document, key)
    note(
      `${format}: idle ${idleMb.toFixed()} MB, peak ${peakMb.toFixed()} MB, answered in ${seconds.toFixed(1)} s,`,
    )
    note(`  indexed in ${indexedSeconds.toFixed(1)} s, others waited ${blockMs.toFixed(1)} ms at most`)
    figures[`${format}_64mib_rss_mb`] = peakMb
    figures[`${format}_64mib_block_ms`] = blockMs
    figures[`${format}_64mib_s`] = seconds
  }
  const worst = (unit: string): number =>
    Math.max(figures[`cyclonedx_64mib_${unit}`] ?? NaN, figures[`spdx_64mib_${unit}`] ?? NaN)
  return { ...figures, sbom_64mib_rss_mb: worst('rss_mb'), sbom_64mib_block_ms: worst('block_ms') }
}

interface Measured {
  readonly idleMb: number
  readonly peakMb: number
  readonly seconds: number
  readonly indexedSeconds: number
  readonly blockMs: number
}

async function measure(
  ledger: BenchLedger,
  document: (bytes: number) => Uint8Array,
  key: SigningKey,
): Promise<Measured> {
  const envelope = signStatement(document(DOCUMENT_BYTES), key)
  const server = await ledger.start()
  try {
    await setTimeout(1000)
    const idleMb = server.residentMb()
    const pinger = spawn(
      process.execPath,
      [fileURLToPath(new URL('./pinger.mjs', import.meta.url)), server.url],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    )
    await once(pinger.stdout, 'data')
    const began = performance.now()
    await postAll(server.url, 1, [envelope])
    const seconds = (performance.now() - began) / 1000
    await server.indexed()
    const indexedSeconds = (performance.now() - began) / 1000
    const said = once(pinger.stdout, 'data')
    pinger.stdin.end()
    const [longest] = await said
    return { idleMb, peakMb: server.peakMb(), seconds, indexedSeconds, blockMs: Number(String(longest)) }
  } finally {
    await server.stop()
  }
}
