/**
 * SBOMs in a format that is not read: refused with the command that turns them into one that is (README 2.7, "CPE").
 *
 * Text comes as a JSON string, or as cosign wraps it: `{"Data": "<text>", "Timestamp": "…"}` (formats.md C/1.2, 1.3).
 */
import type { JsonValue } from '../encoding/strict-json.ts'
import { isObject, optionalMember } from '../encoding/strict-json.ts'
import { Fault } from '../errors.ts'

const fromXml = 'Convert it: cyclonedx convert --input-file bom.xml --output-file bom.json'
const fromTagValue = 'Convert it: pyspdxtools -i sbom.spdx -o sbom.spdx.json'
const fromJsonText = 'Put the document itself into "predicate", not its text.'
const fromUnknownText =
  'Make the SBOM as CycloneDX or SPDX JSON, for example with: syft IMAGE -o cyclonedx-json'

/** @throws Fault `unsupported` (`sbom-format-unsupported`) if the predicate is text */
export function refuseText(predicate: JsonValue | undefined, pointer: string): void {
  const data = isObject(predicate) ? optionalMember(predicate, 'Data') : predicate
  if (typeof data !== 'string') return
  const text = data.trimStart()
  const place = isObject(predicate) ? `${pointer}/Data` : pointer
  if (/^<(\?xml|bom)\b/.test(text) && !text.includes('<rdf:RDF'))
    throw unsupportedFormat('XML', place, fromXml)
  if (text.startsWith('<')) throw unsupportedFormat('RDF', place, fromTagValue)
  if (/^SPDXVersion:/m.test(text)) throw unsupportedFormat('SPDX tag-value', place, fromTagValue)
  throw unsupportedFormat('text', place, text.startsWith('{') ? fromJsonText : fromUnknownText)
}

export function unsupportedFormat(got: string, pointer: string, hint: string): Fault {
  const expected = 'CycloneDX JSON 1.2 to 1.7 or SPDX JSON 2.2, 2.3 or 3.0'
  return new Fault('sbom-format-unsupported', `SBOM: expected ${expected}, got ${got.slice(0, 100)}`, {
    pointer,
    hint,
  })
}
