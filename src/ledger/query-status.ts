/** Which log this is, how far it reaches, and why it takes no submissions if it takes none (contracts.md 7). */
import { formatVerifierKey, type VerifierKey } from '../tlog/signed-note.ts'
import { annulmentsWaiting } from '../trust/annulments.ts'
import { rootAt } from '../trust/trust-state.ts'
import type { StatusAnswer } from '../verify/answer.ts'
import { asOf, coverageOf, type View } from './view.ts'

/** Only administrators make these; a client asks for each. */
const MAX_WAITING = 100

export async function queryStatus(
  view: View,
  about: { readonly key: VerifierKey; readonly readOnly: string | undefined; readonly version: string },
): Promise<StatusAnswer> {
  const root = rootAt(view.trust, view.checkpoint.size)
  if (root === undefined) throw new Error('ledger without a trust root')
  const waiting = annulmentsWaiting(view.trust, view.through).slice(0, MAX_WAITING)
  return {
    origin: view.origin,
    logKey: formatVerifierKey(about.key),
    trustRoot: { id: root.id, version: root.root.version, entry: root.index },
    ...(waiting.length === 0 ? {} : { waitingAnnulments: waiting }),
    ...(about.readOnly === undefined ? {} : { readOnly: about.readOnly }),
    asOf: asOf(view, view.through),
    coverage: await coverageOf(view),
    version: about.version,
  }
}
