/** `attestree verify IMAGE`: an image, by the verdicts of its attestations. */
import { repositoryOf } from '../attestation/image.ts'
import { predicateKind } from '../attestation/predicate-types.ts'
import { isOpenVex } from '../attestation/vex.ts'
import { verifyImage, type VerifiedImage } from '../client/verified-image.ts'
import type { ImageAnswer } from '../verify/answer.ts'
import { notRevokedSentence } from './answer-sentences.ts'
import { connect, type TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { answerJson } from './json-answer.ts'
import type { OutputFlags } from './output-flag.ts'
import { parseImageArgument } from './reference.ts'
import { printImage } from './show-command.ts'
import { plural, printWrapped } from './table.ts'
import { visible, type Terminal } from './terminal.ts'

export async function verifyImageOnline(
  context: CliContext,
  what: string,
  flags: TrustFlags & OutputFlags,
): Promise<void> {
  const image = parseImageArgument(what)
  const repository = repositoryOf(what)
  const answer = await verifyImage(await connect(context, flags), image, { repository })
  const exit = exitOfImage(answer)
  const verdict = { scope: scopeChecked(repository), result: resultOf(exit), verified: exit === 0 }
  if (flags.output === 'json') context.terminal.print(answerJson('Verify', { ...answer, ...verdict }))
  else printVerdict(context.terminal, answer, exit, { what, repository })
  context.setExitCode(exit)
}

/**
 * Good only if something valid is recorded and nothing about the image is revoked (contracts.md 9), by a server that has
 * looked at its whole log: behind the end of the index there may be a revocation.
 */
export function exitOfImage({ attestations, asOf }: Pick<ImageAnswer, 'attestations' | 'asOf'>): number {
  if (attestations.length === 0) return EXIT.notRecorded
  if (attestations.some(isAgainst)) return EXIT.revoked
  if (vouching(attestations) === 0) return EXIT.untrusted
  return asOf.indexedThrough < asOf.treeSize ? EXIT.cannotTell : EXIT.ok
}

type Attestation = ImageAnswer['attestations'][number]

/** How many count: one out of its signer's scope vouches for nothing, nor does what stands beside the image. */
export function vouching(attestations: readonly Attestation[]): number {
  return attestations.filter(
    ({ predicateType, verdict: { verdict } }) =>
      !isBeside(predicateType) && (verdict === 'valid' || verdict === 'valid-before-compromise'),
  ).length
}

/** What stands beside the image and was recorded in error, or by a key that leaked since, says nothing against it. */
function isAgainst({ predicateType, verdict: { verdict, reasons } }: Attestation): boolean {
  if (verdict !== 'revoked') return false
  const ofImage = reasons.some((one) => one.target?.startsWith('image:') && one.annulledBy === undefined)
  return ofImage || !isBeside(predicateType)
}

/** That an image was deployed, or is not hit by a vulnerability, says nothing of what it is and where it came from. */
function isBeside(predicateType: string): boolean {
  return predicateKind(predicateType) === 'deployment' || isOpenVex(predicateType)
}

/** In JSON, one word that follows the exit code. */
function resultOf(exit: number): string {
  if (exit === 0) return 'vouched-for'
  if (exit === EXIT.revoked) return 'revoked'
  if (exit === EXIT.cannotTell) return 'cannot-tell'
  return exit === EXIT.notRecorded ? 'not-recorded' : 'untrusted'
}

/** As README 2.7 says it: scopes are judged against the reference asked about, and only then. */
export function scopeChecked(repository: string | undefined): string {
  return repository === undefined ? 'not checked' : `checked against ${repository}`
}

interface Asked {
  readonly what: string
  readonly repository: string | undefined
}

function printVerdict(
  terminal: Terminal,
  answer: VerifiedImage,
  exit: number,
  { what: asked, repository }: Asked,
): void {
  printImage(terminal, answer, 'made here')
  const [mark, sentence] = notRevokedSentence(answer.asOf, sizeOf(answer))
  printWrapped(terminal, mark, sentence)
  terminal.print(visible(`Scope: ${scopeChecked(repository)}`))
  terminal.print('')
  const { color } = terminal
  warnOfOtherName(terminal, answer, asked)
  if (exit === 0) {
    terminal.print(
      `${color.green('✓')} Vouched for: ${plural(vouching(answer.attestations), 'attestation')}, none revoked${answer.statusSize === undefined ? ' as far as this server shows' : ''}.`,
    )
    const unwitnessed = answer.statusCosigned === undefined ? '; not witnessed' : ''
    printWrapped(terminal, '? ', `Not established: that nothing else was left out${unwitnessed}.`)
  } else if (exit === EXIT.revoked) terminal.print(`${color.red('⊘')} ${revokedSentence(answer)}`)
  else if (exit === EXIT.cannotTell)
    terminal.print(
      `${color.yellow('?')} Not verified: the newest entries were not looked at, and a revocation may be among them. Ask again.`,
    )
  else terminal.print(`${color.red('✕')} Not verified: nobody whose word counts vouches for this image.`)
}

function sizeOf({
  statusSize: size,
  statusCosigned: cosigned,
}: VerifiedImage): Parameters<typeof notRevokedSentence>[1] {
  return size === undefined ? {} : { size, cosigned }
}

/** Which of the two it is decides what somebody does next. */
function revokedSentence({ revoked, attestations }: ImageAnswer): string {
  if (revoked) return 'REVOKED. Do not deploy this image.'
  const taken = attestations.filter(isAgainst).map((one) => `#${one.entry}`)
  return `REVOKED: ${taken.length} of ${plural(attestations.length, 'attestation')} (${taken.join(' ')}). Do not deploy before somebody has looked at it.`
}

/** Everything is bound to the digest: a name that nobody signed for says nothing about where it was pulled from. */
function warnOfOtherName(terminal: Terminal, { names }: ImageAnswer, asked: string): void {
  const name = asked.includes('@') ? asked.slice(0, asked.indexOf('@')) : undefined
  const plain = (text: string): string => text.replace(/^image:/, '').replace(/:[^/:]+$/, '')
  if (name === undefined || names.some((one) => plain(one) === plain(name))) return
  const text = `Nobody signed for the name ${visible(name)}: the attestations name ${visible(names.join(', ')) || 'none'}. Only the digest was checked.`
  printWrapped(terminal, `${terminal.color.yellow('!')} `, text)
}
