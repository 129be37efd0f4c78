/** A failure as it crosses between threads, where errors lose their class: refusals stay refusals, bugs stay bugs. */
import { Fault, type Reason } from '../errors.ts'

export interface SentFault {
  readonly reason: Reason
  readonly message: string
  readonly pointer?: string
  readonly hint?: string
  readonly facts: Fault['facts']
}

/** `bug` is what is known of an error that is no refusal: its stack. */
export type SentFailure = { readonly fault: SentFault } | { readonly bug: string }

export function sendFailure(cause: unknown): SentFailure {
  if (!(cause instanceof Fault))
    return { bug: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) }
  const { reason, message, pointer, hint, facts } = cause
  return {
    fault: {
      reason,
      message,
      facts,
      ...(pointer === undefined ? {} : { pointer }),
      ...(hint === undefined ? {} : { hint }),
    },
  }
}

export function receiveFailure(sent: SentFailure): Error {
  if ('bug' in sent) return new Error(sent.bug)
  const { reason, message, ...details } = sent.fault
  return new Fault(reason, message, details)
}
