/** A yes before something is signed that cannot be taken back. */
import { createInterface } from 'node:readline/promises'
import { UsageError } from './usage-error.ts'

/** @throws UsageError if nobody can answer, or the answer is not yes: nothing is done then */
export async function requireYes(question: string, flags: { readonly yes?: true }): Promise<void> {
  if (flags.yes === true) return
  if (!process.stdin.isTTY)
    throw new UsageError(
      'nothing was signed: there is no terminal to ask on',
      'Read what it says above, then run it again with --yes.',
    )
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await prompt.question(`${question} [y/N] `)
    if (/^y(es)?$/i.test(answer.trim())) return
  } finally {
    prompt.close()
  }
  throw new UsageError('nothing was signed')
}
