/**
 * Advisories as documents: from bytes to fields, with the limits that keep a large one from costing more than it is worth.
 */
import { documentField, listOrNone, type Field } from '../../attestation/field.ts'
import { parseJson } from '../../encoding/strict-json.ts'
import { Fault } from '../../errors.ts'

/** The longest of OSV.dev's records has about 10 MB: a kernel's, with all its versions. */
export const MAX_ADVISORY_BYTES = 16 * 2 ** 20
/** Elements of one list: that kernel has about 10,000 versions. */
const MAX_ELEMENTS = 50_000
/** Ids, names of packages, versions; GitHub's ranges are the longest. */
export const MAX_TEXT = 2_000

/** @throws Fault `advisory-too-large`, `malformed` (`json-…`, `encoding-malformed`) */
export function advisoryField(bytes: Uint8Array, subject: string): Field {
  if (bytes.length > MAX_ADVISORY_BYTES) {
    throw new Fault(
      'advisory-too-large',
      `${subject}: expected at most ${MAX_ADVISORY_BYTES} bytes, got ${bytes.length}`,
    )
  }
  return documentField({ subject, reason: 'advisory-malformed' }, parseJson(bytes, { subject }))
}

/** The elements of an array member; none if it is absent or null. @throws Fault `advisory-malformed` */
export function listOf(parent: Field, name: string): readonly Field[] {
  return listOrNone(parent, name, MAX_ELEMENTS)
}
