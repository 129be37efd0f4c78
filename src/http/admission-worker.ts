/** The worker thread of admission.ts: one task in, one result out. */
import { parentPort } from 'node:worker_threads'
import { Fault } from '../errors.ts'
import { admit } from '../ledger/admit.ts'
import type { AdmissionResult, AdmissionTask, SentFault } from './admission.ts'

parentPort?.on('message', ({ body, registered }: AdmissionTask) =>
  parentPort?.postMessage(run(body, registered)),
)

function run(body: Uint8Array, registered: AdmissionTask['registered']): AdmissionResult {
  try {
    return { admitted: admit(body, registered) }
  } catch (cause) {
    if (cause instanceof Fault) return { fault: sentFault(cause) }
    return { bug: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) }
  }
}

function sentFault({ reason, message, pointer, hint, facts }: Fault): SentFault {
  return {
    reason,
    message,
    facts,
    ...(pointer === undefined ? {} : { pointer }),
    ...(hint === undefined ? {} : { hint }),
  }
}
