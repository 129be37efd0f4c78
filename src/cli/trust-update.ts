/** `attestree trust update`: signs and records the next version of the trust root. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { signStatement } from '../attestation/sign-statement.ts'
import { parseStatement } from '../attestation/statement.ts'
import { parseTrustRoot, trustRootStatement, type TrustRoot } from '../attestation/trust-root.ts'
import type { Client } from '../client/client.ts'
import { currentTrustRoot, type CurrentTrustRoot } from '../client/current-trust-root.ts'
import { publicKeyFromEd25519 } from '../crypto/public-key.ts'
import { isObject, parseJson } from '../encoding/strict-json.ts'
import { administratorsAmong, ownersOf } from '../trust/grants.ts'
import type { ProposedRoot } from '../trust/trust-state.ts'
import type { SubmitAnswer } from '../verify/answer.ts'
import { requireYes } from './confirm.ts'
import { connect } from './connection.ts'
import type { CliContext } from './context.ts'
import { readInput, readKeyFile } from './key-store.ts'
import { plural } from './table.ts'
import { diffTrustRoots, printDiff } from './trust-diff.ts'
import type { AdminFlags, SigningFlags } from './trust-flags.ts'
import { UsageError } from './usage-error.ts'

export async function updateTrust(context: CliContext, file: string, flags: SigningFlags): Promise<void> {
  const client = await connect(context, flags)
  const current = await currentTrustRoot(client)
  const next = await readNext(current, file)
  const changes = diffTrustRoots(current.root, next)
  const { terminal } = context
  if (changes.length === 0)
    return terminal.print(
      `${terminal.color.green('✓')} Version ${current.root.version} says that already; nothing was recorded.`,
    )
  terminal.print(`Version ${next.version} of the trust root would change:`)
  printDiff(terminal, changes)
  await requireYes('Sign and record it?', flags)
  await recordTrustRoot(context, client, next, flags)
}

/** The document as edited; its version and predecessor are filled in, since there is only one right value. */
async function readNext(current: CurrentTrustRoot, file: string): Promise<TrustRoot> {
  const value = parseJson(await readInput(file), { subject: file, strictNumbers: true, forbidProto: true })
  if (!isObject(value))
    throw new UsageError(
      `${file}: expected a trust root as a JSON object`,
      'Begin with: attestree trust show --json',
    )
  const next = { ...value, version: current.root.version + 1, previous: current.id } as unknown as TrustRoot
  return parseTrustRoot(parseStatement(trustRootStatement(next)))
}

/** Signs and submits `root`, which is in force for every entry after the one that completes it. @returns whether it is now */
export async function recordTrustRoot(
  context: CliContext,
  client: Client,
  root: TrustRoot,
  flags: AdminFlags,
): Promise<boolean> {
  const path = flags.adminKey ?? defaultAdminKey(context, client, '--admin-key')
  const key = await readKeyFile(path, context.settings)
  const answer = await client.submit(signStatement(trustRootStatement(root), key))
  return printRootState(context, client, answer)
}

/** Where the signature stands, and who must sign still. @returns whether the version is in force */
export async function printRootState(
  { terminal }: CliContext,
  client: Client,
  { attestation, signatures }: SubmitAnswer,
): Promise<boolean> {
  const current = await currentTrustRoot(client)
  const [entry] = signatures.flatMap((one) => ('entry' in one ? [one.entry] : []))
  const proposal = current.proposals.find((one) => one.id === attestation)
  const { version } = (proposal ?? current).root
  terminal.print(`${terminal.color.green('✓')} Trust root version ${version} recorded #${entry}`)
  terminal.print(`  ${attestation}`)
  if (proposal === undefined) return true
  terminal.print(`${terminal.color.yellow('!')} Not in force yet: ${missingOf(current, proposal)}.`)
  terminal.print(`  Each runs: attestree trust cosign ${attestation} --admin-key FILE`)
  return false
}

/** How many administrators of which version have not signed. */
export function missingOf(current: CurrentTrustRoot, proposal: ProposedRoot): string {
  const needs = missingSignatures(current, proposal).map(
    ({ version, missing }) => `${plural(missing, 'administrator')} of version ${version}`,
  )
  return `it needs the signatures of ${needs.join(' and of ')}`
}

/** Of the version in force and of the next, each where somebody is missing. */
export function missingSignatures(
  { root }: CurrentTrustRoot,
  proposal: ProposedRoot,
): readonly { readonly version: number; readonly missing: number }[] {
  const signers = proposal.entries.map((one) => one.key)
  return [{ root, owners: ownersOf(root) }, proposal].flatMap((rights) => {
    const missing = rights.root.admins.threshold - administratorsAmong(rights, signers)
    return missing > 0 ? [{ version: rights.root.version, missing }] : []
  })
}

/** Where `server init` put it, if it was run on this machine by this user; else the user names another with `flag`. */
export function defaultAdminKey({ settings }: CliContext, client: Client, flag: string): string {
  const { id } = publicKeyFromEd25519(client.trust.logKey.publicKey)
  const path = join(settings.configFolder, id.slice('sha256:'.length), 'admin.key')
  if (existsSync(path)) return path
  throw new UsageError(
    'administrator key: there is none of this ledger in your configuration',
    `Name it: ${flag} FILE`,
  )
}
