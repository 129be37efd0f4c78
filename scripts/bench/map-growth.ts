/** What the component map costs at 10^4, 10^5 and 10^6 keys: restart, memory, proofs, and all versions of a package over HTTP. */
import { runInNewContext } from 'node:vm'
import { setFlagsFromString } from 'node:v8'
import { logIndex, treeSize } from '../../src/brand.ts'
import { sha256 } from '../../src/crypto/sha256.ts'
import { formatBase64 } from '../../src/encoding/base64.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { loadComponentMap } from '../../src/ledger/component-map.ts'
import type { Posting, Storage } from '../../src/ledger/ports.ts'
import { componentKey, componentPrefix } from '../../src/map/keys.ts'
import { proveKey } from '../../src/map/trie-proof.ts'
import type { MapVersion } from '../../src/map/trie.ts'
import { openSqliteStorage } from '../../src/storage/sqlite/storage.ts'
import type { BenchLedger } from './bench-ledger.ts'
import type { Figures, Note } from './figures.ts'
import { growStoredLog } from './stored-log.ts'

const KEYS_PER_ENTRY = 100
const ENTRIES_AT_ONCE = 1_000
const VERSIONS = 20
const PROOFS = 20_000
const LOOK_UPS = 400
/** The first ones are answered by code that is not compiled yet. */
const WARM_UP = 100

export async function benchMapGrowth(ledger: BenchLedger, note: Note): Promise<Figures> {
  const by = await ledger.addSigner()
  const figures: Record<string, number> = {}
  for (const exponent of [4, 5, 6]) {
    const keys = 10 ** exponent
    await growStoredLog(ledger, by, keys / KEYS_PER_ENTRY, note, postKeys)
    // Publishes what came since, so that the next start is of a map at rest.
    await (await startProving(ledger)).stop()
    const made = { ...(await inMemory(ledger, keys)), ...(await overHttp(ledger, keys)) }
    for (const [name, value] of Object.entries(made)) figures[nameAt(name, exponent)] = value
    note(
      `10^${exponent} keys: ${JSON.stringify(made, (_, value) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value))}`,
    )
  }
  return figures
}

/** The names say nothing of the size where there is one that counts. */
function nameAt(name: string, exponent: number): string {
  if (name.includes('1eN')) return name.replace('1eN', `1e${exponent}`)
  return exponent === 6 ? name : `${name}_1e${exponent}`
}

function packageOf(key: number): string {
  return `pkg:npm/package-${Math.floor(key / VERSIONS)}`
}

function keyAt(key: number): Uint8Array {
  return componentKey(packageOf(key), `1.${key % VERSIONS}.0`)
}

/** From where the index is: each entry lists a hundred components that no other one lists. */
async function postKeys({ index }: Storage, size: number): Promise<void> {
  let { through } = await index.read((reader) => reader.position())
  while (through < size) {
    const to = treeSize(Math.min(through + ENTRIES_AT_ONCE, size))
    const entries = Array.from({ length: to - through }, (_, i) => logIndex(through + i))
    const manifests = entries.map((entry) => ({ index: entry, lines: KEYS_PER_ENTRY, root: rootAt(entry) }))
    await index.apply({
      from: through,
      through: to,
      postings: entries.flatMap(postingsAt),
      rows: [],
      manifests,
    })
    through = to
  }
}

function postingsAt(index: Posting['index']): readonly Posting[] {
  return Array.from({ length: KEYS_PER_ENTRY }, (_, i) => ({
    map: 'components',
    key: keyAt(index * KEYS_PER_ENTRY + i),
    index,
  }))
}

function rootAt(entry: number): Uint8Array {
  return sha256(utf8(`manifest ${entry}`))
}

/** The map made again in this process, as a server does it, and proofs from it. */
async function inMemory(ledger: BenchLedger, keys: number): Promise<Figures> {
  await using storage = await openSqliteStorage({ data: ledger.data, signer: ledger.signer, create: false })
  const before = usedBytes()
  const map = await loadComponentMap(storage.index)
  const used = usedBytes() - before
  const { latest } = map
  const present = prove(latest, (i) => keyAt(KEYS_PER_ENTRY * VERSIONS + ((i * 7919) % (keys / 2))))
  const absent = prove(latest, (i) => componentKey(`pkg:npm/nobody-${i}`, '1.0.0'))
  return {
    bytes_per_key: used / latest.keyCount,
    proof_make_us: Math.max(present.us, absent.us),
    proof_bytes_1eN: Math.max(present.bytes, absent.bytes),
    present_proof_bytes_1eN: present.bytes,
    absent_proof_bytes_1eN: absent.bytes,
  }
}

/** Means; the time is processor time. */
function prove(
  map: MapVersion,
  key: (i: number) => Uint8Array,
): { readonly us: number; readonly bytes: number } {
  let bytes = 0
  const wanted = Array.from({ length: PROOFS }, (_, i) => key(i))
  for (const one of wanted.slice(0, WARM_UP)) proveKey(map, one)
  const began = process.cpuUsage()
  for (const one of wanted) bytes += proveKey(map, one).proof.length
  const { user, system } = process.cpuUsage(began)
  return { us: (user + system) / PROOFS, bytes: bytes / PROOFS }
}

/** Held by JavaScript and by buffers, after what nobody needs is gone. */
function usedBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

async function overHttp(ledger: BenchLedger, keys: number): Promise<Figures> {
  const server = await startProving(ledger)
  try {
    const took: number[] = []
    for (let i = 0; i < WARM_UP + LOOK_UPS; i++) {
      const began = performance.now()
      await lookUp(server.url, packageOf((i * 104_729) % keys))
      if (i >= WARM_UP) took.push(performance.now() - began)
    }
    took.sort((a, b) => a - b)
    return {
      restart_1eN_keys_s: server.provesIn,
      rss_1eN_keys_mb: server.residentMb(),
      versions_proof_p99_ms: took[Math.floor(took.length * 0.99)] ?? NaN,
    }
  } finally {
    await server.stop()
  }
}

/** A server that proves; `provesIn` seconds after its start. */
async function startProving(ledger: BenchLedger) {
  const began = performance.now()
  const server = await ledger.start()
  try {
    await server.proving()
  } catch (cause) {
    await server.stop()
    throw cause
  }
  return { ...server, provesIn: (performance.now() - began) / 1000 }
}

/** All versions of a package, with the proof that there are no others. */
async function lookUp(url: string, name: string): Promise<void> {
  const response = await fetch(`${url}/index/components/lookup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ prefixes: [formatBase64(componentPrefix(name))] }),
  })
  const body = await response.text()
  if (!response.ok) throw new Error(`look-up: ${response.status} ${body.slice(0, 300)}`)
}
