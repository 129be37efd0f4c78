/**
 * The kill campaign at any length, against the built program: `npm run kill -- 500 [SEED]`. Prints one line and exits
 * with 1 if a promise was broken; then the ledger is kept.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runKillCampaign } from '../test/helpers/kill-campaign.ts'
import { seededRandom } from '../test/helpers/test-key.ts'

const [, , asked = '500', seed = 'kill -9'] = process.argv
const kills = Number(asked)
if (!Number.isSafeInteger(kills) || kills < 1) throw new Error('usage: npm run kill -- COUNT [SEED]')

const folder = await mkdtemp(join(tmpdir(), 'attestree-kill-'))
const started = Date.now()
const report = await runKillCampaign({
  folder,
  kills,
  random: seededRandom(seed),
  onKill: (done) => {
    if (done % 50 === 0) console.error(`${done} of ${kills} kills`)
  },
})
const at = Object.entries(report.killsAt).map(([place, count]) => `${count} ${place}`)
console.log(
  `${report.kills} kills (${at.sort().join(', ')}) · ${report.audited} restarts audited · ${report.acknowledged} acknowledged, ${report.entries} entries, ` +
    `roots: ${report.roots.components} of components, ${report.roots.status} of status · ` +
    `${report.broken.length} broken promises · ${Math.round((Date.now() - started) / 1000)} s · seed ${JSON.stringify(seed)}`,
)
for (const one of report.broken) console.log(`✕ ${one}`)
if (report.broken.length === 0) await rm(folder, { recursive: true })
else console.log(`The ledger is kept in ${folder}`)
process.exitCode = report.broken.length === 0 ? 0 : 1
