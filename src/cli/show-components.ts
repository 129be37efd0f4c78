/** `attestree show IMAGE --components`: what is inside an image, by its SBOMs that count, read from what was signed. */
import type { ImageDigest } from '../brand.ts'
import type { Client } from '../client/client.ts'
import { imageComponents, type ImageComponents, type ListedComponent } from '../client/image-components.ts'
import { isNameMatch } from '../verify/glob.ts'
import type { CliContext } from './context.ts'
import { answerJson } from './json-answer.ts'
import type { OutputFlags } from './output-flag.ts'
import { formatTable, plural, printWrapped } from './table.ts'
import { visible, type Terminal } from './terminal.ts'

/** More lines than these run off a person's screen; a pipe gets all. */
const ROWS_SHOWN = 100

/** Case is not looked at. Without "/" in the pattern, the part of the name behind its last "/" may match as well. */
export function matchesName(pattern: string, name: string): boolean {
  const [wanted, given] = [pattern.toLowerCase(), name.toLowerCase()]
  if (isNameMatch(wanted, given)) return true
  return !wanted.includes('/') && isNameMatch(wanted, given.slice(given.lastIndexOf('/') + 1))
}

export async function showComponents(
  { terminal }: CliContext,
  client: Client,
  image: ImageDigest,
  flags: OutputFlags & { readonly name?: string },
): Promise<void> {
  const found = await imageComponents(client, image)
  const { name } = flags
  const items = found.components.filter((one) => name === undefined || matchesName(name, one.name))
  if (flags.output === 'table') return printComponents(terminal, found, items)
  const { names, revoked, asOf } = found.answer
  const about = { image, names, revoked, sboms: found.sboms, total: found.components.length }
  terminal.print(answerJson('Components', { ...about, items, asOf }))
}

/** @param items those of `found.components` that were asked for */
export function printComponents(
  terminal: Terminal,
  found: Pick<ImageComponents, 'answer' | 'sboms' | 'components'>,
  items: readonly ListedComponent[],
): void {
  const { answer, sboms, components } = found
  terminal.print(visible(answer.names.join(', ')) || '(no name)')
  terminal.print(answer.image)
  if (answer.revoked) terminal.print(`${terminal.color.red('⊘')} This image is revoked. Do not deploy it.`)
  terminal.print('')
  const shown = terminal.columns === undefined ? items : items.slice(0, ROWS_SHOWN)
  if (shown.length > 0) {
    const header = ['NAME', 'VERSION', 'TYPE', 'SBOM', 'DISTRO', 'SOURCE PACKAGE', 'LICENCE']
    for (const line of formatTable(
      header,
      shown.map((one) => cellsOf(one, sboms.length)),
    ))
      terminal.print(line)
    terminal.print('')
  }
  if (items.length > shown.length) {
    const rest = `${items.length - shown.length} more of ${items.length} are not shown:`
    printWrapped(terminal, `${terminal.color.yellow('!')} `, `${rest} narrow it with --name, or pipe it.`)
  }
  for (const [mark, text] of sentencesOf(found, items.length)) printWrapped(terminal, mark, text)
  terminal.print(
    `As of ${plural(answer.asOf.treeSize, 'entry', 'entries')} of ${visible(answer.asOf.origin)}.`,
  )
  if (components.length > 0)
    printWrapped(
      terminal,
      '✓ ',
      'Read here from what was signed; each SBOM’s entry is proven to be in the log.',
    )
  const declared =
    'That an SBOM lists everything is its signer’s word, that there is no other SBOM the server’s.'
  printWrapped(terminal, '? ', declared)
}

function sentencesOf(
  { sboms, components }: Pick<ImageComponents, 'sboms' | 'components'>,
  matching: number,
): readonly (readonly [mark: string, text: string])[] {
  if (sboms.length === 0) return [['', 'No SBOM of it counts: what is inside is unknown.']]
  const which = sboms.map(({ entry, format, tool }) => `#${entry} (${format} by ${tool || 'no tool named'})`)
  const counted = `${matching === components.length ? '' : `${matching} of `}${plural(components.length, 'component')}`
  const apart = components.filter((one) => one.entries.length < sboms.length).length
  return [
    [
      '',
      visible(
        `${counted} by ${plural(sboms.length, 'SBOM')} that ${sboms.length === 1 ? 'counts' : 'count'}: ${which.join(', ')}.`,
      ),
    ],
    ...(apart === 0
      ? []
      : [['! ', `They disagree on ${plural(apart, 'component')}, marked "only in".`] as const]),
  ]
}

function cellsOf(one: ListedComponent, sboms: number): readonly string[] {
  const entries = one.entries.map((entry) => `#${entry}`).join(' ')
  return [
    one.name || '(no name)',
    one.version ?? '(none)',
    one.type ?? '(no purl)',
    one.entries.length < sboms ? `only in ${entries}` : entries,
    one.distros.join(', ') || '–',
    one.sources.join(', ') || '–',
    // Last, since some list fifty: the columns before stay where they are.
    one.licences.join(', ') || '–',
  ]
}
