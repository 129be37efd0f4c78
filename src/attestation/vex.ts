/**
 * VEX: what somebody says about a vulnerability in a product (formats.md C/1.3; https://github.com/openvex/spec,
 * CycloneDX `vulnerabilities[].analysis`). Both formats are read into the same statements.
 *
 *     OpenVEX     statements[]: vulnerability, products[] with subcomponents[], status, justification
 *     CycloneDX   vulnerabilities[]: id, references[], affects[].ref, analysis.state, analysis.justification
 *
 * Whoever may lift or confirm a match by such a statement, and whether a product is the one that was asked about, is decided
 * elsewhere. A statement without products is about the subjects of the attestation (OpenVEX in an in-toto statement).
 */
import { isObject, type JsonValue } from '../encoding/strict-json.ts'
import {
  atMost,
  documentField,
  elements,
  expectObject,
  expectString,
  listOrNone,
  member,
  objectsOrNone,
  optionalMember,
  refusal,
  textOrNone,
  type Field,
} from './field.ts'

/** `…/ns` is what cosign writes, `…/ns/v0.2.0` what the format's own tools do. */
const OPENVEX = 'https://openvex.dev/ns'

/** Of one document: products and vulnerabilities of each statement multiply when somebody asks. */
export const MAX_VEX_STATEMENTS = 10_000
/** Products, subcomponents or aliases of one statement. */
const MAX_VEX_NAMES = 10_000

export type VexStatus = 'not_affected' | 'affected' | 'fixed' | 'under_investigation'

export interface VexProduct {
  /** As written: a purl, a digest, an address; of CycloneDX the purl of the component, else its `ref`. */
  readonly ids: readonly string[]
  /** `sha256:<hex>` and so on, where hashes are given. */
  readonly digests: readonly string[]
  /** Ids of what inside the product it is about; none: the product as a whole. */
  readonly subcomponents: readonly string[]
  /** It is what the document itself is about: in a statement its subject, unless `ids` or `digests` name another image. */
  readonly isAbout?: true
}

export interface VexStatement {
  /** The id first, then its aliases: `CVE-2021-44228`, `GHSA-…`. */
  readonly vulnerabilities: readonly string[]
  readonly products: readonly VexProduct[]
  readonly status: VexStatus
  /** As written; empty if there is none. */
  readonly justification: string
  /** When it was said, as written; empty if it does not say. */
  readonly timestamp: string
}

const document = { subject: 'VEX document', reason: 'predicate-unacceptable' } as const

/** CycloneDX's words. `false_positive` says that the component has no such vulnerability. */
const statusOfState: ReadonlyMap<string, VexStatus> = new Map([
  ['exploitable', 'affected'],
  ['false_positive', 'not_affected'],
  ['in_triage', 'under_investigation'],
  ['not_affected', 'not_affected'],
  ['resolved', 'fixed'],
  ['resolved_with_pedigree', 'fixed'],
])

/** Whether an analysis with this word states something. */
export function isCycloneDxState(state: string): boolean {
  return statusOfState.has(state)
}

export function isOpenVex(predicateType: string): boolean {
  return predicateType === OPENVEX || predicateType.startsWith(`${OPENVEX}/`)
}

/**
 * OpenVEX v0.2.0, and v0.0.1 where it has the same shape.
 *
 * @param pointer the document's own place, for messages: `/predicate` in a statement
 * @throws Fault `unacceptable` (`predicate-unacceptable`), with the place
 */
export function readOpenVex(predicate: JsonValue | undefined, pointer = ''): readonly VexStatement[] {
  const whole = documentField(document, predicate, pointer)
  const timestamp = textOrNone(whole, 'timestamp')
  const statements = member(whole, 'statements')
  return atMost(MAX_VEX_STATEMENTS, elements(statements), statements).map((one) => ({
    vulnerabilities: openVexVulnerability(member(one, 'vulnerability')),
    products: listOrNone(one, 'products', MAX_VEX_NAMES).map(openVexProduct),
    status: openVexStatus(member(one, 'status')),
    justification: textOrNone(one, 'justification'),
    timestamp: textOrNone(one, 'timestamp') || timestamp,
  }))
}

/** An object since v0.2.0, a bare id before. */
function openVexVulnerability(field: Field): readonly string[] {
  if (typeof field.value === 'string') return [expectString(field)]
  const name = textOrNone(field, 'name') || textOrNone(field, '@id')
  if (name === '') throw refusal(field, 'a vulnerability with a name')
  const aliases = listOrNone(field, 'aliases', MAX_VEX_NAMES).map(expectString)
  return [...new Set([name, ...aliases])]
}

function openVexStatus(field: Field): VexStatus {
  const status = expectString(field)
  for (const known of ['not_affected', 'affected', 'fixed', 'under_investigation'] as const)
    if (status === known) return known
  throw refusal(field, 'not_affected, affected, fixed or under_investigation')
}

function openVexProduct(field: Field): VexProduct {
  const { ids, digests } = openVexComponent(field)
  const inside = isObject(field.value) ? listOrNone(field, 'subcomponents', MAX_VEX_NAMES) : []
  return { ids, digests, subcomponents: inside.flatMap((one) => openVexComponent(one).ids) }
}

/** `@id`, `identifiers: {purl, cpe23}` and `hashes: {"sha-256": hex}`; a bare id before v0.2.0. */
function openVexComponent(field: Field): {
  readonly ids: readonly string[]
  readonly digests: readonly string[]
} {
  if (typeof field.value === 'string') return { ids: [field.value], digests: [] }
  const identifiers = optionalMember(field, 'identifiers')
  const named = identifiers === undefined ? [] : Object.values(expectObject(identifiers))
  const ids = [textOrNone(field, '@id'), ...named].filter((one) => typeof one === 'string' && one !== '')
  const hashes = optionalMember(field, 'hashes')
  const digests = Object.entries(hashes === undefined ? {} : expectObject(hashes)).flatMap(([name, hex]) =>
    typeof hex === 'string' ? [`${name.toLowerCase().replace('-', '')}:${hex.toLowerCase()}`] : [],
  )
  return { ids: [...new Set(ids.map(String))], digests }
}

/**
 * The analyses in a CycloneDX document, of an SBOM or beside one. A vulnerability without an analysis states nothing.
 *
 * @throws Fault as `readOpenVex`
 */
export function readCycloneDxVex(predicate: JsonValue | undefined, pointer = ''): readonly VexStatement[] {
  const whole = documentField(document, predicate, pointer)
  const purls = purlsByRef(whole)
  const about = aboutOf(whole)
  const stated = atMost(
    MAX_VEX_STATEMENTS,
    objectsOrNone(whole, 'vulnerabilities'),
    member(whole, 'vulnerabilities'),
  )
  return stated.flatMap((one) => {
    const analysis = optionalMember(one, 'analysis')
    const state = analysis === undefined ? undefined : optionalMember(analysis, 'state')
    if (analysis === undefined || state === undefined) return []
    const status = statusOfState.get(expectString(state))
    if (status === undefined) throw refusal(state, `one of ${[...statusOfState.keys()].join(', ')}`)
    const aliases = objectsOrNone(one, 'references').map((reference) => textOrNone(reference, 'id'))
    const names = new Set([expectString(member(one, 'id')), ...aliases].filter((id) => id !== ''))
    return {
      vulnerabilities: [...names],
      products: listOrNone(one, 'affects', MAX_VEX_NAMES).map((affected) =>
        cycloneDxProduct(affected, purls, about),
      ),
      status,
      justification: textOrNone(analysis, 'justification'),
      timestamp: textOrNone(analysis, 'lastUpdated') || textOrNone(one, 'updated'),
    }
  })
}

/** `ref` is a `bom-ref` of the same document, or `urn:cdx:<serial>/<version>#<bom-ref>` of another one. */
function cycloneDxProduct(
  field: Field,
  purls: ReadonlyMap<string, string>,
  about: About | undefined,
): VexProduct {
  const ref = expectString(member(field, 'ref'))
  const [, inside = ref] = /^urn:cdx:[^#]*#(.*)$/.exec(ref) ?? []
  const id = purls.get(inside) ?? decoded(inside)
  const product = { ids: [...new Set([id, ref])], digests: [], subcomponents: [] }
  return inside === about?.ref ? { ...product, digests: about.digests, isAbout: true } : product
}

/** What an `affects[].ref` names in its own document: as written, and what a BOM-Link points at. Tools write purls too. */
export function namesOfRef(ref: string): readonly string[] {
  const [, inside = ref] = /^urn:cdx:[^#]*#(.*)$/.exec(ref) ?? []
  return [ref, inside, decoded(inside)]
}

interface About {
  readonly ref: string
  readonly digests: readonly string[]
}

/** `metadata.component`: the image as a whole, its digest as the version that generators give it. */
function aboutOf(whole: Field): About | undefined {
  const metadata = member(whole, 'metadata')
  const component = isObject(metadata.value) ? member(metadata, 'component') : undefined
  if (component === undefined || !isObject(component.value)) return undefined
  const [ref, version] = [textOrNone(component, 'bom-ref'), textOrNone(component, 'version')]
  if (ref === '') return undefined
  return { ref, digests: version.startsWith('sha256:') ? [version] : [] }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A stray "%" is the writer's business: the text stays as it is.
    return text
  }
}

function purlsByRef(whole: Field): ReadonlyMap<string, string> {
  const purls = new Map<string, string>()
  // Recursion ends where JSON does: 64 levels.
  const add = (field: Field): void => {
    const purl = textOrNone(field, 'purl')
    if (purl !== '') purls.set(textOrNone(field, 'bom-ref'), purl)
    for (const one of objectsOrNone(field, 'components')) add(one)
  }
  const metadata = member(whole, 'metadata')
  const about = isObject(metadata.value) ? member(metadata, 'component') : undefined
  if (about !== undefined && isObject(about.value)) add(about)
  for (const one of objectsOrNone(whole, 'components')) add(one)
  return purls
}
