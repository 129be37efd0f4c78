/** `attestree trust annul`: a revocation is taken back by as many administrators as the trust root asks for, for good. */
import { annulmentStatement, type Annulment, type AnnulmentReason } from '../attestation/annulment.ts'
import { signStatement } from '../attestation/sign-statement.ts'
import { attestationId, type AttestationId } from '../brand.ts'
import type { Client } from '../client/client.ts'
import { revocationStanding, type RevocationStanding } from '../client/revocation-standing.ts'
import { formatHex } from '../encoding/hex.ts'
import type { SubmitAnswer } from '../verify/answer.ts'
import { requireYes } from './confirm.ts'
import { connect } from './connection.ts'
import type { CliContext } from './context.ts'
import { random, readKeyFile } from './key-store.ts'
import { parseEntryReference } from './reference.ts'
import { systemClock } from './system-clock.ts'
import { plural } from './table.ts'
import { visible } from './terminal.ts'
import type { AnnulFlags } from './trust-flags.ts'
import { defaultAdminKey } from './trust-update.ts'

const NONCE_BYTES = 16

export async function annul(context: CliContext, reference: string, flags: AnnulFlags): Promise<void> {
  const client = await connect(context, flags)
  const id = await revocationId(client, reference)
  if (!showAnnulment(context, await revocationStanding(client, id))) return
  await requireYes('Sign and record the annulment?', flags)
  const key = await readKeyFile(
    flags.adminKey ?? defaultAdminKey(context, client, '--admin-key'),
    context.settings,
  )
  const payload = annulmentStatement(makeAnnulment(client, id, flags))
  await printAnnulled(context, client, id, await client.submit(signStatement(payload, key)))
}

async function revocationId(client: Client, reference: string): Promise<AttestationId> {
  const index = parseEntryReference(reference)
  if (index === undefined) return attestationId(reference.replace(/^attestation:/, ''))
  const entry = (await client.entry(index)).entries[String(index)]
  if (entry === undefined) throw new Error(`entry ${index} is not in the answer about it`)
  return entry.attestation
}

function makeAnnulment(client: Client, revocation: AttestationId, flags: AnnulFlags): Annulment {
  return {
    revocation,
    reason: flags.reason satisfies AnnulmentReason,
    log: client.trust.logKey.name,
    issuedAt: new Date(systemClock.now()).toISOString(),
    nonce: formatHex(random(NONCE_BYTES)),
    ...(flags.detail === undefined ? {} : { detail: flags.detail }),
  }
}

/** What would count again. @returns whether there is anything to sign */
export function showAnnulment(
  { terminal }: CliContext,
  { revocation: { index, revocation, signedBy }, annulledBy }: RevocationStanding,
): boolean {
  const { target, reason, mode, cutoff } = revocation
  const reach = cutoff === undefined ? mode : `${mode} size ${cutoff.treeSize}`
  if (annulledBy !== undefined) {
    terminal.print(
      `${terminal.color.green('✓')} Entry #${index} is annulled already, by #${annulledBy}; nothing was recorded.`,
    )
    return false
  }
  terminal.print(`Entry #${index} revokes ${visible(target.uri)}: ${reason} (${reach})`)
  terminal.print(`  Signed by ${signedBy.join(', ')}`)
  terminal.print(
    '  Annulled, it takes nothing back any more. That is final: only a new revocation could follow.',
  )
  return true
}

/** Whether it is in effect, or who must sign still. */
export async function printAnnulled(
  { terminal }: CliContext,
  client: Client,
  revocation: AttestationId,
  { attestation, signatures }: SubmitAnswer,
): Promise<void> {
  const standing = await revocationStanding(client, revocation)
  const [entry] = signatures.flatMap((one) => ('entry' in one ? [one.entry] : []))
  const { index } = standing.revocation
  const { missing } = standing.annulment(attestation)
  terminal.print(`${terminal.color.green('✓')} Annulment of entry #${index} recorded #${entry}`)
  terminal.print(`  ${attestation}`)
  if (standing.annulledBy !== undefined)
    return terminal.print(
      `  Entry #${index} takes nothing back any more, from entry #${standing.annulledBy} on.`,
    )
  terminal.print(
    `${terminal.color.yellow('!')} Not in effect yet: it needs the signatures of ${plural(missing, 'more administrator')}.`,
  )
  terminal.print(`  Each runs: attestree trust cosign ${attestation} --admin-key FILE`)
}
