/**
 * VEX as part of an in-toto statement: an OpenVEX predicate, or the analyses in a CycloneDX one, of an SBOM or beside it.
 *
 * Nothing is refused here: what cannot be read states nothing, since a statement that lifts a match must be plain. Who may
 * make one, and which matches it means, is decided in verify/search-vex.ts.
 */
import { isObject, type JsonObject } from '../encoding/strict-json.ts'
import { Fault } from '../errors.ts'
import { documentField, member, objectsOrNone, textOrNone, type Field } from './field.ts'
import { predicateKind } from './predicate-types.ts'
import type { Statement } from './statement.ts'
import {
  isCycloneDxState,
  isOpenVex,
  namesOfRef,
  readCycloneDxVex,
  readOpenVex,
  type VexStatement,
} from './vex.ts'

/** Ids are some 20 characters long; longer ones are not looked for. */
const MAX_VULNERABILITY_ID = 256
/** Of one document: each is posted in the index. */
const MAX_VULNERABILITIES = 10_000

/**
 * Of vulnerabilities that `vexVulnerabilitiesOf` names alone: a server finds no others, and a reader who did would take its
 * answer for a lie.
 */
export function vexStatementsOf(statement: Statement): readonly VexStatement[] {
  try {
    const found = new Set(vexVulnerabilitiesOf(statement))
    return readVex(statement).map((one) => ({
      ...one,
      vulnerabilities: one.vulnerabilities.filter((id) => found.has(foldVulnerability(id))),
    }))
  } catch (cause) {
    if (cause instanceof Fault) return []
    throw cause
  }
}

function readVex({ predicateType, predicate }: Statement): readonly VexStatement[] {
  if (isOpenVex(predicateType)) return readOpenVex(predicate, '/predicate')
  return predicateKind(predicateType) === 'cyclonedx' ? readCycloneDxVex(predicate, '/predicate') : []
}

/** One spelling of an id, whatever its case: people write `cve-2021-44228`. */
export function foldVulnerability(id: string): string {
  return id.toUpperCase()
}

/**
 * The vulnerabilities about which the statement says something, folded, each once: all those of `vexStatementsOf`. Of a
 * document that is not well formed as well, so that it depends on nothing but these members.
 */
export function vexVulnerabilitiesOf({ predicateType, predicate }: Statement): readonly string[] {
  if (!isObject(predicate)) return []
  const found = isOpenVex(predicateType)
    ? openVexIds(predicate)
    : predicateKind(predicateType) === 'cyclonedx'
      ? cycloneDxIds(predicate)
      : []
  const ids = found.filter((id) => id !== '' && id.length <= MAX_VULNERABILITY_ID).map(foldVulnerability)
  return [...new Set(ids)].slice(0, MAX_VULNERABILITIES)
}

/**
 * Whether a CycloneDX document is VEX and no SBOM (formats.md C/1.3): it has analyses, and every component that it lists, nested
 * ones too, is one that some vulnerability affects. An inventory lists others as well; and one that had been taken for an SBOM
 * would replace the image's real one, and clear what it does not list.
 */
export function isVexAlone({ predicateType, predicate }: Statement): boolean {
  if (predicateKind(predicateType) !== 'cyclonedx' || !isObject(predicate)) return false
  const whole = documentField(document, predicate)
  if (cycloneDxIds(predicate).length === 0) return false
  const affected = new Set(
    objectsOrNone(whole, 'vulnerabilities')
      .flatMap((one) => objectsOrNone(one, 'affects'))
      .flatMap((one) => namesOfRef(textOrNone(one, 'ref')))
      .filter((name) => name !== ''),
  )
  const isAffected = (component: Field): boolean =>
    ['bom-ref', 'purl'].some((name) => affected.has(textOrNone(component, name))) &&
    objectsOrNone(component, 'components').every(isAffected)
  return objectsOrNone(whole, 'components').every(isAffected)
}

const document = { subject: 'VEX document', reason: 'predicate-unacceptable' } as const

function openVexIds(predicate: JsonObject): readonly string[] {
  return objectsOrNone(documentField(document, predicate), 'statements').flatMap((one) => {
    const vulnerability = member(one, 'vulnerability')
    if (typeof vulnerability.value === 'string') return [vulnerability.value]
    if (!isObject(vulnerability.value)) return []
    const names = ['name', '@id'].map((name) => textOrNone(vulnerability, name))
    return [...names, ...textsOf(member(vulnerability, 'aliases'))]
  })
}

function cycloneDxIds(predicate: JsonObject): readonly string[] {
  return objectsOrNone(documentField(document, predicate), 'vulnerabilities').flatMap((one) => {
    const analysis = member(one, 'analysis')
    if (!isObject(analysis.value) || !isCycloneDxState(textOrNone(analysis, 'state'))) return []
    const others = objectsOrNone(one, 'references').map((reference) => textOrNone(reference, 'id'))
    return [textOrNone(one, 'id'), ...others]
  })
}

function textsOf({ value }: Field): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
