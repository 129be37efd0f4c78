/** What is piped into the program, whole. */
import { MAX_ADVISORIES_BYTES } from '../client/advisory-parts.ts'
import { UsageError } from './usage-error.ts'

/** The longest of all inputs that may come so. */
const MAX_STDIN_BYTES = MAX_ADVISORIES_BYTES

/** @throws UsageError if somebody sits at the keyboard, or if there is too much */
export async function readStdin(): Promise<Uint8Array> {
  if (process.stdin.isTTY)
    throw new UsageError('"-": expected a file on stdin, got a terminal', 'attestree find --osv - < FILE')
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
    length += chunk.length
    if (length > MAX_STDIN_BYTES) throw new UsageError(`stdin: expected at most ${MAX_STDIN_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
