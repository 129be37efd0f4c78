/**
 * Advisories in the OSV format (https://ossf.github.io/osv-schema/, 1.x), as OSV.dev, GitHub, Go and the distributions
 * publish them. Only what a search needs is read; what the schema may add is left alone.
 */
import {
  expectObject,
  expectText,
  member,
  members,
  optionalMember,
  type Field,
} from '../../attestation/field.ts'
import { identityOf } from '../identity.ts'
import { parsePurl, purlName } from '../purl.ts'
import {
  listVersions,
  type Advisory,
  type AdvisoryRange,
  type AffectedPackage,
  type Event,
} from './affected.ts'
import { advisoryField, listOf, MAX_TEXT } from './document.ts'
import { placeOf, type PackagePlace } from './ecosystem.ts'

const eventKinds = ['introduced', 'fixed', 'last_affected', 'limit'] as const

/** @throws Fault `malformed` (`advisory-malformed`, `json-…`) with the place, `too-large` (`advisory-too-large`) */
export function parseOsv(bytes: Uint8Array): Advisory {
  const record = advisoryField(bytes, 'OSV record')
  const isWithdrawn = optionalMember(record, 'withdrawn') !== undefined
  const packages = listOf(record, 'affected').map(readAffected)
  return {
    id: expectText(member(record, 'id'), MAX_TEXT),
    aliases: listOf(record, 'aliases').map((alias) => expectText(alias, MAX_TEXT)),
    isWithdrawn,
    affected: isWithdrawn ? [] : packages.filter((one) => typeof one !== 'string'),
    unknown: packages.filter((one) => typeof one === 'string'),
  }
}

/** Or what it is called, if it cannot be looked for. */
function readAffected(affected: Field): AffectedPackage | string {
  const described = optionalMember(affected, 'package')
  // Records of commits alone name no package.
  if (described === undefined) return 'a repository, by its commits'
  const [ecosystem, name] = ['ecosystem', 'name'].map((one) => expectText(member(described, one), MAX_TEXT))
  const place = placeOf(ecosystem ?? '', name ?? '') ?? placeOfPurl(optionalMember(described, 'purl'))
  if (place === undefined) return `${ecosystem} ${name}`.slice(0, 100)
  const listed = listVersions(
    place.type,
    listOf(affected, 'versions').map((version) => expectText(version, MAX_TEXT)),
  )
  const ranges = listOf(affected, 'ranges').map((range) => readRange(range, place.type))
  return { ...place, ...(listed === undefined ? {} : { listed }), ranges }
}

/** Of an ecosystem that we do not know: which release of a distribution it means, we cannot say. */
function placeOfPurl(field: Field | undefined): PackagePlace | undefined {
  if (field === undefined) return undefined
  const purl = identityOf(parsePurl(expectText(field, MAX_TEXT), { lenient: true }))
  const place = { type: purl.type, names: 'either', keys: [purlName(purl)] } as const
  const isOfDistro = ['apk', 'deb', 'rpm'].includes(purl.type)
  return isOfDistro ? { ...place, distro: { ids: [purl.namespace ?? ''], release: undefined } } : place
}

function readRange(range: Field, type: string): AdvisoryRange {
  const kind = expectText(member(range, 'type'), MAX_TEXT)
  if (kind === 'GIT') return { kind: 'git' }
  const events = listOf(range, 'events').map(readEvent)
  const known = events.filter((event) => event !== undefined)
  if (!['SEMVER', 'ECOSYSTEM'].includes(kind) || known.length < events.length) return { kind: 'unreadable' }
  // Go's own releases ("go1.21.3") are ordered by golang.ts alone.
  return { kind: 'events', type: kind === 'SEMVER' && type !== 'golang' ? 'semver' : type, events: known }
}

/** Undefined for a kind of event that we do not know. */
function readEvent(field: Field): Event | undefined {
  expectObject(field)
  const [first, ...more] = members(field)
  const kind = eventKinds.find((one) => one === first?.[0])
  if (first === undefined || kind === undefined || more.length > 0) return undefined
  return { kind, version: expectText(first[1], MAX_TEXT) }
}
