/** `attestree trust update`: signs and records the next version of the trust root. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { signStatement } from '../attestation/sign-statement.ts'
import { parseStatement } from '../attestation/statement.ts'
import { parseTrustRoot, trustRootStatement, type TrustRoot } from '../attestation/trust-root.ts'
import type { Client } from '../client/client.ts'
import { currentTrustRoot } from '../client/current-trust-root.ts'
import { publicKeyFromEd25519 } from '../crypto/public-key.ts'
import { isObject, parseJson } from '../encoding/strict-json.ts'
import { connect } from './connection.ts'
import type { CliContext } from './context.ts'
import { readInput, readKeyFile } from './key-store.ts'
import type { AdminFlags } from './trust-flags.ts'
import { UsageError } from './usage-error.ts'

export async function updateTrust(context: CliContext, file: string, flags: AdminFlags): Promise<void> {
  const client = await connect(context, flags)
  await recordTrustRoot(context, client, await readNext(client, file), flags)
}

/** The document as edited; its version and predecessor are filled in, since there is only one right value. */
async function readNext(client: Client, file: string): Promise<TrustRoot> {
  const value = parseJson(await readInput(file), { subject: file, strictNumbers: true, forbidProto: true })
  if (!isObject(value))
    throw new UsageError(
      `${file}: expected a trust root as a JSON object`,
      'Begin with: attestree trust show --json',
    )
  const current = await currentTrustRoot(client)
  const next = { ...value, version: current.root.version + 1, previous: current.id } as unknown as TrustRoot
  return parseTrustRoot(parseStatement(trustRootStatement(next)))
}

/** Signs and submits `root`; it is in force for every entry after its own. */
export async function recordTrustRoot(
  context: CliContext,
  client: Client,
  root: TrustRoot,
  flags: AdminFlags,
): Promise<void> {
  const path = flags.adminKey ?? defaultAdminKey(context, client, '--admin-key')
  const key = await readKeyFile(path, context.settings)
  const answer = await client.submit(signStatement(trustRootStatement(root), key))
  const [entry] = answer.signatures.flatMap((one) => ('entry' in one ? [one.entry] : []))
  const { terminal } = context
  terminal.print(`${terminal.color.green('✓')} Trust root version ${root.version} recorded #${entry}`)
  terminal.print(`  ${answer.attestation}`)
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
