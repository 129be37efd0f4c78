/**
 * How postings stand in index.db (index.md 5): up to 256 of them as one byte string, the first as it is and each
 * later one as the difference to the one before, all as unsigned LEB128. About 1.5 bytes a posting.
 *
 * Every run can be read without the others. How runs and the tail of a key lie in rows is index-store.ts's business.
 */
import { logIndex, type LogIndex } from '../../brand.ts'
import { Fault } from '../../errors.ts'

export const RUN_LENGTH = 256
/** 53 bits, 7 in a byte. */
const MAX_VARINT_BYTES = 8

/** What is stored of one key beside its closed runs. */
export interface KeyTail {
  /** Of all postings of the key. */
  readonly count: number
  /** The highest posting; any number if there is none. */
  readonly last: number
  /** The count % 256 newest postings, coded. */
  readonly tail: Uint8Array
}

export const emptyTail: KeyTail = { count: 0, last: -1, tail: new Uint8Array() }

/**
 * Adds ascending postings to a key. Calls `closeRun` for each run that is full, with its number from 0, and bytes that hold
 * until it returns.
 *
 * @throws Fault `bad-proof` (`integrity-error`) if what is stored cannot be the tail of such a key
 */
export type AppendPostings = (
  stored: KeyTail,
  indexes: readonly LogIndex[],
  closeRun: (run: number, postings: Uint8Array) => void,
) => KeyTail

/** An appender with room of its own, so that adding a posting allocates nothing. */
export function postingAppender(): AppendPostings {
  const room = new Uint8Array(RUN_LENGTH * MAX_VARINT_BYTES)
  return (stored, indexes, closeRun) => {
    checkTail(stored, indexes[0])
    room.set(stored.tail)
    let { count, last } = stored
    let length = stored.tail.length
    for (const index of indexes) {
      length = writeVarint(room, length, count % RUN_LENGTH === 0 ? index : index - last)
      last = index
      count += 1
      if (count % RUN_LENGTH === 0) {
        closeRun(count / RUN_LENGTH - 1, room.subarray(0, length))
        length = 0
      }
    }
    return { count, last, tail: room.slice(0, length) }
  }
}

function checkTail({ count, last, tail }: KeyTail, next: LogIndex | undefined): void {
  const postings = count % RUN_LENGTH
  let ends = 0
  for (const byte of tail) if (byte < 0x80) ends++
  const sound =
    ends === postings && tail.length <= postings * MAX_VARINT_BYTES && (next === undefined || last < next)
  if (!sound) throw damaged('index', `a tail of ${postings} postings below ${String(next)}`)
}

/** Writes an unsigned LEB128 number and returns where it ends. Arithmetic, since bit operators work on 32 bits. */
function writeVarint(into: Uint8Array, at: number, value: number): number {
  let rest = value
  let end = at
  while (rest >= 0x80) {
    into[end++] = (rest % 0x80) + 0x80
    rest = Math.floor(rest / 0x80)
  }
  into[end++] = rest
  return end
}

/**
 * Reads a run of exactly `count` postings, all above `above`, and adds them to `into`.
 *
 * @throws Fault `bad-proof` (`integrity-error`) for anything else
 */
export function readRun(
  bytes: Uint8Array,
  count: number,
  above: number,
  into: LogIndex[],
  subject: string,
): void {
  let read = 0
  let last = 0
  let value = 0
  let scale = 1
  for (const byte of bytes) {
    value += (byte % 0x80) * scale
    scale *= 0x80
    if (byte >= 0x80) continue
    const index = read === 0 ? value : last + value
    if (!Number.isSafeInteger(index) || index <= (read === 0 ? above : last))
      throw damaged(subject, 'ascending postings')
    into.push(logIndex(index))
    last = index
    read += 1
    value = 0
    scale = 1
  }
  if (read !== count || scale !== 1) throw damaged(subject, `a run of ${count} postings`)
}

function damaged(subject: string, expected: string): Fault {
  return new Fault(
    'integrity-error',
    `${subject}: expected ${expected}, the stored ones are something else`,
    {
      hint: 'The index can be deleted (index.db); it is rebuilt from the log.',
    },
  )
}
