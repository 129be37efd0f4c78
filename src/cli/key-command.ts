/** `attestree key new | show`: signing keys in cosign's format. */
import { Command, Option } from 'commander'
import { formatPublicKeyPem } from '../crypto/public-key.ts'
import { generateSigningKey } from '../crypto/signing-key.ts'
import type { CliContext } from './context.ts'
import { random, readKeyFile, readPublicKeyFile, writeKeyFile, writePublicKeyFile } from './key-store.ts'
import { askNewPassphrase } from './passphrase.ts'

export function keyCommand(context: CliContext): Command {
  const key = new Command('key').description('make and show signing keys (cosign’s key file format)')
  key
    .command('new')
    .description('make a key pair: NAME.key (private, encrypted, 0600) and NAME.pub')
    .argument('NAME', 'where to write it, without the ending')
    .addOption(
      new Option('--type <TYPE>', 'P-256 is what cosign verifies')
        .choices(['p256', 'ed25519'])
        .default('p256'),
    )
    .addHelpText('after', '\nExample:\n  ATTESTREE_PASSPHRASE=… attestree key new builder\n')
    .action((name: string, flags: { type: 'p256' | 'ed25519' }) => newKey(context, name, flags.type))
  key
    .command('show')
    .description('print the key id and the public key of a .pub or .key file')
    .argument('FILE')
    .addHelpText('after', '\nExample:\n  attestree key show builder.pub\n')
    .action((file: string) => showKey(context, file))
  return key
}

async function newKey(
  { terminal, settings }: CliContext,
  name: string,
  type: 'p256' | 'ed25519',
): Promise<void> {
  const key = generateSigningKey(type === 'p256' ? 'ecdsa-p256' : 'ed25519', random)
  await writeKeyFile(`${name}.key`, key, await askNewPassphrase(settings, `${name}.key`))
  await writePublicKeyFile(`${name}.pub`, key.publicKey)
  terminal.print(`${terminal.color.green('✓')} Wrote ${name}.key and ${name}.pub`)
  terminal.print(`  Key  ${key.publicKey.id}  (${key.publicKey.kind})`)
}

async function showKey({ terminal, settings }: CliContext, file: string): Promise<void> {
  const publicKey = file.endsWith('.key')
    ? (await readKeyFile(file, settings)).publicKey
    : await readPublicKeyFile(file)
  terminal.print(`${publicKey.id}  (${publicKey.kind})`)
  terminal.print(formatPublicKeyPem(publicKey).trimEnd())
}
