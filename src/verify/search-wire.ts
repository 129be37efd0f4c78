/**
 * Questions of a search as JSON, in their one spelling: what is sent, and what answers echo.
 *
 *     {"parts": [
 *        {"from": "GHSA-…", "ids": ["CVE-…"], "keys": ["pkg:maven/org.example/lib"], "type": "maven", "names": "installed",
 *         "ranges": [{"events": [{"introduced": "0"}, {"fixed": "2.17.1"}], "type": "maven"}, {"vers": "vers:maven/<1.2.3"}, {"unknown": "git"}],
 *         "listed": ["2.0"], "distro": {"ids": ["debian"], "release": "12"}},
 *        {"cpe": "a:apache:log4j", "version": "2.14.1"}, {"cpe": …, "vers": "vers:generic/<2"}, {"hash": "sha256:…"}],
 *      "scope": {"repo": "registry.example/shop/*", "platform": "linux/amd64"}}
 */
import {
  documentField,
  elements,
  expectText,
  listOrNone,
  member,
  members,
  optionalMember,
  refusal,
  refuseOthers,
  type Field,
} from '../attestation/field.ts'
import { isObject, type JsonObject, type JsonValue } from '../encoding/strict-json.ts'
import { Fault } from '../errors.ts'
import { componentHashKey } from '../map/keys.ts'
import {
  listVersions,
  type AdvisoryRange,
  type AffectedPackage,
  type Event,
} from '../sbom/advisory/affected.ts'
import type { AdvisoryDistro } from '../sbom/advisory/distro.ts'
import { bareNamesOf } from '../sbom/bare-names.ts'
import { parseCpe } from '../sbom/cpe.ts'
import { identityOf } from '../sbom/identity.ts'
import { parsePurl, purlName } from '../sbom/purl.ts'
import { formatVers, parseVers } from '../sbom/range.ts'
import { formatScope, readScope } from './scope-wire.ts'
import type { SearchPart, SearchQuestion } from './search.ts'
import type { SearchScope } from './search-scope.ts'

/** A bad day's lists have about a thousand entries; each is looked up by itself. */
export const MAX_PARTS = 2_000
/** Names of one package: a distribution's under which tools list it. */
const MAX_KEYS = 16
/** Other names of one vulnerability; records have a handful. */
export const MAX_IDS = 1_000
/** Versions, ranges and events of all parts together; those of a kernel are about 10,000. Sorting them takes half a second. */
const MAX_ELEMENTS = 20_000
/** Each component of the name is a match of each of them. Of Go's `stdlib` alone there are some two hundred advisories. */
const MAX_PARTS_OF_NAME = 500
/** As of a question in a query (http/query-params.ts). */
const MAX_TEXT = 4_096

const document = { subject: 'search', reason: 'search-malformed' } as const

/** @throws Fault `malformed` (`search-malformed`, `range-malformed`, `purl-malformed`, `digest-malformed`) with the place */
export function parseSearchQuestion(value: JsonValue): SearchQuestion {
  const field = documentField(document, value)
  refuseOthers(field, ['parts', 'scope'])
  const written = listOrNone(field, 'parts', MAX_PARTS)
  checkLength(written, member(field, 'parts'))
  const parts = written.map(readPart)
  if (parts.length === 0) throw refusal(member(field, 'parts'), 'at least one part')
  checkNames(parts, member(field, 'parts'))
  const scope = optionalMember(field, 'scope')
  return { parts, scope: scope === undefined ? {} : readScope(scope) }
}

/** Before anything is read or sorted. */
function checkLength(parts: readonly Field[], field: Field): void {
  const sizeOf = ({ value }: Field): number => (Array.isArray(value) ? value.length : 0)
  let elementsInAll = 0
  for (const part of parts) {
    const ranges = member(part, 'ranges')
    const events = Array.isArray(ranges.value) ? elements(ranges).map(eventsIn) : []
    elementsInAll += sizeOf(member(part, 'listed')) + sizeOf(ranges)
    for (const list of events) elementsInAll += list
    if (elementsInAll > MAX_ELEMENTS)
      throw refusal(field, `at most ${MAX_ELEMENTS} versions, ranges and events in all parts`)
  }
}

function eventsIn({ value }: Field): number {
  const events = isObject(value) ? value['events'] : undefined
  return Array.isArray(events) ? events.length : 0
}

function checkNames(parts: readonly SearchPart[], field: Field): void {
  const asked = new Map<string, number>()
  for (const part of parts) {
    for (const name of new Set(namesIn(part))) {
      const times = (asked.get(name) ?? 0) + 1
      asked.set(name, times)
      if (times > MAX_PARTS_OF_NAME)
        throw refusal(
          field,
          `at most ${MAX_PARTS_OF_NAME} parts of one name`,
          `Ask for ${name.slice(0, 100)} in one part.`,
        )
    }
  }
}

function namesIn(part: SearchPart): readonly string[] {
  if (part.kind === 'cpe') return [`cpe:${part.cpe}`]
  if (part.kind === 'hash') return [part.hash]
  const { keys } = part.affected
  return [...keys, ...keys.flatMap(bareNamesOf)]
}

export function formatSearchQuestion({ parts, scope }: SearchQuestion): JsonObject {
  return {
    parts: parts.map(formatPart),
    ...(Object.keys(scope).length === 0 ? {} : { scope: formatScope(scope) }),
  }
}

/** @throws as `parseSearchQuestion` */
export function parseScope(value: JsonValue): SearchScope {
  return readScope(documentField(document, value))
}

function readPart(field: Field): SearchPart {
  const from = optionalMember(field, 'from')
  const ids = listOrNone(field, 'ids', MAX_IDS).map((id) => expectText(id, MAX_TEXT))
  const name = {
    ...(from === undefined ? {} : { from: expectText(from, MAX_TEXT) }),
    ...(ids.length === 0 ? {} : { ids }),
  }
  const [cpe, hash] = [optionalMember(field, 'cpe'), optionalMember(field, 'hash')]
  if (cpe !== undefined) return { ...name, ...readCpe(field, cpe) }
  if (hash !== undefined) return { ...name, ...readHash(field, hash) }
  return { ...name, kind: 'package', affected: readPackage(field) }
}

function readCpe(field: Field, cpe: Field): SearchPart {
  refuseOthers(field, ['from', 'ids', 'cpe', 'version', 'vers'])
  const [version, vers] = [optionalMember(field, 'version'), optionalMember(field, 'vers')]
  if (version !== undefined && vers !== undefined) throw refusal(vers, 'no range beside a version')
  return {
    kind: 'cpe',
    cpe: readCpeName(cpe),
    ...(version === undefined ? {} : { version: expectText(version, MAX_TEXT) }),
    ...(vers === undefined ? {} : { range: parseVers(expectText(vers, MAX_TEXT)) }),
  }
}

/** As `readKey`. */
function readCpeName(field: Field): string {
  const text = expectText(field, MAX_TEXT)
  if (parseCpe(`cpe:2.3:${text}:*`)?.name === text) return text
  throw refusal(field, 'part:vendor:product of a CPE in lower case, with the escapes of CPE 2.3')
}

function readHash(field: Field, hash: Field): SearchPart {
  refuseOthers(field, ['from', 'ids', 'hash'])
  const digest = expectText(hash, MAX_TEXT)
  componentHashKey(digest)
  return { kind: 'hash', hash: digest }
}

function readPackage(field: Field): AffectedPackage {
  refuseOthers(field, ['from', 'ids', 'keys', 'type', 'names', 'distro', 'listed', 'ranges'])
  const keys = listOrNone(field, 'keys', MAX_KEYS).map(readKey)
  if (keys.length === 0) throw refusal(member(field, 'keys'), 'at least one package URL')
  const type = expectText(member(field, 'type'), MAX_TEXT)
  const distro = optionalMember(field, 'distro')
  const listed = listVersions(
    type,
    listOrNone(field, 'listed', MAX_ELEMENTS).map((one) => expectText(one, MAX_TEXT)),
  )
  return {
    keys,
    type,
    names: readNames(member(field, 'names')),
    ...(distro === undefined ? {} : { distro: readDistro(distro) }),
    ...(listed === undefined ? {} : { listed }),
    ranges: listOrNone(field, 'ranges', MAX_ELEMENTS).map(readRange),
  }
}

/** As the index has it: another spelling would be found nowhere, and look clean. */
function readKey(field: Field): string {
  const text = expectText(field, MAX_TEXT)
  const name = purlName(identityOf(parsePurl(text, { lenient: true })))
  if (name === text) return text
  throw refusal(field, `the canonical package URL without a version (${name.slice(0, 100)})`)
}

function readNames(field: Field): AffectedPackage['names'] {
  const { value } = field
  if (value === 'source' || value === 'installed' || value === 'either') return value
  throw refusal(field, 'source, installed or either')
}

function readDistro(field: Field): AdvisoryDistro {
  refuseOthers(field, ['ids', 'release'])
  const release = member(field, 'release')
  return {
    ids: listOrNone(field, 'ids', MAX_KEYS).map((id) => expectText(id, MAX_TEXT)),
    release: release.value === null ? undefined : release.value === '' ? '' : expectText(release, MAX_TEXT),
  }
}

function readRange(field: Field): AdvisoryRange {
  const [vers, unknown] = [optionalMember(field, 'vers'), optionalMember(field, 'unknown')]
  if (vers !== undefined) {
    refuseOthers(field, ['vers'])
    return { kind: 'vers', range: parseVers(expectText(vers, MAX_TEXT)) }
  }
  if (unknown !== undefined) {
    refuseOthers(field, ['unknown'])
    if (unknown.value === 'git' || unknown.value === 'unreadable') return { kind: unknown.value }
    throw refusal(unknown, 'git or unreadable')
  }
  refuseOthers(field, ['type', 'events'])
  return {
    kind: 'events',
    type: expectText(member(field, 'type'), MAX_TEXT),
    events: listOrNone(field, 'events', MAX_ELEMENTS).map(readEvent),
  }
}

function readEvent(field: Field): Event {
  const [first, ...more] = members(field)
  const [kind] = first ?? []
  const isKnown = kind === 'introduced' || kind === 'fixed' || kind === 'last_affected' || kind === 'limit'
  if (first === undefined || !isKnown || more.length > 0)
    throw refusal(field, 'one of introduced, fixed, last_affected, limit')
  return { kind, version: expectText(first[1], MAX_TEXT) }
}

function formatPart(part: SearchPart): JsonObject {
  const from = {
    ...(part.from === undefined ? {} : { from: part.from }),
    ...(part.ids === undefined || part.ids.length === 0 ? {} : { ids: [...part.ids] }),
  }
  switch (part.kind) {
    case 'cpe':
      return {
        ...from,
        cpe: part.cpe,
        ...(part.version === undefined ? {} : { version: part.version }),
        ...(part.range === undefined ? {} : { vers: formatVers(part.range) }),
      }
    case 'hash':
      return { ...from, hash: part.hash }
    case 'package':
      return { ...from, ...formatPackage(part.affected) }
  }
}

function formatPackage({ keys, type, names, distro, listed, ranges }: AffectedPackage): JsonObject {
  return {
    keys: [...keys],
    type,
    names,
    ...(distro === undefined ? {} : { distro: { ids: [...distro.ids], release: distro.release ?? null } }),
    ...(listed === undefined ? {} : { listed: [...listed.texts].sort() }),
    ...(ranges.length === 0 ? {} : { ranges: ranges.map(formatRange) }),
  }
}

function formatRange(range: AdvisoryRange): JsonObject {
  switch (range.kind) {
    case 'vers':
      return { vers: formatVers(range.range) }
    case 'events':
      return { type: range.type, events: range.events.map(({ kind, version }) => ({ [kind]: version })) }
    case 'git':
    case 'unreadable':
      return { unknown: range.kind }
  }
}

/** Whether both ask the same. */
export function isSameSearch(a: JsonValue, b: SearchQuestion): boolean {
  try {
    return (
      JSON.stringify(formatSearchQuestion(parseSearchQuestion(a))) === JSON.stringify(formatSearchQuestion(b))
    )
  } catch (cause) {
    if (cause instanceof Fault) return false
    throw cause
  }
}
