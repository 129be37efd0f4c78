/** `attestree trust add-signer`: registers a key under a principal, as the next version of the trust root. */
import type { Grant, TrustRoot } from '../attestation/trust-root.ts'
import { currentTrustRoot } from '../client/current-trust-root.ts'
import type { PublicKey } from '../crypto/public-key.ts'
import { formatBase64 } from '../encoding/base64.ts'
import { connect } from './connection.ts'
import type { CliContext } from './context.ts'
import { readPublicKeyFile } from './key-store.ts'
import type { AddSignerFlags } from './trust-flags.ts'
import { recordTrustRoot } from './trust-update.ts'
import { visible } from './terminal.ts'

export async function addSigner(context: CliContext, name: string, flags: AddSignerFlags): Promise<void> {
  const key = await readPublicKeyFile(flags.key)
  const client = await connect(context, flags)
  const current = await currentTrustRoot(client)
  const { terminal } = context
  if (maySubmit(current.root, name, key, flags.types)) {
    terminal.print(
      `${terminal.color.green('✓')} Already so in version ${current.root.version} (entry #${current.entry}); nothing was recorded.`,
    )
    return
  }
  const next = withSigner(current.root, name, key, flags.types)
  const root = { ...next, version: next.version + 1, previous: current.id }
  const isInForce = await recordTrustRoot(context, client, root, flags)
  terminal.print(`  ${visible(name)} may ${isInForce ? 'now' : 'then'} submit, with ${key.id}:`)
  for (const type of flags.types) terminal.print(`    ${visible(type)}`)
}

/** Whether the principal has the key, and each of the types exactly as written. */
function maySubmit(root: TrustRoot, name: string, key: PublicKey, types: readonly string[]): boolean {
  const known = Object.hasOwn(root.principals, name) ? root.principals[name] : undefined
  const granted = root.grants.flatMap((grant) =>
    grant.to === name && grant.role === 'submit' ? grant.predicateTypes : [],
  )
  return known?.keys.includes(key.id) === true && types.every((type) => granted.includes(type))
}

/** The root with one more key and grant; nothing that was there is taken away. */
export function withSigner(
  root: TrustRoot,
  name: string,
  key: PublicKey,
  predicateTypes: readonly string[],
): TrustRoot {
  const known = Object.hasOwn(root.principals, name) ? root.principals[name] : undefined
  const keys = [...new Set([...(known?.keys ?? []), key.id])]
  const grant: Grant = { to: name, role: 'submit', predicateTypes }
  return {
    ...root,
    principals: { ...root.principals, [name]: { ...known, keys } },
    keys: { ...root.keys, [key.id]: { spki: formatBase64(key.spki) } },
    grants: [...root.grants, grant],
  }
}
