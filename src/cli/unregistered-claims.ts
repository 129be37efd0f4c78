/** Claims by unregistered signers, always apart from what counts: whoever reads must not add them up. */
import type { UnregisteredClaims } from '../verify/answer.ts'
import { formatTable, plural, printWrapped } from './table.ts'
import { visible, type Terminal } from './terminal.ts'

/** Nothing, if there are none. */
export function printClaims(terminal: Terminal, claims: UnregisteredClaims | undefined): void {
  if (claims === undefined) return
  const { items, more } = claims
  terminal.print('')
  const rows = items.map((claim) => [
    `#${claim.entry}`,
    claim.predicateType,
    claim.matches.join(' ') || '–',
    claim.subjects.join(' ') || '–',
    claim.key,
  ])
  if (rows.length > 0) {
    for (const line of formatTable(['UNREGISTERED CLAIM', 'STATES', 'HAS', 'ABOUT', 'KEY'], rows))
      terminal.print(visible(line))
  }
  const unlisted = more === 0 ? '' : ` ${plural(more, 'more is', 'more are')} not listed.`
  printWrapped(
    terminal,
    `${terminal.color.yellow('!')} `,
    `Unregistered claims count for nothing: nobody says who holds these keys.${unlisted}`,
  )
}
