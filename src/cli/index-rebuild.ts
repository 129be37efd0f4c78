/** What `attestree index rebuild` does. */
import { rebuildIndex } from '../ledger/rebuild-index.ts'
import type { CliContext } from './context.ts'
import { isIndexTakenIn, ledgerFolders, openForRebuilding, type LedgerFolders } from './ledger-folder.ts'
import { createProgress } from './progress.ts'
import type { FolderFlags } from './server-flags.ts'
import { systemClock } from './system-clock.ts'
import { plural } from './table.ts'

/** How often it looks whether the ledger that is served has gone over to the index. */
const LOOK_EVERY_MS = 100
/** It goes over between two steps, once it has made the map of it: some seconds for each million keys. */
const TAKEN_WITHIN_MS = 120_000

export async function rebuildIndexOf(context: CliContext, { data, signerDir }: FolderFlags): Promise<void> {
  const { terminal } = context
  const folders = ledgerFolders(data, signerDir)
  const { through, comparedAt } = await rebuild(context, folders)
  terminal.print(
    `${terminal.color.green('✓')} The index was made again, of ${plural(through, 'entry', 'entries')}.`,
  )
  terminal.print(
    comparedAt === undefined
      ? '  Nothing was published of the component map yet, so there was nothing to compare it with.'
      : `  The component map has the root that was published as of ${plural(comparedAt, 'entry', 'entries')}.`,
  )
  if (await isTaken(folders)) terminal.print('  It is the one that answers now.')
  else
    terminal.note(
      `${terminal.color.yellow('!')} The ledger has not gone over to it yet; when it starts again, it will.`,
    )
}

/** In a file beside the index that answers, which it replaces when it is complete. */
async function rebuild({ terminal, settings }: CliContext, folders: LedgerFolders) {
  const { storage, logKey: key, origin } = await openForRebuilding(folders, settings)
  await using _closing = storage
  const progress = createProgress({ terminal, what: 'index' })
  const rebuilt = await rebuildIndex(storage, { origin, key }, (done, total) =>
    progress.show(done, total, () => 'entries'),
  )
  progress.end()
  storage.complete()
  return rebuilt
}

async function isTaken(folders: LedgerFolders): Promise<boolean> {
  for (let waited = 0; waited < TAKEN_WITHIN_MS; waited += LOOK_EVERY_MS) {
    if (isIndexTakenIn(folders)) return true
    await systemClock.sleep(LOOK_EVERY_MS)
  }
  return false
}
