/** `attestree find`: which images contain a component. Every row is made again from what was signed before it is shown. */
import { Command } from 'commander'
import { verifiedImages } from '../client/verified-images.ts'
import type { ImagesAnswer } from '../verify/answer.ts'
import { connect, type TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { formatImageRows } from './image-rows.ts'
import { answerJson } from './json-answer.ts'
import { outputOption, serverOption, trustOption, type OutputFlags } from './output-flag.ts'
import { plural, printWrapped } from './table.ts'
import { visible, type Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'

export interface QuestionFlags extends TrustFlags {
  readonly range?: string
}

interface FindFlags extends QuestionFlags, OutputFlags {
  readonly limit?: number
}

export function findCommand(context: CliContext): Command {
  return withQuestion(new Command('find'))
    .description('which images contain a component, with proof for each row')
    .option('--limit <NUMBER>', 'rows to show, 1 to 1000', parseLimit)
    .addOption(outputOption())
    .addHelpText(
      'after',
      "\nExamples:\n  attestree find pkg:npm/lodash --range '<4.17.21'\n  attestree find pkg:npm/lodash@4.17.20\n  attestree find pkg:npm/left-pad -o json\n",
    )
    .action((component: string, flags: FindFlags) => find(context, component, flags))
}

/** The arguments that `find` and `get evidence` share. */
export function withQuestion(command: Command): Command {
  return command
    .argument('PURL', 'the component: pkg:type/name or pkg:type/name@version')
    .option('--range <RANGE>', "versions, e.g. '<4.17.21', '>=1.0.0,<1.2.0' or VERS (npm)")
    .addOption(serverOption())
    .addOption(trustOption())
}

function parseLimit(text: string): number {
  const limit = Number(text)
  if (!/^\d{1,4}$/.test(text) || limit < 1 || limit > 1000)
    throw new UsageError(`--limit: expected a number from 1 to 1000, got ${text}`)
  return limit
}

async function find(context: CliContext, component: string, flags: FindFlags): Promise<void> {
  const asked = requirePurl(component)
  const client = await connect(context, flags)
  const { answer } = await verifiedImages(client, {
    component: asked,
    ...(flags.range === undefined ? {} : { range: flags.range }),
    ...(flags.limit === undefined ? {} : { limit: flags.limit }),
  })
  if (flags.output === 'json') context.terminal.print(answerJson('Find', answer))
  else printImages(context.terminal, answer)
}

/** Names without a type are ambiguous; searching by them comes with a later version. */
export function requirePurl(component: string): string {
  if (component.startsWith('pkg:')) return component
  throw new UsageError(
    `component: expected a package URL, got ${component.slice(0, 100)}`,
    component.includes('/') && !component.startsWith('@')
      ? `Perhaps pkg:${component.slice(0, 100)}`
      : `For an npm package: pkg:npm/${component.slice(0, 100)}`,
  )
}

function printImages(terminal: Terminal, answer: ImagesAnswer): void {
  if (answer.items.length > 0) {
    for (const line of formatImageRows(answer.items, terminal.columns)) terminal.print(line)
    terminal.print('')
  }
  for (const [mark, sentence] of sentencesOf(answer)) printWrapped(terminal, mark, sentence)
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

function namespaceAdvice({ question }: ImagesAnswer): readonly (readonly [mark: string, sentence: string])[] {
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
function sentencesOf(answer: ImagesAnswer): readonly (readonly [mark: string, sentence: string])[] {
  const { coverage, asOf, items, next } = answer
  const counts = `${coverage.affected} affected, ${coverage.notAffected} not affected, ${coverage.undetermined} undetermined, ${coverage.unknown} unknown`
  const unreadable = plural(coverage.unreadableEntries, 'entry', 'entries')
  return [
    ['', summary(answer)],
    ['', `Of ${plural(coverage.images, 'image')}: ${counts} (no SBOM that counts).`],
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

function indexLine({ asOf }: ImagesAnswer): string {
  const behind = asOf.treeSize - asOf.indexedThrough
  if (behind > 0) return `Index ${plural(behind, 'entry', 'entries')} behind: the newest may be missing.`
  return asOf.recordedAt === null
    ? 'Index up to date.'
    : `Index up to date (newest: ${visible(asOf.recordedAt)}, the server’s word).`
}

function summary({ question, coverage }: ImagesAnswer): string {
  const asked = visible(
    question.range === undefined ? question.component : `${question.component} in ${question.range}`,
  )
  const withSbom = coverage.images - coverage.unknown
  if (coverage.affected > 0) {
    return `${coverage.affected} of ${plural(withSbom, 'image')} with an SBOM ${coverage.affected === 1 ? 'contains' : 'contain'} ${asked}.`
  }
  if (withSbom === 0) return `Nothing can be said about ${asked}: no image has an SBOM that counts.`
  return `None of ${plural(withSbom, 'image')} with an SBOM is known to contain ${asked}.`
}
