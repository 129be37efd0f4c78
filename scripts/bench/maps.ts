/**
 * The verifiable index: how fast the map is made, published, asked, checked and made again, and how large its proofs are.
 *
 * On a machine that is busy otherwise, read the figures in processor time on stderr beside those by the clock.
 */
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { verifierSize } from '../measure/verifier-size.ts'
import { makeBenchLedger, type BenchLedger } from './bench-ledger.ts'
import type { Figures, Note } from './figures.ts'
import { benchMapGrowth } from './map-growth.ts'
import { benchMapSpeed } from './map-speed.ts'
import { benchStatusPublish } from './status-publish.ts'
import { benchVerifyRows } from './verify-rows.ts'

const verifier = fileURLToPath(new URL('../../dist/verify.js', import.meta.url))

const parts = [benchMapGrowth, benchMapSpeed, benchStatusPublish, benchVerifyRows]

/** Each on a ledger of its own, since the size of the map is what most of them depend on. */
export async function benchMaps(_ledger: BenchLedger, note: Note): Promise<Figures> {
  const figures: Record<string, number> = { verifier_gzip_bytes: (await verifierSize(verifier)).gzipped }
  for (const part of parts) {
    const ledger = makeBenchLedger()
    try {
      Object.assign(figures, await part(ledger, (text) => note(`${text} (load ${loadNow()})`)))
    } finally {
      ledger.remove()
    }
  }
  return figures
}

function loadNow(): string {
  return (loadavg()[0] ?? NaN).toFixed(1)
}
