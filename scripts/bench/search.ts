/**
 * Searches over HTTP, with 10^6 and 10^7 components of real documents in the index; and how fast real documents are taken.
 *
 * 10^7 takes long to write, so it is a part of its own.
 */
import type { SigningKey } from '../../src/crypto/signing-key.ts'
import { identityOf } from '../../src/sbom/identity.ts'
import { parsePurl, purlName } from '../../src/sbom/purl.ts'
import { signStatement } from '../../src/attestation/sign-statement.ts'
import type { BenchLedger } from './bench-ledger.ts'
import type { Figures, Note } from './figures.ts'
import { postAll } from './load.ts'
import { manyCopies } from './many-copies.ts'
import { storeMany } from './many-sboms.ts'
import { copyOf, realDocuments, type RealDocument } from './real-documents.ts'

const SEARCHES = 400
const LIST = 1000
const LISTS = 9
const INGESTED = 300
const INGEST_CONNECTIONS = 8
const NOTE_EVERY_MS = 10_000

export async function benchSearch(ledger: BenchLedger, note: Note): Promise<Figures> {
  const by = await ledger.addSigner()
  const documents = realDocuments()
  const ingest = await benchIngest(ledger, by, documents, note)
  const searched = await searchAt(ledger, by, { documents, exponent: 6, note })
  return { ingest_docs_per_s: ingest, ...searched }
}

export async function benchLargeSearch(ledger: BenchLedger, note: Note): Promise<Figures> {
  return searchAt(ledger, await ledger.addSigner(), { documents: realDocuments(), exponent: 7, note })
}

/** Documents of median size through the door, until the last one is found. */
async function benchIngest(
  ledger: BenchLedger,
  by: SigningKey,
  documents: readonly RealDocument[],
  note: Note,
): Promise<number> {
  const median = documents[Math.floor(documents.length / 2)]
  if (median === undefined) throw new Error('expected documents')
  const envelopes = Array.from({ length: INGESTED }, (_, i) => signStatement(copyOf(median, 1e6 + i), by))
  const server = await ledger.start()
  try {
    await postAll(server.url, INGEST_CONNECTIONS, envelopes.slice(0, 50))
    const began = performance.now()
    await postAll(server.url, INGEST_CONNECTIONS, envelopes.slice(50))
    await server.indexed()
    const speed = (INGESTED - 50) / ((performance.now() - began) / 1000)
    note(`ingest: ${speed.toFixed(1)} documents/s of ${median.components} components`)
    return speed
  } finally {
    await server.stop()
  }
}

async function searchAt(
  ledger: BenchLedger,
  by: SigningKey,
  {
    documents,
    exponent,
    note,
  }: { readonly documents: readonly RealDocument[]; readonly exponent: number; readonly note: Note },
): Promise<Figures> {
  await prepare(ledger, by, { documents, components: 10 ** exponent, note })
  const server = await ledger.start()
  try {
    // The component map takes memory too, and making it takes a processor.
    await server.proving()
    note(`server started in ${server.startedIn.toFixed(1)} s, ${server.residentMb().toFixed()} MB`)
    const names = namesIn(documents)
    const took: number[] = []
    for (let i = 0; i < SEARCHES; i++) took.push(await timed(() => ask(server.url, pick(names, i * 7919))))
    const lists: number[] = []
    for (let i = 0; i < LISTS; i++) lists.push(await timed(() => list(server.url, names, i)))
    took.sort((a, b) => a - b)
    lists.sort((a, b) => a - b)
    const figures = {
      [`search_1e${exponent}_p50_ms`]: at(took, 0.5),
      [`search_1e${exponent}_p99_ms`]: at(took, 0.99),
      ...(exponent === 6 ? { list_1000_ms: at(lists, 0.5) } : { list_1000_1e7_ms: at(lists, 0.5) }),
      [`rss_1e${exponent}_components_mb`]: server.residentMb(),
    }
    note(JSON.stringify(figures))
    return exponent === 7 ? { ...figures, rss_1e7_mb: server.residentMb() } : figures
  } finally {
    await server.stop()
  }
}

async function prepare(
  ledger: BenchLedger,
  by: SigningKey,
  {
    documents,
    components,
    note,
  }: { readonly documents: readonly RealDocument[]; readonly components: number; readonly note: Note },
): Promise<void> {
  const began = performance.now()
  let due = began + NOTE_EVERY_MS
  const seconds = (): string => ((performance.now() - began) / 1000).toFixed()
  const copies = manyCopies(documents, components, by.publicKey.id)
  const stored = await storeMany(ledger, by, copies, (so) => {
    if (performance.now() < due) return
    due += NOTE_EVERY_MS
    note(`${so.sboms} SBOMs stored, ${((100 * so.components) / components).toFixed()} % after ${seconds()} s`)
  })
  note(`${stored.sboms} SBOMs with ${stored.components} components stored in ${seconds()} s`)
}

/** Every package of the documents, by its purl without version. */
function namesIn(documents: readonly RealDocument[]): readonly string[] {
  const names = documents.flatMap(({ text }) => text.match(/pkg:[^"@?\s]+(?=@)/g) ?? [])
  const keys = names.map((name) => purlName(identityOf(parsePurl(name, { lenient: true }))))
  return [...new Set(keys)].sort()
}

/** A range that half of the versions are in; ten rows, as a person looks at them. */
async function ask(url: string, component: string): Promise<void> {
  const params = new URLSearchParams({ component, range: '<50', limit: '10' })
  const response = await fetch(`${url}/ledger/v1/images?${params}`)
  const body = await response.text()
  if (response.status !== 200) throw new Error(`search: ${response.status} ${body.slice(0, 300)}`)
}

async function list(url: string, names: readonly string[], round: number): Promise<void> {
  const parts = Array.from({ length: LIST }, (_, i) => {
    const key = pick(names, (round * LIST + i) * 104_729)
    return {
      keys: [key],
      type: /^pkg:([^/]+)/.exec(key)?.[1],
      names: 'installed',
      listed: [`${i % 20}1.0.0`],
    }
  })
  const response = await fetch(`${url}/ledger/v1/search`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ parts }),
  })
  const body = await response.text()
  if (response.status !== 200) throw new Error(`list: ${response.status} ${body.slice(0, 300)}`)
}

function pick<T>(values: readonly T[], turn: number): T {
  const value = values[turn % values.length]
  if (value === undefined) throw new Error('expected values')
  return value
}

async function timed(run: () => Promise<void>): Promise<number> {
  const began = performance.now()
  await run()
  return performance.now() - began
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}
