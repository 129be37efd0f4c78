/**
 * What never goes back: the signer state and the published notes (README 2.3). The same for every backend.
 * That the state to be replaced is the one that is held is decided by each backend, in its own transaction.
 */
import type { TreeSize } from '../brand.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { Fault } from '../errors.ts'
import type { HeldCheckpoint, PublishedNote } from '../ledger/ports.ts'

const ROOT_BYTES = 32

/** Same size and root, or both nothing. */
export function isHeld(actual: HeldCheckpoint | undefined, expected: HeldCheckpoint | undefined): boolean {
  if (actual === undefined || expected === undefined) return actual === expected
  return actual.size === expected.size && equalBytes(actual.root, expected.root)
}

/** @throws Fault `conflict`: `rollback` to a smaller size, `fork` at the same size */
export function checkSuccessor(held: HeldCheckpoint | undefined, next: HeldCheckpoint): void {
  if (next.root.length !== ROOT_BYTES) throw new Error(`signer state: ${next.root.length} bytes are no root`)
  if (held === undefined) return
  if (next.size < held.size) {
    throw new Fault('rollback', `signer state: expected size ${held.size} or more, got ${next.size}`)
  }
  if (next.size === held.size && !equalBytes(next.root, held.root)) {
    throw new Fault('fork', `signer state: another root is held for size ${held.size}`)
  }
}

/** The refusal of a compare-and-swap that found something else. */
export function somethingElseHeld(held: HeldCheckpoint | undefined): Fault {
  const expected = held === undefined ? 'nothing' : `size ${held.size} and its root`
  return new Fault('fork', `signer state: expected ${expected}, another checkpoint is held`, {
    hint: 'Another process may sign for this log, or an older state was restored. Do not sign until that is clear.',
  })
}

/** The first hint of damage: a held checkpoint that cannot have been stored by us. */
export function checkHeld(held: HeldCheckpoint): HeldCheckpoint {
  if (held.root.length === ROOT_BYTES && Number.isSafeInteger(held.size) && held.size >= 0) return held
  throw new Fault('integrity-error', 'signer state: expected a tree size and a 32-byte root')
}

/**
 * Whether the note is to be stored: no if the same one was published last.
 * @throws Fault `conflict`: `rollback` to a smaller size, `fork` for another note of the same size
 */
export function isNewNote(newest: PublishedNote | undefined, next: PublishedNote, size: TreeSize): boolean {
  if (next.size > size)
    throw new Error(`published note: of size ${next.size}, but the log has ${size} entries`)
  if (newest === undefined || next.size > newest.size) return true
  if (next.size < newest.size) {
    throw new Fault('rollback', `published note: expected size ${newest.size} or more, got ${next.size}`)
  }
  if (next.note !== newest.note)
    throw new Fault('fork', `published note: another one is public for size ${next.size}`)
  return false
}
