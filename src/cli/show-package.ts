/** `attestree show pkg:…`: which versions of a package there are, and in how many images. */
import type { Client } from '../client/client.ts'
import type { PackagesAnswer, VersionRow } from '../verify/packages-answer.ts'
import type { CliContext } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { answerJson } from './json-answer.ts'
import type { OutputFlags } from './output-flag.ts'
import { formatTable, plural, printWrapped } from './table.ts'
import { visible, type Terminal } from './terminal.ts'

/** As many as one answer has; no package of the real SBOMs seen comes near. */
const MAX_VERSIONS = 1000

/** Where no SBOM lists it, the exit code is that of everything that is not recorded. */
export async function showPackage(
  { terminal, setExitCode }: CliContext,
  client: Client,
  component: string,
  flags: OutputFlags,
): Promise<void> {
  const answer = await client.packages({ component, limit: MAX_VERSIONS })
  if (flags.output === 'json') terminal.print(answerJson('Package', answer))
  else printPackage(terminal, answer)
  if (answer.items.length === 0) setExitCode(EXIT.notRecorded)
}

export function printPackage(terminal: Terminal, answer: PackagesAnswer): void {
  const { items, versions, images, coverage, asOf, question } = answer
  if (items.length > 0) {
    const header = ['VERSION', 'IMAGES', 'SBOMS', 'FOR EXAMPLE']
    for (const line of formatTable(header, items.map(cellsOf))) terminal.print(line)
    terminal.print('')
  }
  const ofAll = `of ${plural(coverage.withSbom, 'image')} with an SBOM`
  const found =
    items.length === 0
      ? `none ${ofAll} is known to contain it`
      : `${plural(versions, 'version')}, in ${images} ${ofAll}`
  printWrapped(terminal, '', `${visible(question.component)}: ${found}.`)
  if (items.some((row) => !row.ordered))
    printWrapped(terminal, '! ', 'Versions marked "(no order)" have no place in this ecosystem’s order.')
  if (items.length < versions)
    printWrapped(terminal, '! ', `${versions - items.length} higher ones are not shown.`)
  if (items.length > 0) {
    const text =
      'IMAGES counts those of which an SBOM that counts lists the version, SBOMS all that ever did.'
    printWrapped(terminal, '', text)
  }
  terminal.print(`As of ${plural(asOf.treeSize, 'entry', 'entries')} of ${visible(asOf.origin)}.`)
  const behind = asOf.treeSize - asOf.indexedThrough
  if (behind > 0) terminal.print(`! Index ${plural(behind, 'entry', 'entries')} behind.`)
  if (items.length > 0) terminal.print('✓ Every entry named is proven to be in the log.')
  const example = `attestree find ${visible(question.component)}`
  const taken =
    items.length === 0
      ? `That is the server’s word; ${example} asks for the proof.`
      : `The versions and counts are the server’s word; ${example} shows the images, each with proof.`
  printWrapped(terminal, '? ', taken)
}

function cellsOf({ version, ordered, images, statements, entry }: VersionRow): readonly string[] {
  const named = version ?? '(none stated)'
  return [
    ordered || version === null ? named : `${named} (no order)`,
    String(images),
    String(statements),
    `#${entry}`,
  ]
}
