/** The verifier alone, in Node or a browser: from the bytes of an evidence file to what is established. */
import { attestationId, Fault, parseVerifierKey, verifyEvidence } from 'attestree/verify'

export function check(file: Uint8Array, logKey: string, trustRoot: string): string {
  const trust = { logKey: parseVerifierKey(logKey), trustRoot: attestationId(trustRoot) }
  try {
    const { rows, notEstablished } = verifyEvidence(file, trust)
    const open = notEstablished.map(({ id }) => id).join(', ')
    return `${rows.length} images, each proven by what was signed and logged; not established: ${open}`
  } catch (cause) {
    if (cause instanceof Fault) return `refused (${cause.reason}): ${cause.message}`
    throw cause
  }
}
