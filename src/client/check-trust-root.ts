/** That a log begins with the trust root that the caller trusts. Whoever asks nothing about trust would not notice else. */
import { logIndex } from '../brand.ts'
import { Fault } from '../errors.ts'
import type { CallOptions, Client } from './client.ts'

/**
 * @throws Fault `untrusted` (`wrong-trust-root`) if entry 0 is another attestation; as `Client.entry`
 */
export async function checkTrustRoot(client: Client, options: CallOptions = {}): Promise<void> {
  const { entries } = await client.entry(logIndex(0), options)
  const got = entries['0']?.attestation
  if (got === client.trust.trustRoot) return
  throw new Fault(
    'wrong-trust-root',
    `trust root: expected entry 0 of the log to be ${client.trust.trustRoot}, got ${got ?? 'none'}`,
    { hint: 'Compare the trust file with what the operator published. Do not change it to get past this.' },
  )
}
