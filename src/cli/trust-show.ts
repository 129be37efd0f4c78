/** `attestree trust show`: what this client believes, and who may sign in that ledger. */
import { currentTrustRoot } from '../client/current-trust-root.ts'
import { formatVerifierKey } from '../tlog/signed-note.ts'
import { connect, trustedLog, type TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { formatTable } from './table.ts'
import { formatJson, visible } from './terminal.ts'

export async function showTrust(
  context: CliContext,
  flags: TrustFlags & { readonly json?: true },
): Promise<void> {
  const { terminal } = context
  const log = await trustedLog(context, flags)
  const { root, entry } = await currentTrustRoot(await connect(context, flags))
  if (flags.json === true) return terminal.print(formatJson(root))
  terminal.print(`You trust ${visible(log.url)}`)
  terminal.print(`  Log key     ${formatVerifierKey(log.key)}`)
  terminal.print(`  Trust root  ${log.trustRoot}  (version 1)`)
  terminal.print('')
  terminal.print(`Trust root in force: version ${root.version}, entry #${entry}`)
  if (root.admission === 'open')
    terminal.print('Admission: open. Others may submit too; what they state never counts.')
  const rows = Object.entries(root.principals).map(([name, principal]) => [
    name,
    principal.keys.join(' '),
    rolesOf(root, name).join('; '),
  ])
  for (const line of formatTable(['PRINCIPAL', 'KEYS', 'MAY'], rows)) terminal.print(line)
}

function rolesOf(
  root: Awaited<ReturnType<typeof currentTrustRoot>>['root'],
  name: string,
): readonly string[] {
  const admin = root.admins.principals.includes(name) ? ['administer'] : []
  const granted = root.grants
    .filter((grant) => grant.to === name)
    .map((grant) => (grant.role === 'submit' ? `submit ${grant.predicateTypes.join(' ')}` : 'revoke'))
  return [...admin, ...granted]
}
