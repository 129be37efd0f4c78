/** The worker thread of admission.ts: one task in, one result out. */
import { setPriority } from 'node:os'
import type { VexStatement } from '../attestation/vex.ts'
import { admitRead, openSubmission, readSigned, type Admitted } from '../ledger/admit.ts'
import { ownMemory, takeOrders } from '../threads/orders.ts'
import { lookInto, vexIn, type Looked } from '../ledger/statement-memo.ts'
import type { AdmissionTask, ReadingTask } from './admission.ts'

/** Others first: a large document takes seconds anyway, and everybody else is waiting for milliseconds. */
const NICENESS = 5
// Of this thread alone, which only Linux can do.
if (process.platform === 'linux') setPriority(0, NICENESS)

takeOrders(take, undefined, (answer) => ('pae' in answer ? memoryOf(answer) : []))

function take(task: AdmissionTask | ReadingTask): Admitted | Looked | readonly VexStatement[] {
  if (!('signed' in task)) return admitInSteps(task)
  const { signed, vulnerabilities } = task
  return vulnerabilities === undefined ? lookInto(signed) : vexIn(signed, vulnerabilities)
}

function memoryOf({ pae, stated }: Admitted): readonly ArrayBuffer[] {
  return [pae, ...(stated === undefined ? [] : [stated.manifest])].flatMap(ownMemory)
}

/** As `admit`, but the body is dropped before what was signed is read: of the largest both would be held. */
function admitInSteps(task: AdmissionTask): Admitted {
  const opened = openSubmission(task.body)
  task.body = new Uint8Array(0)
  return admitRead(readSigned(opened), task.registered)
}
