/** The creation of a log: leaf 0 is its trust root, signed by its own administrators (README 2.7 "Creation"). */
import { parseControl } from '../attestation/control.ts'
import { parseEnvelope } from '../attestation/envelope.ts'
import { parseStatement } from '../attestation/statement.ts'
import { parsePublicKey, type PublicKey } from '../crypto/public-key.ts'
import { parseBase64 } from '../encoding/base64.ts'
import { Fault } from '../errors.ts'
import { createTrustState } from '../trust/trust-state.ts'
import { administratorsAmong, ownersOf } from '../trust/grants.ts'
import { admit, type Admitted } from './admit.ts'
import type { SigningLog } from './commit.ts'
import { emptyHead } from './start-up.ts'
import type { Clock } from './ports.ts'
import type { Placed } from './place.ts'
import { LogWriter } from './writer.ts'

/**
 * Writes the first batch into empty storage: the trust root v1, one leaf for each of its signatures.
 *
 * @param trustRoot the DSSE envelope of trust root v1
 * @throws Fault `conflict` (`already-exists`) if anything was written before
 * @throws Fault as for any submission
 */
export async function createLog(log: SigningLog, trustRoot: Uint8Array, clock: Clock): Promise<Placed> {
  if ((await log.store.size()) > 0 || (await log.signer.read()) !== undefined) {
    throw new Fault('already-exists', 'ledger: expected an empty folder, found a ledger', {
      hint: 'Start it with: attestree server start',
    })
  }
  const writer = new LogWriter({
    log,
    clock,
    trust: createTrustState(log.origin),
    head: emptyHead,
    recordedAt: null,
    onPublished: () => undefined,
  })
  const admitted = admit(trustRoot, keysOf(trustRoot))
  requireThreshold(admitted)
  const { results } = await writer.commit([admitted])
  const [placed] = results
  if (placed === undefined || placed instanceof Fault) throw placed ?? new Error('creation placed nothing')
  return placed
}

/** Nothing may follow before it is in force, so all who must sign it have (README 2.1). */
function requireThreshold({ control, signatures }: Admitted): void {
  if (control?.kind !== 'trust-root') return
  const { root } = control
  const signers = signatures.map((one) => one.key.id)
  const signed = administratorsAmong({ root, owners: ownersOf(root) }, signers)
  if (signed === 0 || signed >= root.admins.threshold) return
  throw new Fault(
    'trust-root-unacceptable',
    `trust root: expected signatures by ${root.admins.threshold} administrators in one envelope, got ${signed}`,
  )
}

/** The keys that a trust root registers: before it is in force, it can only vouch for itself. */
function keysOf(envelope: Uint8Array): readonly PublicKey[] {
  const control = parseControl(parseStatement(parseEnvelope(envelope).payload))
  if (control?.kind !== 'trust-root') {
    throw new Fault('trust-root-unacceptable', 'ledger: expected a trust root as its first statement')
  }
  return Object.values(control.root.keys).map(({ spki }) => parsePublicKey(parseBase64(spki)))
}
