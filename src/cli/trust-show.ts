/** `attestree trust show`: what this client believes, and who may sign in that ledger. */
import { currentTrustRoot, type CurrentTrustRoot } from '../client/current-trust-root.ts'
import { formatVerifierKey } from '../tlog/signed-note.ts'
import { connect, trustedLog, type TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { formatTable, plural } from './table.ts'
import { formatJson, visible, type Terminal } from './terminal.ts'
import { diffTrustRoots, printDiff, revokeText, scopeText } from './trust-diff.ts'
import { missingOf } from './trust-update.ts'

export async function showTrust(
  context: CliContext,
  flags: TrustFlags & { readonly json?: true },
): Promise<void> {
  const { terminal } = context
  const log = await trustedLog(context, flags)
  const current = await currentTrustRoot(await connect(context, flags))
  const { root, entry } = current
  if (flags.json === true) return terminal.print(formatJson(root))
  terminal.print(`You trust ${visible(log.url)}`)
  terminal.print(`  Log key     ${formatVerifierKey(log.key)}`)
  terminal.print(`  Trust root  ${log.trustRoot}  (version 1)`)
  terminal.print('')
  terminal.print(`Trust root in force: version ${root.version}, entry #${entry}`)
  if (root.admission === 'open')
    terminal.print('Admission: open. Others may submit too; what they state never counts.')
  const { principals, threshold } = root.admins
  terminal.print(`A new version needs ${threshold} of ${plural(principals.length, 'administrator')}.`)
  const rows = Object.entries(root.principals).map(([name, principal]) => [
    name,
    principal.keys.join(' '),
    rolesOf(root, name).join('; '),
  ])
  for (const line of formatTable(['PRINCIPAL', 'KEYS', 'MAY'], rows)) terminal.print(line)
  printProposals(terminal, current)
}

function printProposals(terminal: Terminal, current: CurrentTrustRoot): void {
  for (const proposal of current.proposals) {
    terminal.print('')
    terminal.print(
      `${terminal.color.yellow('!')} Version ${proposal.root.version} waits: ${missingOf(current, proposal)}.`,
    )
    printDiff(terminal, diffTrustRoots(current.root, proposal.root))
    terminal.print(`  attestree trust cosign ${proposal.id}`)
  }
}

function rolesOf(
  root: Awaited<ReturnType<typeof currentTrustRoot>>['root'],
  name: string,
): readonly string[] {
  const admin = root.admins.principals.includes(name) ? ['administer'] : []
  const granted = root.grants
    .filter((grant) => grant.to === name)
    .map((grant) =>
      grant.role === 'submit'
        ? `submit ${grant.predicateTypes.join(' ')}${scopeText(grant.images)}`
        : `revoke${revokeText(grant.images)}`,
    )
  return [...admin, ...granted]
}
