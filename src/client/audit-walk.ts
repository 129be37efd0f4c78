/** How an audit notes what it finds: shared by what it does with hashes and with what was signed. */
import { Fault } from '../errors.ts'
import type { Reason } from '../errors.ts'
import { asBadProof } from '../verify/bad-proof.ts'

/** After so many problems the log is wrong beyond doubt, and the first ones say where. */
export const MAX_PROBLEMS = 100

export interface AuditProblem {
  /** `entry 17`, `tile 0/3`, `checkpoint` */
  readonly where: string
  readonly reason: Reason
  readonly what: string
}

/** Where they are noted, in the order in which they are found. */
export interface Notebook {
  readonly problems: AuditProblem[]
}

/** What came, or why it did not; looked at when its turn comes, so that problems stay in order. */
export type Fetched<T> = { readonly value: T } | { readonly cause: unknown }

/** Begins something whose failure nobody may be waiting for yet. */
export async function fetched<T>(work: () => Promise<T>): Promise<Fetched<T>> {
  try {
    return { value: await work() }
  } catch (cause) {
    return { cause }
  }
}

/** The result, or a problem noted. */
export function attempt<T>(notebook: Notebook, where: string, check: () => T): T | undefined {
  try {
    return asBadProof('integrity-error', where, check)
  } catch (cause) {
    noteProblem(notebook, where, cause)
    return undefined
  }
}

/** A fault about the log is a finding; anything else ends the audit without a verdict. */
export function noteProblem({ problems }: Notebook, where: string, cause: unknown): void {
  if (!isFinding(cause)) throw cause
  problems.push({ where, reason: cause.reason, what: cause.message })
}

/** Whether this says something about the log, and not only that it could not be asked. */
export function isFinding(cause: unknown): cause is Fault {
  return cause instanceof Fault && ['bad-proof', 'not-recorded', 'not-found'].includes(cause.class)
}
