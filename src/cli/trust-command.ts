/** `attestree trust init | show | update | cosign | annul | add-signer`: whom a client believes, and who may sign in a ledger. */
import { Command, Option } from 'commander'
import { annulmentReasons } from '../attestation/annulment.ts'
import { addSigner } from './trust-add-signer.ts'
import type { TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { outputOption, serverOption, trustOption, type OutputFlags } from './output-flag.ts'
import { annul } from './trust-annul.ts'
import { cosign } from './trust-cosign.ts'
import type { AddSignerFlags, AnnulFlags, SigningFlags } from './trust-flags.ts'
import { initTrust } from './trust-init.ts'
import { showTrust } from './trust-show.ts'
import { updateTrust } from './trust-update.ts'

export function trustCommand(context: CliContext): Command {
  const trust = new Command('trust').description('whom you believe, and who may sign')
  trust
    .command('init')
    .description('fetch a ledger’s key and trust root, show them, and write the trust file')
    .argument('URL')
    .option('--key <VKEY>', 'refuse any other log key')
    .option('--trust-root <ID>', 'refuse any other trust root')
    .option('--out <FILE>', 'the trust file', 'attestree-trust.yaml')
    .addHelpText('after', '\nExample:\n  attestree trust init http://127.0.0.1:8700\n')
    .action((url: string, flags: { key?: string; trustRoot?: string; out: string }) =>
      initTrust(context, url, flags),
    )
  withConnection(trust.command('show'))
    .description('what you trust, who may sign in that ledger, and what waits for a signature')
    .option('--json', 'the trust root in force alone, as JSON: the beginning of an update')
    .addOption(outputOption())
    .action((flags: TrustFlags & OutputFlags & { json?: true }) => showTrust(context, flags))
  withAdmin(trust.command('update'))
    .description('show what changes, then sign and record the next version of the trust root')
    .option('--yes', 'sign without being asked')
    .argument('FILE', 'the whole new trust root, JSON (trust show --json)')
    .addHelpText(
      'after',
      '\nExample:\n  attestree trust show --json > root.json   (edit it)\n  attestree trust update root.json --admin-key admin.key\n',
    )
    .action((file: string, flags: SigningFlags) => updateTrust(context, file, flags))
  withAdmin(trust.command('cosign'))
    .description('sign what waits for one more administrator: a version of the trust root, or an annulment')
    .argument('ID', 'its attestation id, as trust show, update and annul print it')
    .option('--yes', 'sign without being asked')
    .addHelpText('after', '\nExample:\n  attestree trust cosign sha256:… --admin-key second.key\n')
    .action((id: string, flags: SigningFlags) => cosign(context, id, flags))
  withAdmin(trust.command('add-signer'))
    .description('register a key under a principal and let it submit')
    .argument('NAME', 'the principal, new or known')
    .requiredOption('--key <PUB>', 'its public key (.pub)')
    .requiredOption('--types <TYPE...>', 'predicate types it may submit; a trailing * is a prefix')
    .option('--images <PATTERN...>', 'only about images in these repositories, e.g. registry.example/shop/**')
    .option('--environment <NAME...>', 'only deployments in these environments')
    .addHelpText(
      'after',
      "\nExamples:\n  attestree trust add-signer ci --key builder.pub --types 'https://cyclonedx.org/bom*' 'https://slsa.dev/provenance/*'\n  attestree trust add-signer deployer --key deployer.pub --types https://attestree.dev/deployment/v1 --environment test\n",
    )
    .action((name: string, flags: AddSignerFlags) => addSigner(context, name, flags))
  withAdmin(trust.command('annul'))
    .description('take a revocation back, by as many administrators as the trust root asks for')
    .argument('REVOCATION', 'its entry number, or attestation id')
    .addOption(new Option('--reason <REASON>', 'why').choices([...annulmentReasons]).makeOptionMandatory())
    .option('--detail <TEXT>', 'in your words, for everybody to read')
    .option('--yes', 'sign without being asked')
    .addHelpText('after', '\nExample:\n  attestree trust annul 17 --reason mistake\n')
    .action((revocation: string, flags: AnnulFlags) => annul(context, revocation, flags))
  return trust
}

function withConnection(command: Command): Command {
  return command.addOption(serverOption()).addOption(trustOption())
}

function withAdmin(command: Command): Command {
  return withConnection(command).option(
    '--admin-key <FILE>',
    'an administrator’s key (default: where server init put it)',
  )
}
