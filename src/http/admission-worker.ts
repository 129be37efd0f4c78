/** The worker thread of admission.ts: one task in, one result out. */
import { admitRead, openSubmission, readSigned, type Admitted } from '../ledger/admit.ts'
import { ownMemory, takeOrders } from '../threads/orders.ts'
import type { AdmissionTask } from './admission.ts'

takeOrders(admitInSteps, undefined, ({ pae }) => ownMemory(pae))

/** As `admit`, but the body is dropped before what was signed is read: of the largest both would be held. */
function admitInSteps(task: AdmissionTask): Admitted {
  const opened = openSubmission(task.body)
  task.body = new Uint8Array(0)
  return admitRead(readSigned(opened), task.registered)
}
