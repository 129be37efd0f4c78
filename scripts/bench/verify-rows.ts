/**
 * How long a complete answer of a thousand rows takes to verify, from what was fetched, in Node. The figure is of the form in which
 * real SBOMs come in such a number, as proven lines of their manifests (index.md 7.4): signed, a thousand of them are beyond what a
 * client takes. Small ones, as here, can come signed too: that is the figure beside it.
 */
import { formatStatement } from '../../src/attestation/statement.ts'
import { Client, type ImagesQuery } from '../../src/client/client.ts'
import { verifiedImages } from '../../src/client/verified-images.ts'
import { sha256 } from '../../src/crypto/sha256.ts'
import { formatHex } from '../../src/encoding/hex.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { verifyImages } from '../../src/verify/evidence.ts'
import type { BenchLedger } from './bench-ledger.ts'
import type { Figures, Note } from './figures.ts'
import { storeSboms } from './stored-sboms.ts'

const ROWS = 1_000
/** Beside the one that is asked for. */
const OTHERS = 20
const ROUNDS = 7

export async function benchVerifyRows(ledger: BenchLedger, note: Note): Promise<Figures> {
  const by = await ledger.addSigner()
  await storeSboms(
    ledger,
    by,
    Array.from({ length: ROWS }, (_, image) => listing(image)),
    note,
  )
  const server = await ledger.start()
  try {
    await server.indexed()
    const { key, trustRoot } = await ledger.trusted(server.url)
    const client = new Client({ url: server.url, logKey: key, trustRoot })
    const page = { component: 'pkg:npm/shared@1.0.0', limit: ROWS, proof: 'complete' } as const
    const whole = { component: page.component, proof: 'complete', whole: true } as const
    const signed = await measure(client, page)
    const lines = await measure(client, whole)
    note(
      `verify ${ROWS} rows by what was signed: ${described(signed)}; by lines of manifests: ${described(lines)}`,
    )
    return {
      verify_1000_rows_ms: lines.clock,
      verify_1000_rows_cpu_ms: lines.cpu,
      verify_1000_rows_signed_ms: signed.clock,
      verify_1000_rows_signed_cpu_ms: signed.cpu,
    }
  } finally {
    await server.stop()
  }
}

interface Took {
  readonly clock: number
  readonly cpu: number
}

function described({ clock, cpu }: Took): string {
  return `${clock.toFixed(0)} ms, ${cpu.toFixed(0)} ms of processor time`
}

/** The median round. */
async function measure(client: Client, query: ImagesQuery): Promise<Took> {
  const { answer, pae, report } = await verifiedImages(client, query)
  if (report.complete === undefined || answer.items.length !== ROWS)
    throw new Error(`expected a complete answer of ${ROWS} rows, got ${answer.items.length}`)
  const took = Array.from({ length: ROUNDS }, () => {
    const [began, cpu] = [performance.now(), process.cpuUsage()]
    verifyImages({ question: answer.question, answer, pae }, client.trust)
    const { user, system } = process.cpuUsage(cpu)
    return { clock: performance.now() - began, cpu: (user + system) / 1000 }
  }).sort((a, b) => a.clock - b.clock)
  const median = took[Math.floor(ROUNDS / 2)]
  if (median === undefined) throw new Error('expected rounds')
  return median
}

function listing(image: number): Uint8Array {
  const name = `registry.test/listing-${image}`
  const packages = [
    'shared@1.0.0',
    ...Array.from({ length: OTHERS }, (_, i) => `package-${(image * 7 + i) % 500}@1.${i}.0`),
  ]
  return formatStatement({
    subjects: [{ name, digest: { sha256: formatHex(sha256(utf8(name))) } }],
    predicateType: 'https://cyclonedx.org/bom',
    predicate: {
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      version: 1,
      metadata: { tools: [{ name: 'bench', version: '1' }] },
      components: packages.map((one) => ({
        type: 'library',
        name: one.split('@')[0] ?? one,
        purl: `pkg:npm/${one}`,
      })),
    },
  })
}
