/** `attestree deploy list`: what ran where, and when. Every row is made again from what was signed before it is shown. */
import { Command } from 'commander'
import { verifiedDeployments } from '../client/verified-deployments.ts'
import type { DeploymentRow, DeploymentsAnswer } from '../verify/deployments.ts'
import { connect, type TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { answerJson } from './json-answer.ts'
import { outputOption, serverOption, trustOption, type OutputFlags } from './output-flag.ts'
import { parseTime } from './parse-time.ts'
import { parseImageArgument } from './reference.ts'
import { systemClock } from './system-clock.ts'
import { formatTable, plural, printWrapped } from './table.ts'
import { visible, type Terminal } from './terminal.ts'
import { printClaims } from './unregistered-claims.ts'

interface ListFlags extends TrustFlags, OutputFlags {
  readonly environment?: string
  readonly image?: string
  readonly at?: string
}

/** As many as one answer has. */
const MAX_ROWS = 1000

export function deployListCommand(context: CliContext): Command {
  return new Command('list')
    .description('what ran where, and when; by signers’ claims, with proof for each row')
    .option('--environment <NAME>', 'only there; compared as written')
    .option('--image <IMAGE>', 'only this image, sha256:… or NAME@sha256:…')
    .option('--at <TIME>', 'only what ran then, with an offset: 2026-11-17T16:45Z, or now')
    .addOption(outputOption())
    .addOption(serverOption())
    .addOption(trustOption())
    .addHelpText(
      'after',
      '\nExamples:\n  attestree deploy list --environment prod --at 2026-11-17T16:45+01:00\n  attestree deploy list --image registry.example/shop@sha256:…\n',
    )
    .action((flags: ListFlags) => list(context, flags))
}

async function list(context: CliContext, flags: ListFlags): Promise<void> {
  const { environment, image, at } = flags
  const query = {
    ...(environment === undefined ? {} : { environment }),
    ...(image === undefined ? {} : { image: parseImageArgument(image) }),
    ...(at === undefined ? {} : { time: parseTime('--at', at, systemClock.now()) }),
    limit: MAX_ROWS,
  }
  const answer = await verifiedDeployments(await connect(context, flags), query)
  if (flags.output === 'json') context.terminal.print(answerJson('Deployments', answer))
  else printDeployments(context.terminal, answer)
}

export function printDeployments(terminal: Terminal, answer: DeploymentsAnswer): void {
  const { items, asOf, next, question } = answer
  if (items.length > 0) {
    const header = ['ENVIRONMENT', 'IMAGE', 'FROM', 'UNTIL', 'SAID BY', 'BUT', 'DIGEST']
    for (const line of formatTable(header, items.map(cellsOf))) terminal.print(line)
    terminal.print('')
  }
  printWrapped(terminal, '', summaryOf(answer))
  if (items.some((row) => row.disputedBy.length > 0))
    printWrapped(
      terminal,
      '! ',
      'Signers disagree: those behind "disputed by" say that it did not run there then.',
    )
  const revoked = new Set(items.filter((row) => row.revoked).map((row) => row.image)).size
  if (revoked > 0)
    printWrapped(
      terminal,
      `${terminal.color.red('⊘')} `,
      `${plural(revoked, 'image is', 'images are')} revoked.`,
    )
  if (next !== undefined)
    printWrapped(terminal, '! ', 'There are more: narrow it with --environment, --image or --at.')
  terminal.print(`As of ${plural(asOf.treeSize, 'entry', 'entries')} of ${visible(asOf.origin)}.`)
  const behind = asOf.treeSize - asOf.indexedThrough
  if (behind > 0)
    terminal.print(`! Index ${plural(behind, 'entry', 'entries')} behind: the newest may be missing.`)
  if (items.length > 0) {
    const each = 'Each row was made again here from what was signed, and is proven to be in the log.'
    printWrapped(terminal, '✓ ', each)
  }
  const claimed = 'Times are the signers’ claims. That no statement is missing is the server’s word.'
  printWrapped(
    terminal,
    '? ',
    question.time === undefined ? claimed : `${claimed} What nobody recorded is not here.`,
  )
  printClaims(terminal, answer.unregistered)
}

/** Of one image there may be a row for each cluster and signer. */
function summaryOf({ items, question: { environment, time }, next }: DeploymentsAnswer): string {
  const where = environment === undefined ? '' : ` in ${visible(environment)}`
  const atLeast = next === undefined ? '' : 'at least '
  const images = `${atLeast}${plural(new Set(items.map((row) => row.image)).size, 'image')}`
  if (time !== undefined)
    return `Known to have run${where} at ${time}: ${items.length === 0 ? 'nothing' : images}.`
  if (items.length === 0) return `No deployment is known${where}.`
  const open = items.filter((row) => row.until === null).length
  return `${atLeast}${plural(items.length, 'period')}${where}, of ${images}; ${open} without a known end.`
}

function cellsOf(row: DeploymentRow): readonly string[] {
  const { environment, cluster, name, from, until, endedBy, signer, entry, disputedBy, revoked, image } = row
  const but = [
    ...(revoked ? ['revoked'] : []),
    ...(disputedBy.length === 0 ? [] : [`disputed by ${disputedBy.map((one) => `#${one}`).join(' ')}`]),
  ]
  return [
    cluster === null ? environment : `${environment} (${cluster})`,
    name || '(no name)',
    from,
    until === null ? '(no end)' : endedBy === null ? until : `${until} (by #${endedBy})`,
    `${signer} #${entry}`,
    but.join(', ') || '–',
    image,
  ]
}
