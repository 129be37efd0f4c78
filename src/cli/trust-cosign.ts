/**
 * `attestree trust cosign`: one more administrator's signature on a statement that waits for it. The statement comes from
 * the log by its id, byte for byte, so that both sign the same; what it changes is shown before.
 */
import type { Annulment } from '../attestation/annulment.ts'
import { parseControl } from '../attestation/control.ts'
import { formatSubmission } from '../attestation/envelope.ts'
import { pae, parsePae } from '../attestation/pae.ts'
import { parseStatement } from '../attestation/statement.ts'
import { attestationId, type AttestationId } from '../brand.ts'
import type { Client } from '../client/client.ts'
import { currentTrustRoot, type CurrentTrustRoot } from '../client/current-trust-root.ts'
import { revocationStanding } from '../client/revocation-standing.ts'
import { Fault } from '../errors.ts'
import type { SubmitAnswer } from '../verify/answer.ts'
import { requireYes } from './confirm.ts'
import { connect } from './connection.ts'
import type { CliContext } from './context.ts'
import { readKeyFile } from './key-store.ts'
import { visible } from './terminal.ts'
import { printAnnulled, showAnnulment } from './trust-annul.ts'
import { diffTrustRoots, printDiff } from './trust-diff.ts'
import type { SigningFlags } from './trust-flags.ts'
import { defaultAdminKey, printRootState } from './trust-update.ts'

export async function cosign(context: CliContext, text: string, flags: SigningFlags): Promise<void> {
  const id = attestationId(text.replace(/^attestation:/, ''))
  const client = await connect(context, flags)
  const control = parseControl(parseStatement(parsePae(await client.pae(id)).payload))
  if (control?.kind === 'annulment') return cosignAnnulment(context, client, id, control.annulment, flags)
  showProposal(context, await currentTrustRoot(client), id)
  await requireYes('Sign this too?', flags)
  await printRootState(context, client, await signAgain(context, client, id, flags))
}

async function cosignAnnulment(
  context: CliContext,
  client: Client,
  id: AttestationId,
  { revocation, reason, detail = '' }: Annulment,
  flags: SigningFlags,
): Promise<void> {
  const standing = await revocationStanding(client, revocation)
  if (!showAnnulment(context, standing)) return
  context.terminal.print(`Annulment ${id}: ${reason}${detail === '' ? '' : `, ${visible(detail)}`}`)
  context.terminal.print(`  Signed by ${standing.annulment(id).signers.join(', ') || 'nobody yet'}`)
  await requireYes('Sign this too?', flags)
  await printAnnulled(context, client, revocation, await signAgain(context, client, id, flags))
}

/** @throws Fault `not-recorded` if no version waits under this id */
function showProposal({ terminal }: CliContext, current: CurrentTrustRoot, id: AttestationId): void {
  const proposal = current.proposals.find((one) => one.id === id)
  if (proposal === undefined) {
    const why = id === current.id ? 'it is in force already' : 'nothing of that id waits to be signed'
    throw new Fault('not-recorded', `trust root ${id}: ${why}`, {
      hint: 'See what waits with: attestree trust show',
    })
  }
  terminal.print(`Version ${proposal.root.version} of the trust root would change:`)
  printDiff(terminal, diffTrustRoots(current.root, proposal.root))
}

/** Signs the bytes that are in the log. What comes back is proven to be an entry of exactly these. */
async function signAgain(
  context: CliContext,
  client: Client,
  id: AttestationId,
  flags: SigningFlags,
): Promise<SubmitAnswer> {
  const { payloadType, payload } = parsePae(await client.pae(id))
  const path = flags.adminKey ?? defaultAdminKey(context, client, '--admin-key')
  const { publicKey, sign } = await readKeyFile(path, context.settings)
  const signatures = [{ keyid: publicKey.id, signature: sign(pae(payloadType, payload)) }]
  const envelope = { payloadType, payload, signatures }
  return client.submit(formatSubmission({ envelope, publicKeys: [publicKey.spki] }))
}
