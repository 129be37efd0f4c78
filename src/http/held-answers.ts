/**
 * What large answers hold in memory until their readers have taken them. Whoever asks for one and reads nothing makes us
 * hold it until the connection is given up; a hundred such readers of a 64 MiB statement would be all there is.
 */
import type { EventEmitter } from 'node:events'
import { Fault } from '../errors.ts'

const MIB = 1024 * 1024
/** As much as bodies may hold (request-body.ts). */
export const MAX_HELD_BYTES = 4 * 88 * MIB
/** Shorter ones are not counted: all connections together hold 64 MiB of them. */
const COUNTED_FROM = 64 * 1024

let held = 0

/** Counts an answer until `response` is closed, or what is returned is called. @throws Fault `busy` if it is too much */
export function holdAnswer(
  response: Pick<EventEmitter, 'once' | 'off'> & { readonly destroyed?: boolean },
  bytes: number,
): () => void {
  // Who has left while the answer was made closes nothing any more: it would be held for ever.
  if (bytes < COUNTED_FROM || response.destroyed === true) return () => undefined
  if (held > 0 && held + bytes > MAX_HELD_BYTES)
    throw new Fault('busy', 'ledger: too many large answers wait for their readers', {
      hint: 'Try again in a moment.',
    })
  held += bytes
  let isHeld = true
  const release = (): void => {
    response.off('close', release)
    if (isHeld) held -= bytes
    isHeld = false
  }
  response.once('close', release)
  return release
}
