/** The signer state (ports.ts) in memory. */
import type { HeldCheckpoint, SignerState } from '../../ledger/ports.ts'
import { checkHeld, checkSuccessor, isHeld, somethingElseHeld } from '../monotonic.ts'
import type { MemoryLog } from './state.ts'

export function memorySignerState(state: MemoryLog): SignerState {
  return {
    async read() {
      return state.signer && copyOf(checkHeld(state.signer))
    },
    async replace(held, next) {
      checkSuccessor(held, next)
      if (!isHeld(state.signer, held)) throw somethingElseHeld(held)
      state.signer = copyOf(next)
    },
  }
}

function copyOf({ size, root, note }: HeldCheckpoint): HeldCheckpoint {
  return { size, root: new Uint8Array(root), note }
}
