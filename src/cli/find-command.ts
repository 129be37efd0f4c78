/** `attestree find`: which images contain a component, or have a commit, builder, …. Every row is made again from what was signed before it is shown. */
import { Command } from 'commander'
import { verifiedFound, verifiedImages } from '../client/verified-images.ts'
import type { QuestionCoverage, RowsAnswer } from '../verify/answer.ts'
import { connect, type TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { formatImageRows } from './image-rows.ts'
import { answerJson } from './json-answer.ts'
import { outputOption, serverOption, trustOption, type OutputFlags } from './output-flag.ts'
import { predicateOf, questionOf, withQuestionFlags, type StatedFlags } from './question.ts'
import { plural, printWrapped } from './table.ts'
import { visible, type Terminal } from './terminal.ts'
import { printClaims } from './unregistered-claims.ts'
import { UsageError } from './usage-error.ts'

export type QuestionFlags = TrustFlags & StatedFlags

interface FindFlags extends QuestionFlags, OutputFlags {
  readonly limit?: number
}

export function findCommand(context: CliContext): Command {
  return withQuestion(new Command('find'))
    .description('which images contain a component (or have a commit, builder, …), with proof for each row')
    .option('--limit <NUMBER>', 'rows to show, 1 to 1000', parseLimit)
    .addOption(outputOption())
    .addHelpText(
      'after',
      "\nExamples:\n  attestree find pkg:npm/lodash --range '<4.17.21'\n  attestree find pkg:npm/lodash@4.17.20\n  attestree find pkg:npm/left-pad -o json\n  attestree find --base registry.example/base@sha256:…\n  attestree find --licence AGPL-3.0-only\n",
    )
    .action((component: string | undefined, flags: FindFlags) => find(context, component, flags))
}

/** The arguments that `find` and `get evidence` share. */
export function withQuestion(command: Command): Command {
  return withQuestionFlags(command).addOption(serverOption()).addOption(trustOption())
}

function parseLimit(text: string): number {
  const limit = Number(text)
  if (!/^\d{1,4}$/.test(text) || limit < 1 || limit > 1000)
    throw new UsageError(`--limit: expected a number from 1 to 1000, got ${text}`)
  return limit
}

async function find(context: CliContext, component: string | undefined, flags: FindFlags): Promise<void> {
  const query = {
    ...questionOf(component, flags),
    ...(flags.limit === undefined ? {} : { limit: flags.limit }),
  }
  const client = await connect(context, flags)
  const { answer } = await ('component' in query
    ? verifiedImages(client, query)
    : verifiedFound(client, query))
  if (flags.output === 'json') context.terminal.print(answerJson('Find', answer))
  else printImages(context.terminal, answer)
}

function printImages(terminal: Terminal, answer: RowsAnswer): void {
  if (answer.items.length > 0) {
    for (const line of formatImageRows(answer.items, terminal.columns)) terminal.print(line)
    terminal.print('')
  }
  for (const [mark, sentence] of sentencesOf(answer)) printWrapped(terminal, mark, sentence)
  printClaims(terminal, answer.unregistered)
}

/** Ecosystems whose packages are named with a namespace: without it a name is most likely a slip, not an all-clear. */
const namespaced: Readonly<Record<string, string>> = {
  apk: 'alpine',
  composer: 'vendor',
  deb: 'debian',
  github: 'owner',
  golang: 'host/path',
  maven: 'group',
  rpm: 'redhat',
}

function namespaceAdvice({ question }: RowsAnswer): readonly (readonly [mark: string, sentence: string])[] {
  if (!('component' in question)) return []
  const [, type = '', rest = ''] = /^pkg:([a-z0-9.+-]+)\/(.*)$/.exec(question.component) ?? []
  const namespace = namespaced[type]
  if (namespace === undefined || rest.includes('/')) return []
  return [
    [
      '! ',
      `Packages of ${type} are named with a namespace, such as pkg:${type}/${namespace}/${visible(rest)}: without it nothing may match.`,
    ],
  ]
}

const EACH_ROW = 'Each row was made again here from what was signed, and is proven to be in the log.'

/** What was found, how far that reaches, and on whose word. */
function sentencesOf(answer: RowsAnswer): readonly (readonly [mark: string, sentence: string])[] {
  const { coverage, asOf, items, next } = answer
  const unreadable = plural(coverage.unreadableEntries, 'entry', 'entries')
  return [
    ['', 'affected' in coverage ? summary(answer.question, coverage) : foundSummary(answer)],
    ['', `Of ${plural(coverage.images, 'image')}: ${countsOf(coverage)} (no SBOM that counts).`],
    ...(coverage.unreadableEntries > 0 ? [['', `${unreadable} could not be read.`] as const] : []),
    [
      '',
      `As of ${plural(asOf.treeSize, 'entry', 'entries')} of ${visible(asOf.origin)}. ${indexLine(answer)}`,
    ],
    ...(items.length > 0 ? [['✓ ', EACH_ROW] as const] : namespaceAdvice(answer)),
    ['? ', 'The counts, and that no row is missing, are the server’s word.'],
    ...(next === undefined ? [] : [['', 'More rows match: --limit 1000 shows up to a thousand.'] as const]),
  ]
}

function indexLine({ asOf }: RowsAnswer): string {
  const behind = asOf.treeSize - asOf.indexedThrough
  if (behind > 0) return `Index ${plural(behind, 'entry', 'entries')} behind: the newest may be missing.`
  return asOf.recordedAt === null
    ? 'Index up to date.'
    : `Index up to date (newest: ${visible(asOf.recordedAt)}, the server’s word).`
}

function countsOf(coverage: RowsAnswer['coverage']): string {
  if (!('affected' in coverage)) return `${coverage.withSbom} with an SBOM, ${coverage.unknown} unknown`
  const { affected, notAffected, undetermined, unknown } = coverage
  return `${affected} affected, ${notAffected} not affected, ${undetermined} undetermined, ${unknown} unknown`
}

function summary(question: RowsAnswer['question'], coverage: QuestionCoverage): string {
  const withSbom = coverage.images - coverage.unknown
  const asked = predicateOf(question).slice('contain '.length)
  if (coverage.affected > 0) {
    return `${coverage.affected} of ${plural(withSbom, 'image')} with an SBOM ${coverage.affected === 1 ? 'contains' : 'contain'} ${asked}.`
  }
  if (withSbom === 0) return `Nothing can be said about ${asked}: no image has an SBOM that counts.`
  return `None of ${plural(withSbom, 'image')} with an SBOM is known to contain ${asked}.`
}

/** How many there are in all, the server does not count. */
function foundSummary({ question, items, next }: RowsAnswer): string {
  const asked = predicateOf(question)
  if (items.length === 0) return `Images that ${asked}: none is known.`
  const taken = items.filter((row) => row.status === 'undetermined').length
  const revoked = taken === 0 ? '' : `, ${taken} of them only by statements that no longer hold`
  return `Images that ${asked}: ${next === undefined ? '' : 'at least '}${items.length}${revoked}.`
}
