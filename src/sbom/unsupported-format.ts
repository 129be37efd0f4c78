/**
 * The refusal of SBOMs in a format or version that is not read. Which command converts a text that is no JSON says
 * other-format.ts, which a verifier does without.
 */
import { Fault } from '../errors.ts'

export function unsupportedFormat(
  got: string,
  pointer: string,
  hint = 'syft convert FILE -o spdx-json@2.3',
): Fault {
  const expected = 'CycloneDX JSON 1.2 to 1.7 or SPDX JSON 2.2, 2.3 or 3.0'
  const message = `SBOM: expected ${expected}, got ${got.slice(0, 100)}`
  return new Fault('sbom-format-unsupported', message, { pointer, hint })
}
