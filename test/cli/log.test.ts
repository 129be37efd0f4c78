/** `attestree log checkpoint | consistency | tail`: what is kept today is compared tomorrow. */
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { after, before, describe } from 'mocha'
import { signCheckpoint } from '../../src/tlog/checkpoint.ts'
import { treeSize } from '../../src/brand.ts'
import { expectRefusal } from '../helpers/cli.ts'
import { openLedgerBench, SIZE, type LedgerBench } from '../helpers/ledger-bench.ts'
import { keys } from '../helpers/test-ledger.ts'
import { together } from '../helpers/together.ts'

describe('attestree log', () => {
  let bench: LedgerBench

  before(async function () {
    // The first bench of a run makes the ledger: a dozen programs.
    this.timeout(90_000)
    bench = await openLedgerBench()
    const { stdout } = await bench.ok('log', 'checkpoint')
    await bench.write('kept.checkpoint', stdout)
  })

  after(() => bench.dispose())

  const tests = together()

  tests.it('checkpoint prints the note as the log signed it, and what it says as JSON', async () => {
    const served = await (await fetch(`${bench.server.url}/checkpoint`)).text()
    expect(readFileSync(bench.path('kept.checkpoint'), 'utf8')).to.equal(served)
    const json = JSON.parse((await bench.ok('log', 'checkpoint', '-o', 'json')).stdout) as object
    const rootHash = served.split('\n')[2]
    expect(json).to.deep.include({
      kind: 'Checkpoint',
      origin: 'ledger.test',
      treeSize: SIZE,
      rootHash,
      checkpoint: served,
    })
  })

  tests.it('consistency proves that the log continues what was kept', async () => {
    const run = await bench.ok('log', 'consistency', 'kept.checkpoint')
    expect(run.stdout).to.equal(
      `✓ ledger.test at size ${SIZE} begins with the ${SIZE} entries of kept.checkpoint, unchanged.\n`,
    )
    const json = JSON.parse(
      (await bench.ok('log', 'consistency', 'kept.checkpoint', '-o', 'json')).stdout,
    ) as object
    expect(json).to.include({ consistent: true })
  })

  tests.it('consistency refuses what the log did not sign, what is no checkpoint, and no file', async () => {
    const root = new Uint8Array(32).fill(7)
    const foreign = signCheckpoint({ origin: 'ledger.test', size: treeSize(3), root }, keys.log)
    const changed = readFileSync(bench.path('kept.checkpoint'), 'utf8').replace(`\n${SIZE}\n`, '\n6\n')
    await bench.write('foreign.checkpoint', foreign)
    await bench.write('changed.checkpoint', changed)
    await bench.write('prose.checkpoint', 'all is well\n')
    const [other, edited, prose, none] = await Promise.all(
      ['foreign', 'changed', 'prose', 'none'].map((name) =>
        bench.run(['log', 'consistency', `${name}.checkpoint`]),
      ),
    )
    expectRefusal(other!, 12, /wrong-log-key/)
    expectRefusal(edited!, 15, /checkpoint-signature-invalid/)
    expectRefusal(prose!, 15, /checkpoint-signature-invalid/)
    expectRefusal(none!, 2, /none\.checkpoint: cannot be read/)
  })

  tests.it('tail lists the newest entries, the newest last', async () => {
    const [table, json, wrong] = await Promise.all([
      bench.ok('log', 'tail', '-n', '2'),
      bench.ok('log', 'tail', '-o', 'json'),
      bench.run(['log', 'tail', '-n', '0']),
    ])
    expect(table.stdout).to.match(
      /^ENTRY +RECORDED +TYPE +ATTESTATION\n#5 .*cyclonedx.* sha256:\w{64}\n#6 .*slsa.* sha256:\w{64}\n✓/,
    )
    const { entries } = JSON.parse(json.stdout) as { entries: { entry: number }[] }
    expect(entries.map((one) => one.entry)).to.deep.equal([0, 1, 2, 3, 4, 5, 6])
    expectRefusal(wrong, 2, /1 to 1000/)
  })
})
