/** What a check finds wrong. */
import { Fault } from '../errors.ts'

export interface Finding {
  /** `entry 17`, `tile 0/3`, `key components/70…`, `signer state`, … */
  readonly where: string
  readonly what: string
}

/** The reason of a fault, in words; anything else is a bug and goes on up. */
export function reasonOf(cause: unknown): string {
  if (cause instanceof Fault) return `${cause.reason}: ${cause.message}`
  throw cause
}
