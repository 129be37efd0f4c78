/**
 * SBOMs in a format that is not read: refused with the command that turns them into one that is (README 2.7, "CPE").
 *
 * Text comes as a JSON string, or as cosign wraps it: `{"Data": "<text>", "Timestamp": "…"}` (formats.md C/1.2, 1.3).
 */
import type { JsonValue } from '../encoding/strict-json.ts'
import { isObject, optionalMember } from '../encoding/strict-json.ts'
import { unsupportedFormat } from './unsupported-format.ts'

const fromJsonText = 'Put the document itself into "predicate", not its text.'
const fromUnknownText =
  'Make the SBOM as CycloneDX or SPDX JSON, for example with: syft IMAGE -o cyclonedx-json'

/** Where a format shows: comments and licence headers before it are shorter. */
const LOOKED_AT = 4096

/** @throws Fault `unsupported` (`sbom-format-unsupported`) if the predicate is text */
export function refuseText(predicate: JsonValue | undefined, pointer: string): void {
  const data = isObject(predicate) ? optionalMember(predicate, 'Data') : predicate
  if (typeof data !== 'string') return
  const place = isObject(predicate) ? `${pointer}/Data` : pointer
  const other = otherFormat(data)
  if (other !== undefined) throw unsupportedFormat(other.format, place, `Convert it: ${other.command}`)
  throw unsupportedFormat('text', place, data.trimStart().startsWith('{') ? fromJsonText : fromUnknownText)
}

/** What an SBOM is written in that is not JSON, and the command that converts it; undefined if it is none that is known. */
export function otherFormat(
  text: string,
  file?: string,
): { readonly format: string; readonly command: string } | undefined {
  const start = text.slice(0, LOOKED_AT).trimStart()
  // The tool tells formats by the ends of names.
  const spdx = (format: string, name: string): ReturnType<typeof otherFormat> => ({
    format: `SPDX ${format}`,
    command: `pyspdxtools -i ${file ?? `sbom.${name}`} -o ${file === undefined ? 'sbom' : baseOf(file)}.spdx.json`,
  })
  if (start.startsWith('<')) {
    if (/<(\w+:)?RDF[\s>/]/.test(start)) return spdx('RDF', 'rdf.xml')
    if (/<Document[\s>]/.test(start)) return spdx('XML', 'spdx.xml')
    const [from, to] = file === undefined ? ['bom.xml', 'bom'] : [file, baseOf(file)]
    const formats = '--input-format xml --output-format json'
    return {
      format: 'XML',
      command: `cyclonedx convert --input-file ${from} --output-file ${to}.json ${formats}`,
    }
  }
  if (/^SPDXVersion:/m.test(start)) return spdx('tag-value', 'spdx')
  if (/^(spdxVersion|SPDXID): /m.test(start)) return spdx('YAML', 'spdx.yaml')
  return undefined
}

/** Without folders and the ends by which formats are told. */
function baseOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1).replace(/(\.(xml|rdf|spdx|tag|ya?ml|cdx))+$/, '')
}
