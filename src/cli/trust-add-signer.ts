/** `attestree trust add-signer`: registers a key under a principal, as the next version of the trust root. */
import type { Grant, TrustRoot } from '../attestation/trust-root.ts'
import { currentTrustRoot } from '../client/current-trust-root.ts'
import type { PublicKey } from '../crypto/public-key.ts'
import { formatBase64 } from '../encoding/base64.ts'
import { connect } from './connection.ts'
import type { CliContext } from './context.ts'
import { readPublicKeyFile } from './key-store.ts'
import type { AddSignerFlags } from './trust-flags.ts'
import { submitText } from './trust-diff.ts'
import { recordTrustRoot } from './trust-update.ts'
import { visible } from './terminal.ts'

export async function addSigner(context: CliContext, name: string, flags: AddSignerFlags): Promise<void> {
  const key = await readPublicKeyFile(flags.key)
  const client = await connect(context, flags)
  const current = await currentTrustRoot(client)
  const { terminal } = context
  const grant: SubmitGrant = {
    to: name,
    role: 'submit',
    predicateTypes: flags.types,
    ...(flags.images === undefined ? {} : { images: flags.images }),
    ...(flags.environment === undefined ? {} : { environments: flags.environment }),
  }
  if (maySubmit(current.root, key, grant)) {
    terminal.print(
      `${terminal.color.green('✓')} Already so in version ${current.root.version} (entry #${current.entry}); nothing was recorded.`,
    )
    return
  }
  const next = withGrant(current.root, key, grant)
  const root = { ...next, version: next.version + 1, previous: current.id }
  const isInForce = await recordTrustRoot(context, client, root, flags)
  terminal.print(`  ${visible(name)} may ${isInForce ? 'now' : 'then'} submit, with ${key.id}:`)
  for (const type of flags.types) terminal.print(`    ${visible(type + submitText(grant))}`)
}

type SubmitGrant = Extract<Grant, { role: 'submit' }>

/**
 * Whether the principal has the key, and each of the types exactly as written, about the same images, in the same
 * environments.
 */
function maySubmit(root: TrustRoot, key: PublicKey, wanted: SubmitGrant): boolean {
  const { to: name, predicateTypes } = wanted
  const known = Object.hasOwn(root.principals, name) ? root.principals[name] : undefined
  const granted = root.grants.flatMap((grant) =>
    grant.to === name && grant.role === 'submit' && submitText(grant) === submitText(wanted)
      ? grant.predicateTypes
      : [],
  )
  return known?.keys.includes(key.id) === true && predicateTypes.every((type) => granted.includes(type))
}

/** The root with one more key and grant; nothing that was there is taken away. */
export function withSigner(
  root: TrustRoot,
  name: string,
  key: PublicKey,
  predicateTypes: readonly string[],
): TrustRoot {
  return withGrant(root, key, { to: name, role: 'submit', predicateTypes })
}

function withGrant(root: TrustRoot, key: PublicKey, grant: SubmitGrant): TrustRoot {
  const { to: name } = grant
  const known = Object.hasOwn(root.principals, name) ? root.principals[name] : undefined
  const keys = [...new Set([...(known?.keys ?? []), key.id])]
  return {
    ...root,
    principals: { ...root.principals, [name]: { ...known, keys } },
    keys: { ...root.keys, [key.id]: { spki: formatBase64(key.spki) } },
    grants: [...root.grants, grant],
  }
}
