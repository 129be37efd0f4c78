/**
 * Advisories as the parts of a search: one part for each package that one names. Files may hold one advisory of OSV or
 * GitHub, a JSON array of them, what api.osv.dev answers (`{"vulns": […]}`), or one on each line.
 *
 * What an advisory says is read by sbom/advisory/. What cannot be looked for is handed back, never left out in silence.
 */
import { isObject, parseJson, type JsonValue } from '../encoding/strict-json.ts'
import { parseUtf8, utf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'
import type { Advisory } from '../sbom/advisory/affected.ts'
import { parseGithubAdvisory } from '../sbom/advisory/github.ts'
import { parseOsv } from '../sbom/advisory/osv.ts'
import type { SearchPart } from '../verify/search.ts'
import { MAX_IDS } from '../verify/search-wire.ts'

/** Four of the longest single records (document.ts), or some ten thousand of usual length. */
export const MAX_ADVISORIES_BYTES = 64 * 2 ** 20
/** More than a search has parts (search-wire.ts): an ecosystem's whole export is no question. */
const MAX_ADVISORIES = 5_000

export interface AdvisoryParts {
  /** In the file's order; `from` is the advisory's id. */
  readonly parts: readonly SearchPart[]
  /** Those that are looked for, each once. */
  readonly advisories: readonly { readonly id: string; readonly aliases: readonly string[] }[]
  /** Packages that cannot be looked for, as `ecosystem name`. */
  readonly unknown: readonly { readonly advisory: string; readonly what: string }[]
  /** Ids; they affect nothing. */
  readonly withdrawn: readonly string[]
}

/**
 * @param name of the file, for messages
 * @throws Fault `advisory-malformed`, `json-…`, `advisory-too-large`; `advisory-withdrawn` if nothing else is in it
 */
export function advisoryParts(bytes: Uint8Array, name = 'advisory'): AdvisoryParts {
  if (bytes.length > MAX_ADVISORIES_BYTES)
    throw tooLarge(`${name}: expected at most ${MAX_ADVISORIES_BYTES} bytes, got ${bytes.length}`)
  const documents = documentsIn(parseUtf8(bytes, name).replace(/^\ufeff/, ''), name)
  if (documents.length > MAX_ADVISORIES)
    throw tooLarge(`${name}: expected at most ${MAX_ADVISORIES} advisories, got ${documents.length}`)
  const advisories = documents.map((one) => readAdvisory(one, name))
  const [first] = advisories
  if (first === undefined) throw malformed(name, 'an advisory', 'an empty list')
  const live = advisories.filter((one) => !one.isWithdrawn)
  if (live.length === 0) throw withdrawn(name, first)
  return {
    parts: live.flatMap(partsOf),
    advisories: [...new Map(live.map(({ id, aliases }) => [id, { id, aliases }])).values()],
    unknown: live.flatMap(({ id, unknown }) => unknown.map((what) => ({ advisory: id, what }))),
    withdrawn: advisories.filter((one) => one.isWithdrawn).map((one) => one.id),
  }
}

function partsOf({ id, aliases, affected }: Advisory): readonly SearchPart[] {
  const others = aliases.filter((alias) => alias !== id).slice(0, MAX_IDS)
  const ids = others.length === 0 ? {} : { ids: others }
  return affected.map((one) => ({ kind: 'package', from: id, ...ids, affected: one }))
}

function documentsIn(text: string, name: string): readonly JsonValue[] {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const isOnePerLine = lines.length > 1 && lines.every((line) => line.startsWith('{') && line.endsWith('}'))
  const documents = isOnePerLine
    ? lines.map((line) => parseJson(line, { subject: name }))
    : [parseJson(text, { subject: name })]
  return documents.flatMap((one) => {
    const list = isObject(one) ? one['vulns'] : one
    return isList(list) ? list : [one]
  })
}

function readAdvisory(document: JsonValue, name: string): Advisory {
  if (!isObject(document)) throw malformed(name, 'an advisory as a JSON object', typeof document)
  const has = (member: string): boolean => Object.hasOwn(document, member)
  const bytes = utf8(JSON.stringify(document))
  if (['ghsa_id', 'ghsaId', 'data', 'securityAdvisory', 'security_advisory'].some(has))
    return parseGithubAdvisory(bytes)
  if (has('id') && ['affected', 'withdrawn', 'schema_version', 'modified'].some(has)) return parseOsv(bytes)
  const other = has('cveMetadata') ? 'a CVE record' : has('document') ? 'CSAF' : 'another JSON document'
  throw malformed(
    name,
    'an advisory of OSV or of GitHub',
    other,
    'Every advisory has an OSV record: https://api.osv.dev/v1/vulns/ID, such as GHSA-jfh8-c2jp-5v3q.',
  )
}

function withdrawn(name: string, { id }: Advisory): Fault {
  return new Fault(
    'advisory-withdrawn',
    `${name}: ${id.slice(0, 100)} was withdrawn by its publisher, so it says of no package that it is affected`,
    {
      hint: 'Its text names what replaced it, if anything did. To look for the package all the same, name it: attestree find PURL --range RANGE.',
    },
  )
}

function malformed(name: string, expected: string, got: string, hint?: string): Fault {
  const message = `${name}: expected ${expected}, got ${got}`
  return new Fault('advisory-malformed', message, hint === undefined ? {} : { hint })
}

function tooLarge(message: string): Fault {
  return new Fault('advisory-too-large', message)
}

// Array.isArray does not narrow readonly arrays.
function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value)
}
