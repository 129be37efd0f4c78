/** `attestree trust show`: what this client believes, and who may sign in that ledger. */
import type { TrustRoot } from '../attestation/trust-root.ts'
import { currentTrustRoot, type CurrentTrustRoot } from '../client/current-trust-root.ts'
import { waitingAnnulments, type WaitingAnnulment } from '../client/waiting-annulments.ts'
import { formatVerifierKey } from '../tlog/signed-note.ts'
import { cosignersIn } from '../tlog/policy.ts'
import { ownersOf } from '../trust/grants.ts'
import type { SignedEntry } from '../trust/held.ts'
import type { CosignedRule } from '../verify/cosigned.ts'
import { connect, trustedLog, type TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { answerJson } from './json-answer.ts'
import type { OutputFlags } from './output-flag.ts'
import { formatTable, plural } from './table.ts'
import { formatJson, visible, type Terminal } from './terminal.ts'
import { diffTrustRoots, printDiff, revokeText, submitText } from './trust-diff.ts'
import { missingOf, missingSignatures } from './trust-update.ts'

export async function showTrust(
  context: CliContext,
  flags: TrustFlags & OutputFlags & { readonly json?: true },
): Promise<void> {
  const { terminal } = context
  const log = await trustedLog(context, flags)
  const client = await connect(context, flags)
  const current = await currentTrustRoot(client)
  const { root, entry } = current
  if (flags.json === true) return terminal.print(formatJson(root))
  const annulments = await waitingAnnulments(client)
  if (flags.output === 'json') return terminal.print(answerJson('Trust', trustJson(current, annulments)))
  terminal.print(`You trust ${visible(log.url)}`)
  terminal.print(`  Log key     ${formatVerifierKey(log.key)}`)
  terminal.print(`  Trust root  ${log.trustRoot}  (version 1)`)
  if (log.cosigned !== undefined) terminal.print(`  Cosigned    ${cosignedText(log.cosigned)}`)
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
  printWaiting(terminal, current, annulments)
}

/** Who vouches for the maps, by the trust file. */
function cosignedText({ policy, maxAgeS }: CosignedRule): string {
  const names = cosignersIn(policy.quorum).map(({ name }) => name)
  const which =
    policy.quorum.kind === 'group' ? `by its policy, of ${names.join(', ')}` : `by ${names.join(', ')}`
  return visible(`the maps, ${which}, at most ${maxAgeS / 3600} h ago`)
}

/** What waits for somebody's signature, so that the others need not be told by the first. */
export function printWaiting(
  terminal: Terminal,
  current: CurrentTrustRoot,
  annulments: readonly WaitingAnnulment[],
): void {
  printProposals(terminal, current)
  for (const { id, revocation, signed, missing } of annulments) {
    const { target, reason } = revocation.revocation
    terminal.print('')
    terminal.print(
      `${terminal.color.yellow('!')} An annulment of entry #${revocation.index} waits: it needs the signatures of ${plural(missing, 'more administrator')}.`,
    )
    terminal.print(`  Entry #${revocation.index} revokes ${visible(target.uri)}: ${reason}`)
    terminal.print(`  ${signedText(current.root, signed)}`)
    terminal.print(`  attestree trust cosign ${id}`)
  }
  if (current.proposals.length + annulments.length > 0) {
    terminal.print('')
    terminal.print('? That nothing else waits is the server’s word.')
  }
}

function signedText(root: TrustRoot, signed: readonly SignedEntry[]): string {
  const owners = ownersOf(root)
  const each = signed.map(
    ({ index, key }) => `#${index} by ${owners.get(key) ?? 'nobody of this version'} (${key})`,
  )
  return visible(`Signed in ${each.join(', ')}`)
}

/** `trust show --json` gives the root alone, to be edited; this is the whole answer. */
export function trustJson(current: CurrentTrustRoot, annulments: readonly WaitingAnnulment[]): object {
  const { id, entry, root, proposals } = current
  return {
    trustRoot: { id, entry, version: root.version, root },
    waiting: {
      trustRoots: proposals.map((one) => ({
        id: one.id,
        version: one.root.version,
        signed: one.entries,
        missing: missingSignatures(current, one),
      })),
      annulments: annulments.map(({ revocation, ...one }) => ({
        ...one,
        revocation: {
          entry: revocation.index,
          attestation: revocation.attestation,
          target: revocation.revocation.target.uri,
          reason: revocation.revocation.reason,
        },
      })),
    },
    notEstablished: ['absence'],
  }
}

function printProposals(terminal: Terminal, current: CurrentTrustRoot): void {
  for (const proposal of current.proposals) {
    terminal.print('')
    terminal.print(
      `${terminal.color.yellow('!')} Version ${proposal.root.version} waits: ${missingOf(current, proposal)}.`,
    )
    terminal.print(`  ${signedText(current.root, proposal.entries)}`)
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
        ? `submit ${grant.predicateTypes.join(' ')}${submitText(grant)}`
        : `revoke${revokeText(grant.images)}`,
    )
  return [...admin, ...granted]
}
