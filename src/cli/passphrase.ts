/** Passphrases of key files: from the environment, else from a prompt. Never from a flag, never shown. */
import type { Settings } from './settings.ts'
import { UsageError } from './usage-error.ts'

/** The passphrase that opens a file. @throws UsageError if nobody can answer */
export async function askPassphrase(file: string): Promise<string> {
  requireTerminal(file)
  return ask(`Passphrase of ${file}:`)
}

/** The passphrase for a new file, asked twice. */
export async function askNewPassphrase(settings: Settings, file: string): Promise<string> {
  if (settings.passphrase !== undefined) return settings.passphrase
  requireTerminal(file)
  const first = await ask(`New passphrase for ${file} (empty for none):`)
  const second = await ask('Again:')
  if (first !== second) throw new UsageError('passphrase: the two are not the same', 'Run the command again.')
  return first
}

/** Loaded when somebody is asked: most commands ask nothing. */
async function ask(message: string): Promise<string> {
  const { default: password } = await import('@inquirer/password')
  return password({ message, mask: true }, { output: process.stderr })
}

function requireTerminal(file: string): void {
  if (process.stdin.isTTY) return
  throw new UsageError(
    `passphrase of ${file}: there is no terminal to ask on`,
    'Set ATTESTREE_PASSPHRASE (it may be empty).',
  )
}
