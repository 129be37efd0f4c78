/** `attestree version`: which program this is, and by which rules it reads documents. */
import { Command } from 'commander'
import { MANIFEST_VERSION } from '../sbom/manifest.ts'
import type { CliContext } from './context.ts'
import { answerJson } from './json-answer.ts'
import { outputOption, type OutputFlags } from './output-flag.ts'

export function versionCommand(context: CliContext): Command {
  return new Command('version')
    .description('the version of this program, and of the rules by which it reads documents')
    .addOption(outputOption())
    .addHelpText('after', '\nExample:\n  attestree version -o json\n')
    .action((flags: OutputFlags) => printVersion(context, flags))
}

function printVersion({ terminal, version }: CliContext, { output }: OutputFlags): void {
  const [node, platform] = [process.version, `${process.platform}-${process.arch}`]
  if (output === 'json') {
    terminal.print(answerJson('Version', { version, manifestVersion: MANIFEST_VERSION, node, platform }))
    return
  }
  terminal.print(`attestree ${version}`)
  terminal.print(`  Manifest rules  version ${MANIFEST_VERSION}`)
  terminal.print(`  Node.js         ${node} on ${platform}`)
}
