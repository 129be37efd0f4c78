/** `attestree trust init`: the first contact with a ledger, where a person must look. */
import { writeFile } from 'node:fs/promises'
import { attestationId } from '../brand.ts'
import { Client } from '../client/client.ts'
import { firstContact } from '../client/first-contact.ts'
import { formatTrustFile } from '../client/trust-file.ts'
import { Fault } from '../errors.ts'
import { formatVerifierKey } from '../tlog/signed-note.ts'
import { pinsOf } from './connection.ts'
import type { CliContext } from './context.ts'
import { codeOf } from './key-store.ts'
import { wrap } from './table.ts'

export async function initTrust(
  context: CliContext,
  url: string,
  flags: { readonly key?: string; readonly trustRoot?: string; readonly out: string },
): Promise<void> {
  const { terminal } = context
  const found = await firstContact(url)
  const key = formatVerifierKey(found.logKey)
  if (flags.key !== undefined && flags.key !== key) {
    throw new Fault('wrong-log-key', `log key: expected ${flags.key.slice(0, 200)}, got ${key}`, {
      hint: 'Do not trust this server. Ask its operator.',
    })
  }
  if (flags.trustRoot !== undefined && attestationId(flags.trustRoot) !== found.trustRoot) {
    throw new Fault('wrong-trust-root', `trust root: expected ${flags.trustRoot}, got ${found.trustRoot}`, {
      hint: 'Do not trust this server. Ask its operator.',
    })
  }
  // Entry 0 must hold under that key and be that trust root before anything is written.
  await new Client({ url, ...found, pins: pinsOf(context) }).status()
  await writeNew(
    flags.out,
    formatTrustFile({ version: 1, logs: [{ url, key: found.logKey, trustRoot: found.trustRoot }] }),
  )
  terminal.print(`${terminal.color.green('✓')} Wrote ${flags.out}`)
  terminal.print(`  Log key     ${key}`)
  terminal.print(`  Trust root  ${found.trustRoot}`)
  if (flags.key === undefined || flags.trustRoot === undefined) {
    const advice =
      'Compare both with what the operator tells you by another way: from now on everything is checked against them.'
    for (const line of wrap('! ', advice, terminal.columns)) terminal.note(line)
  }
}

async function writeNew(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' })
  } catch (cause) {
    if (codeOf(cause) !== 'EEXIST') throw cause
    throw new Fault('already-exists', `${path}: there is a trust file already, and it is not replaced`, {
      hint: 'Move it away, or name another with --out.',
      cause,
    })
  }
}
