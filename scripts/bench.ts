/**
 * How fast the product is, beside plain baselines measured in the same run.
 *
 *     npm run bench                       all parts but large-search, in under fifteen minutes; figures on stdout, progress on stderr
 *     npm run bench -- --only index       submissions | index | growth | maps | search | large-search | intake
 *     npm run bench -- --json FILE        also {"machine": …, "figures": {…}}
 *
 * Figures are of this machine at this moment: the load of others is printed with them, before and after.
 */
import { writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { makeBenchLedger } from './bench/bench-ledger.ts'
import type { BenchLedger } from './bench/bench-ledger.ts'
import type { Figures, Note } from './bench/figures.ts'
import { benchGrowth } from './bench/growth.ts'
import { benchIndex } from './bench/index-speed.ts'
import { benchLargeSearch, benchSearch } from './bench/search.ts'
import { benchIntake } from './bench/intake.ts'
import { benchMaps } from './bench/maps.ts'
import { benchSubmissions } from './bench/submissions.ts'

const parts: Readonly<Record<string, (ledger: BenchLedger, note: Note) => Promise<Figures>>> = {
  submissions: benchSubmissions,
  index: benchIndex,
  growth: benchGrowth,
  maps: benchMaps,
  search: benchSearch,
  'large-search': benchLargeSearch,
  intake: benchIntake,
}

const { values } = parseArgs({ options: { json: { type: 'string' }, only: { type: 'string' } } })
// Ten million components take five to ten minutes, and two gigabytes of disk.
const wanted =
  values.only === undefined ? Object.keys(parts).filter((name) => name !== 'large-search') : [values.only]
const loadBefore = loadavg()[0]
const figures: Record<string, number> = {}
for (const name of wanted) {
  const part = parts[name]
  if (part === undefined)
    throw new Error(`--only: expected one of ${Object.keys(parts).join(', ')}, got ${name}`)
  const ledger = makeBenchLedger()
  try {
    Object.assign(figures, await part(ledger, (text) => console.error(`${name}: ${text}`)))
  } finally {
    ledger.remove()
  }
}
const machine = {
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  memoryMb: Math.round(totalmem() / 2 ** 20),
  node: process.version,
  // Of the last minute; the bench itself is part of the second.
  loadBefore,
  loadAfter: loadavg()[0],
}
for (const [name, value] of Object.entries(figures)) console.log(`${name.padEnd(28)} ${format(value)}`)
console.log(`machine: ${JSON.stringify(machine)}`)
if (values.json !== undefined)
  writeFileSync(values.json, `${JSON.stringify({ machine, figures }, null, 2)}\n`)

function format(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2)
}
