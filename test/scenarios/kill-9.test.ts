import { expect } from 'chai'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { runKillCampaign } from '../helpers/kill-campaign.ts'
import { seededRandom } from '../helpers/test-key.ts'

/** `npm run kill -- 500` does more. */
const KILLS = 40
const PLACES = 8

describe('kill −9 under load', function () {
  this.timeout(30_000 + KILLS * 5_000)
  let folder = ''
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attestree-kill-'))
  })
  after(() => rm(folder, { recursive: true }))

  it(`loses no acknowledged entry, forks nothing, and keeps the same index (${KILLS} kills)`, async () => {
    const report = await runKillCampaign({ folder, kills: KILLS, random: seededRandom('kill -9') })
    expect(report.broken).to.deep.equal([])
    expect(report.acknowledged).to.be.greaterThan(KILLS)
    const { random = 0, ...places } = report.killsAt
    expect(Object.keys(places), JSON.stringify(report)).to.have.length(PLACES)
    expect(random, 'kills at any moment').to.be.at.least(KILLS / 2)
  })
})
