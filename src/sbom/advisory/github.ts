/**
 * Advisories as GitHub's API gives them: REST (`GET /advisories/GHSA-…`), GraphQL (`securityAdvisory`), webhooks. Their
 * ranges are `>= 2.13.0, < 2.15.0`.
 */
import { expectText, member, optionalMember, refusal, type Field } from '../../attestation/field.ts'
import { Fault } from '../../errors.ts'
import { parseRange } from '../range.ts'
import { versionOrderOf } from '../versions/order.ts'
import type { Advisory, AdvisoryRange, AffectedPackage } from './affected.ts'
import { advisoryField, listOf, MAX_TEXT } from './document.ts'
import { placeOf } from './ecosystem.ts'

/** GitHub's names for the ecosystems of OSV, in lower case. */
const ecosystems: ReadonlyMap<string, string> = new Map([
  ['composer', 'Packagist'],
  ['erlang', 'Hex'],
  ['go', 'Go'],
  ['maven', 'Maven'],
  ['npm', 'npm'],
  ['nuget', 'NuGet'],
  ['pip', 'PyPI'],
  ['pub', 'Pub'],
  ['rubygems', 'RubyGems'],
  ['rust', 'crates.io'],
  ['swift', 'SwiftURL'],
])

/** @throws Fault `malformed` (`advisory-malformed`, `json-…`) with the place, `too-large` (`advisory-too-large`) */
export function parseGithubAdvisory(bytes: Uint8Array): Advisory {
  const advisory = unwrap(advisoryField(bytes, 'GitHub advisory'))
  const cve = optionalMember(advisory, 'cve_id')
  const isWithdrawn = ['withdrawn_at', 'withdrawnAt'].some(
    (name) => optionalMember(advisory, name) !== undefined,
  )
  const packages = vulnerabilitiesOf(advisory).map(readVulnerability)
  return {
    id: expectText(either(advisory, 'ghsa_id', 'ghsaId'), MAX_TEXT),
    aliases: cve === undefined ? [] : [expectText(cve, MAX_TEXT)],
    isWithdrawn,
    affected: isWithdrawn ? [] : packages.filter((one) => typeof one !== 'string'),
    unknown: packages.filter((one) => typeof one === 'string'),
  }
}

/** What GraphQL (`data.securityAdvisory`) and webhooks (`security_advisory`) put around it. */
function unwrap(field: Field): Field {
  const names = ['data', 'securityAdvisory', 'security_advisory']
  const inner = names.map((name) => optionalMember(field, name)).find((one) => one !== undefined)
  return inner === undefined ? field : unwrap(inner)
}

function either(parent: Field, rest: string, graphql: string): Field {
  return optionalMember(parent, graphql) ?? member(parent, rest)
}

/** A list, or GraphQL's connection with `nodes`. A page of one is refused: what is on the others would be missing. */
function vulnerabilitiesOf(advisory: Field): readonly Field[] {
  const field = member(advisory, 'vulnerabilities')
  if (Array.isArray(field.value)) return listOf(advisory, 'vulnerabilities')
  const page = optionalMember(field, 'pageInfo')
  if (page !== undefined && member(page, 'hasNextPage').value === true)
    throw refusal(field, 'all vulnerabilities', 'Ask GitHub for all of them: vulnerabilities(first: 100).')
  return listOf(field, 'nodes')
}

/** Or what the package is called, if it cannot be looked for. */
function readVulnerability(vulnerability: Field): AffectedPackage | string {
  const described = member(vulnerability, 'package')
  const [ecosystem = '', name = ''] = ['ecosystem', 'name'].map((one) =>
    expectText(member(described, one), MAX_TEXT),
  )
  const place = placeOf(ecosystems.get(ecosystem.toLowerCase()) ?? '', name)
  if (place === undefined) return `${ecosystem} ${name}`.slice(0, 100)
  const written = either(vulnerability, 'vulnerable_version_range', 'vulnerableVersionRange')
  return {
    ...place,
    ranges: written.value === null ? [] : [readRange(expectText(written, MAX_TEXT), place.type)],
  }
}

function readRange(text: string, type: string): AdvisoryRange {
  // Nothing is below it, and a pre-release of 0 is meant too.
  const isAll = /^>=? *0(?:\.0)*$/.test(text)
  if (versionOrderOf(type) === undefined) return { kind: 'unreadable' }
  try {
    return { kind: 'vers', range: parseRange(isAll ? '*' : text, type) }
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    return { kind: 'unreadable' }
  }
}
