/** How every scenario ends: the whole ledger is verified again from its bytes, and nothing may be wrong. */
import { expect } from 'chai'
import { checkLedger, type LedgerCheck } from '../../src/ledger/check.ts'
import type { Storage } from '../../src/ledger/ports.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { verifierKeyOf } from '../../src/tlog/signed-note.ts'
import { keys, ORIGIN } from './test-ledger.ts'

export async function expectSound(storage: Storage): Promise<LedgerCheck> {
  const report = await inspect(storage)
  expect(report.problems).to.deep.equal([])
  return report
}

function inspect(storage: Storage): Promise<LedgerCheck> {
  const key = verifierKeyOf(ORIGIN, keys.log.publicKey)
  return checkLedger(storage, { key, scratch: openMemoryStorage().index })
}
