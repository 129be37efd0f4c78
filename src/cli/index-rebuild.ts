/** What `attestree index rebuild` does. */
import { rebuildIndex } from '../ledger/rebuild-index.ts'
import type { CliContext } from './context.ts'
import { ledgerFolders, openLedgerFolder } from './ledger-folder.ts'
import { createProgress } from './progress.ts'
import type { FolderFlags } from './server-flags.ts'
import { plural } from './table.ts'

export async function rebuildIndexOf(
  { terminal, settings }: CliContext,
  { data, signerDir }: FolderFlags,
): Promise<void> {
  const { storage, logKey: key, origin } = await openLedgerFolder(ledgerFolders(data, signerDir), settings)
  await using _closing = storage
  const progress = createProgress({ terminal, what: 'index' })
  const { through, comparedAt } = await rebuildIndex(storage, { origin, key }, (done, total) =>
    progress.show(done, total, () => 'entries'),
  )
  progress.end()
  terminal.print(`${terminal.color.green('✓')} The index has ${plural(through, 'entry', 'entries')} again.`)
  terminal.print(
    comparedAt === undefined
      ? '  Nothing was published of the component map yet, so there was nothing to compare it with.'
      : `  The component map has the root that was published as of ${plural(comparedAt, 'entry', 'entries')}.`,
  )
}
