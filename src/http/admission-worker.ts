/** The worker thread of admission.ts: one task in, one result out. */
import { admit } from '../ledger/admit.ts'
import { takeOrders } from '../threads/orders.ts'
import type { AdmissionTask } from './admission.ts'

takeOrders(({ body, registered }: AdmissionTask) => admit(body, registered))
