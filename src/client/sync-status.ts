/** The whole status map as a file that answers for any target, offline (index.md 7). */
import { checkStatusEvidence, type KnownStatus, type StatusEvidence } from '../verify/status-evidence.ts'
import type { CallOptions, Client } from './client.ts'
import { fetchSigned } from './fetch-signed.ts'

/**
 * Every entry that the map lists is fetched, with what was signed, and all of it is checked before it is handed out.
 *
 * @throws Fault `bad-proof` (`answer-incomplete`, `log-rolled-back`, …), `untrusted`; `too-large` (`answer-too-large`)
 * @throws as `Client.pae`
 */
export async function syncStatus(
  client: Client,
  options: CallOptions = {},
): Promise<{ readonly evidence: StatusEvidence; readonly known: KnownStatus }> {
  const { asOf, status, entries } = await client.maps.statusMap(options)
  const pae = await fetchSigned(client, entries, options)
  const evidence = { targets: [], asOf, status, entries, pae }
  return { evidence, known: checkStatusEvidence(evidence, client.trust) }
}
