import { expect } from 'chai'
import { cpSync, rmSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { places, runKillCampaign } from '../helpers/kill-campaign.ts'
import { seededRandom } from '../helpers/test-key.ts'

/** `npm run kill -- 500` does more. */
const KILLS = 40

describe('kill −9 under load', function () {
  this.timeout(30_000 + KILLS * 5_000)
  let folder = ''
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attestree-kill-'))
  })
  after(() => rm(folder, { recursive: true }))

  it(`loses no acknowledged entry, forks no log, and publishes the maps of a replay after each restart (${KILLS} kills)`, async () => {
    const report = await runKillCampaign({ folder, kills: KILLS, random: seededRandom('kill -9') })
    expect(report.broken).to.deep.equal([])
    expect(report.acknowledged).to.be.greaterThan(KILLS)
    const { random = 0, ...atPlaces } = report.killsAt
    expect(atPlaces, JSON.stringify(report)).to.have.keys(places)
    expect(random, 'kills at any moment').to.be.at.least(KILLS / 2)
    expect(report.audited, 'restarts after which all roots were compared').to.be.at.least(KILLS / 2)
    expect(report.roots.components, 'many roots').to.be.greaterThan(KILLS / 2)
    expect(report.roots.status, 'many roots').to.be.greaterThan(KILLS / 2)
  })
  it('is a campaign that bites: a disk that forgets two rounds, signer state and all, is found out', async () => {
    const forgetful = join(folder, 'forgetful')
    const kept = join(folder, 'kept')
    // What no server can notice by itself (README 1.2), so that what notices is the campaign.
    const onKill = (done: number): void => {
      if (done === 1) cpSync(forgetful, kept, { recursive: true })
      if (done === 3) {
        rmSync(forgetful, { recursive: true })
        cpSync(kept, forgetful, { recursive: true })
      }
    }
    await mkdir(forgetful)
    const report = await runKillCampaign({
      folder: forgetful,
      kills: 3,
      random: seededRandom('forgetful'),
      onKill,
    })
    expect(report.broken.some((one) => one.startsWith('lost: '))).to.equal(true)
    expect(report.broken.some((one) => one.startsWith('fork or rollback: '))).to.equal(true)
    expect(report.broken.some((one) => one.startsWith('after restart '))).to.equal(true)
  })
})
