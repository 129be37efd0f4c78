/** Bodies that need not be as long as a submission may be. */
import { Fault, type Reason } from '../errors.ts'

export interface BodyLength {
  /** For messages: what the body is. */
  readonly subject: string
  /** In bytes. */
  readonly most: number
  /** @default request-too-large */
  readonly reason?: Reason
  readonly hint?: string
}

/** Before it is parsed. @throws Fault `too-large` */
export function refuseLonger(
  { length }: Uint8Array,
  { subject, most, reason = 'request-too-large', hint }: BodyLength,
): void {
  if (length <= most) return
  throw new Fault(reason, `${subject}: expected at most ${most} bytes, got ${length}`, {
    facts: { limit: most, received: length },
    ...(hint === undefined ? {} : { hint }),
  })
}
