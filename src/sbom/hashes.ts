/**
 * Hashes of packages, as SBOM formats list them, brought to one spelling: `sha512:<hex>`.
 *
 * Only algorithms that have a key (index.md 3); what else stands there, or is no digest of its algorithm, is left out.
 */
import { objectsOrNone, textOrNone, type Field } from '../attestation/field.ts'

/** CycloneDX writes `SHA-256`, SPDX `SHA256`. Values are hex digits. */
const hexDigits: ReadonlyMap<string, number> = new Map([
  ['sha1', 40],
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128],
])

/** `list`, `algorithm` and `value` are the format's names. Never refuses. */
export function readHashes(field: Field, list: string, algorithm: string, value: string): readonly string[] {
  return objectsOrNone(field, list).flatMap((one) => {
    const name = textOrNone(one, algorithm).toLowerCase().replace('-', '')
    const hex = textOrNone(one, value).trim().toLowerCase()
    // SPDX 3 lists beside hashes of the package one over the hashes of its files.
    if (textOrNone(one, 'type') === 'PackageVerificationCode') return []
    const isDigest = hex.length === hexDigits.get(name) && /^[0-9a-f]*$/.test(hex)
    return isDigest ? [`${name}:${hex}`] : []
  })
}
