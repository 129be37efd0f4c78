/**
 * Mocha's dots, and the count of tests in a file: what .ci/run prints as its last line.
 *
 * The file is named by ATTESTREE_TEST_TALLY; it is written only when the run came to its end.
 */
'use strict'

const { writeFileSync } = require('node:fs')
const { reporters, Runner } = require('mocha')

class TallyReporter extends reporters.Dot {
  constructor(runner, options) {
    super(runner, options)
    const file = process.env.ATTESTREE_TEST_TALLY
    if (file === undefined) return
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats
      writeFileSync(file, `${passes} passed, ${failures} failed, ${pending} skipped\n`)
    })
  }
}

module.exports = TallyReporter
