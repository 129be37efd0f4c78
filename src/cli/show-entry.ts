/** `attestree show N`: one entry, with what was signed in short. */
import { parseDeployment } from '../attestation/deployment.ts'
import { predicateKind } from '../attestation/predicate-types.ts'
import { parseControl, type ControlStatement } from '../attestation/control.ts'
import type { Statement } from '../attestation/statement.ts'
import type { LogIndex } from '../brand.ts'
import type { Client } from '../client/client.ts'
import { entryStanding, type EntryStanding } from '../client/entry-standing.ts'
import { signedEntry, type SignedEntry } from '../client/signed-entry.ts'
import type { AsOf, Verdict } from '../verify/answer.ts'
import { notRevokedSentence } from './answer-sentences.ts'
import type { CliContext } from './context.ts'
import { answerJson } from './json-answer.ts'
import type { OutputFlags } from './output-flag.ts'
import { printWrapped } from './table.ts'
import { visible, type Terminal } from './terminal.ts'
import { reasonsOf } from './verdict-text.ts'

/** A statement may be about a thousand things; this many are shown. */
const SUBJECTS_SHOWN = 5

export async function showEntry(
  context: CliContext,
  client: Client,
  index: LogIndex,
  flags: OutputFlags,
): Promise<void> {
  const signed = await signedEntry(client, index)
  const standing = await entryStanding(client, signed)
  const open = standing?.proven === undefined ? ['absence'] : []
  const notEstablished = standing === undefined ? ['signer', 'verdict'] : open
  if (flags.output === 'json')
    context.terminal.print(answerJson('Entry', { ...signed.answer, ...standing, notEstablished }))
  else printEntry(context.terminal, signed, standing)
}

/** @param standing undefined where the server's index does not reach the entry */
export function printEntry(
  terminal: Terminal,
  { answer, entry, statement }: SignedEntry,
  standing: EntryStanding | undefined,
): void {
  terminal.print(`Entry ${entry.index}`)
  terminal.print(`  Attestation  ${entry.attestation}`)
  terminal.print(`  Signed by    ${entry.keyId}${signerText(standing)}`)
  terminal.print(`  States       ${visible(statement.predicateType)}`)
  for (const line of subjectLines(statement)) terminal.print(`  About        ${visible(line)}`)
  for (const [name, value] of [...controlLines(parseControl(statement)), ...deploymentLines(statement)])
    terminal.print(`  ${name.padEnd(11)}  ${visible(value)}`)
  for (const line of verdictLines(standing)) terminal.print(`  Verdict      ${visible(line)}`)
  terminal.print(`  Recorded     ${visible(entry.recordedAt)}  (the server’s word)`)
  terminal.print(
    `✓ The signature verifies, and the entry is proven in the checkpoint of size ${answer.asOf.treeSize}.`,
  )
  printStanding(terminal, standing, answer.asOf)
}

function signerText(standing: EntryStanding | undefined): string {
  if (standing === undefined) return ''
  return visible(`  (${standing.signer ?? 'not registered'})`)
}

/** One line where all subjects are worth the same. */
function verdictLines(standing: EntryStanding | undefined): readonly string[] {
  if (standing === undefined) return []
  const told = new Map<string, Verdict[]>()
  for (const one of standing.verdicts) {
    const why = reasonsOf(one)
    const text = why === '' || why === one.verdict ? one.verdict : `${one.verdict}: ${why}`
    told.set(text, [...(told.get(text) ?? []), one])
  }
  if (told.size < 2) return [...told.keys()]
  return [...told].map(
    ([text, [first, ...others]]) =>
      `${text}  (of ${first?.subject ?? ''}${others.length === 0 ? '' : `, and of ${others.length} more`})`,
  )
}

function printStanding(terminal: Terminal, standing: EntryStanding | undefined, asOf: AsOf): void {
  const { color } = terminal
  if (standing === undefined) {
    const text =
      'The server has not looked at this entry yet: whose key it is, and whether it is revoked, is not established. Ask again.'
    return printWrapped(terminal, `${color.yellow('?')} `, text)
  }
  const verdicts = standing.verdicts.map((one) => one.verdict)
  if (standing.signer === null) {
    const text =
      'Its signer is not registered: what it states counts for nothing, since nobody says who holds the key.'
    printWrapped(terminal, `${color.yellow('!')} `, text)
  }
  if (verdicts.includes('revoked')) {
    const some = verdicts.every((one) => one === 'revoked') ? 'It is' : 'For some of what it is about, it is'
    terminal.print(`${color.red('⊘')} ${some} revoked. Do not rely on it.`)
  }
  printWrapped(terminal, '✓ ', 'Signer and verdict were made here from what was signed.')
  printWrapped(terminal, ...notRevokedSentence(asOf, standing.proven ?? {}))
}

function subjectLines({ subjects }: Statement): readonly string[] {
  const shown = subjects
    .slice(0, SUBJECTS_SHOWN)
    .map(({ name, digest }) => `${name || '(no name)'}  sha256:${digest['sha256'] ?? '(none)'}`)
  const more = subjects.length - shown.length
  return more > 0 ? [...shown, `and ${more} more`] : shown
}

/** Times are the signer's claims. */
function deploymentLines(statement: Statement): readonly (readonly [string, string])[] {
  if (predicateKind(statement.predicateType) !== 'deployment') return []
  const { environment, cluster, from, until, note } = parseDeployment(statement)
  return [
    ['Ran in', cluster === undefined ? environment : `${environment} (${cluster})`],
    ['Claimed', until === undefined ? `since ${from}` : `from ${from} until ${until}`],
    ...(note === undefined ? [] : [['Note', note] as const]),
  ]
}

function controlLines(control: ControlStatement | undefined): readonly (readonly [string, string])[] {
  if (control === undefined) return []
  switch (control.kind) {
    case 'trust-root':
      return [
        [
          'Version',
          `${control.root.version} of the trust root; principals: ${Object.keys(control.root.principals).join(', ')}`,
        ],
      ]
    case 'revocation': {
      const { target, mode, cutoff, reason, basis, detail, incident } = control.revocation
      const reach = cutoff === undefined ? mode : `${mode} size ${cutoff.treeSize}`
      const told: [string, string | undefined][] = [
        ['Detail', detail],
        ['Incident', incident],
        ['Rests on', basis === undefined ? undefined : `entry ${basis.entry}`],
      ]
      const said = told.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
      return [['Revokes', target.uri], ['Because', `${reason} (${reach})`], ...said]
    }
    case 'annulment': {
      const { revocation, reason, detail } = control.annulment
      const said = detail === undefined ? [] : [['Detail', detail] as const]
      return [['Annuls', `attestation:${revocation}`], ['Because', reason], ...said]
    }
  }
}
