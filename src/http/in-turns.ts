/** Long texts that are written piece by piece, so that others are served between the pieces. */
import { setImmediate } from 'node:timers/promises'

/** Characters between two turns of the event loop: they are written in less than a millisecond. */
const CHARS_AT_ONCE = 64 * 1024

/** The same text in chunks of some length, each but the last followed by a turn of the event loop. */
export async function* inTurns(pieces: Iterable<string>): AsyncGenerator<string> {
  let text = ''
  for (const piece of pieces) {
    text += piece
    if (text.length < CHARS_AT_ONCE) continue
    yield text
    text = ''
    await setImmediate()
  }
  if (text !== '') yield text
}
