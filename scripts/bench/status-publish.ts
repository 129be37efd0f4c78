/** How long a revocation takes, from being sent until the status root that has it is public, while SBOMs are imported in bulk. */
import { parseTarget, revocationStatement } from '../../src/attestation/revocation.ts'
import { signStatement } from '../../src/attestation/sign-statement.ts'
import { sha256, sha256Id } from '../../src/crypto/sha256.ts'
import type { SigningKey } from '../../src/crypto/signing-key.ts'
import { formatBase64 } from '../../src/encoding/base64.ts'
import { formatHex } from '../../src/encoding/hex.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { statusKey } from '../../src/map/keys.ts'
import type { BenchLedger } from './bench-ledger.ts'
import type { Figures, Note } from './figures.ts'
import { postAll } from './load.ts'
import { sbomStatement } from './samples.ts'

const IMPORTED = 600
const COMPONENTS = 260
const CONNECTIONS = 8
const REVOCATIONS = 9
const LONGEST_MS = 30_000

export async function benchStatusPublish(ledger: BenchLedger, note: Note): Promise<Figures> {
  const by = await ledger.addSigner()
  const admin = ledger.adminKey()
  const bodies = Array.from({ length: IMPORTED }, (_, i) => signStatement(sbomStatement(i, COMPONENTS), by))
  const server = await ledger.start()
  try {
    const importing = { isOver: false }
    const imported = postAll(server.url, CONNECTIONS, bodies).finally(() => (importing.isOver = true))
    const took: number[] = []
    while (took.length < REVOCATIONS && !importing.isOver)
      took.push(await revoke(server.url, admin, took.length))
    await imported
    took.sort((a, b) => a - b)
    const [median, worst] = [took[Math.floor(took.length / 2)], took.at(-1)]
    if (median === undefined || worst === undefined) throw new Error('the import ended too early')
    note(
      `status root: ${took.length} revocations, median ${median.toFixed(0)} ms, worst ${worst.toFixed(0)} ms`,
    )
    return { status_publish_ms: worst, status_publish_p50_ms: median }
  } finally {
    await server.stop()
  }
}

async function revoke(url: string, admin: SigningKey, turn: number): Promise<number> {
  const uri = `attestation:${sha256Id(utf8(`revoked ${turn}`))}`
  const body = signStatement(
    revocationStatement({
      target: parseTarget(uri),
      mode: 'all',
      reason: 'signed-in-error',
      log: 'bench.test',
      issuedAt: '2026-11-24T12:00:00.000Z',
      nonce: formatHex(sha256(utf8(`nonce ${turn}`))).slice(0, 32),
    }),
    admin,
  )
  const began = performance.now()
  await post(`${url}/ledger/v1/attestations`, body)
  while (!(await isPublic(url, uri)))
    if (performance.now() - began > LONGEST_MS) throw new Error('the status root was not published')
  return performance.now() - began
}

async function isPublic(url: string, uri: string): Promise<boolean> {
  const asked = utf8(JSON.stringify({ keys: [formatBase64(statusKey(uri))] }))
  const { keys } = (await post(`${url}/index/status/lookup`, asked)) as { readonly keys: readonly unknown[] }
  return keys.length > 0
}

async function post(url: string, body: Uint8Array): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: new Uint8Array(body),
  })
  if (!response.ok) throw new Error(`${url}: ${response.status} ${(await response.text()).slice(0, 300)}`)
  return response.json()
}
