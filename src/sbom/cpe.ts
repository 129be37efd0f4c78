/**
 * CPE names (NIST IR 7695): what a component is called that has no purl. Generators guess CPEs for the others, so
 * nothing is looked up by those (README 2.7, "CPE").
 *
 *     cpe:2.3:a:vendor:product:1.0:*:…  and  cpe:/a:vendor:product:1.0   →  a:vendor:product, 1.0
 */

export interface Cpe {
  /** `part:vendor:product` in lower case, with the escapes of CPE 2.3. */
  readonly name: string
  /** Without escapes; empty for any (`*`) and none (`-`). */
  readonly version: string
}

/** Real ones have fewer than 200 characters. */
const MAX_CPE_LENGTH = 2_048

/** Undefined for what is no CPE, and for one that leaves vendor or product open. */
export function parseCpe(text: string): Cpe | undefined {
  if (text.length > MAX_CPE_LENGTH) return undefined
  const [part = '', vendor = '', product = '', version = ''] = attributesOf(text.trim().toLowerCase())
  if (!/^[aho]$/.test(part) || isOpen(vendor) || isOpen(product)) return undefined
  return {
    // As it is stored: of a character beyond U+FFFF each half was escaped by itself (fromUri), and UTF-8 has none of them.
    name: `${part}:${vendor}:${product}`.replace(/\p{Cs}/gu, '\ufffd'),
    version: isOpen(version) ? '' : version.replace(/\\(.)/gs, '$1'),
  }
}

function isOpen(attribute: string): boolean {
  return attribute === '' || attribute === '*' || attribute === '-'
}

/** In the spelling of CPE 2.3. */
function attributesOf(text: string): readonly string[] {
  if (text.startsWith('cpe:2.3:')) return text.slice('cpe:2.3:'.length).match(/(?:\\.|[^:\\])+/gs) ?? []
  if (!text.startsWith('cpe:/')) return []
  return text.slice('cpe:/'.length).split(':').map(fromUri)
}

/** A URI percent-encodes what 2.3 escapes with a backslash. */
function fromUri(attribute: string): string {
  return attribute
    .replace(/%([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/[^\w.-]/g, (mark) => `\\${mark}`)
}
