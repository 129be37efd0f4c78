/** Reads the answer of a search (verify/search.ts) from JSON. Whether it is true is the business of verify/search-check.ts. */
import type { JsonValue } from '../encoding/strict-json.ts'
import {
  answerWith,
  anImageDigest,
  provenanceMembers,
  provenanceTimes,
  questionCoverage,
} from '../verify/read-answer.ts'
import type {
  SearchAnswer,
  SearchCoverage,
  SearchMatch,
  SearchProvenance,
  SearchRow,
  SearchVex,
} from '../verify/search.ts'
import {
  anIndex,
  count,
  flag,
  listOf,
  membersOf,
  misshapen,
  objectOf,
  oneOf,
  tableOf,
  text,
  type Shape,
} from '../verify/shape.ts'
import { deploymentRow } from './read-scope.ts'

/** As sent: what was asked is compared with the question, not read. */
export type SearchSent = Omit<SearchAnswer, 'question'> & { readonly question: JsonValue }

const asIs: Shape<JsonValue> = (value) => value

/** There or not: `false` would be a second spelling. */
const yes: Shape<true> = (value, place) => {
  if (value !== true) throw misshapen(place, 'true', value)
  return true
}

const match: Shape<SearchMatch> = (value, place) => {
  const members = membersOf(value, place)
  const lifted = members.optional('lifted', yes)
  const read: SearchMatch = {
    part: members.required('part', count),
    component: members.required('component', text),
    version: members.required('version', text),
    why: members.required('why', oneOf('purl', 'source', 'cpe', 'hash', 'name')),
    reason: members.required(
      'reason',
      oneOf(
        'version-listed',
        'in-range',
        'out-of-range',
        'other-distro',
        'no-version',
        'no-order',
        'no-distro',
        'no-range',
        'git-range',
        'range-unreadable',
        'name-only',
      ),
    ),
    status: members.required('status', oneOf('affected', 'undetermined')),
    entry: members.required('entry', anIndex),
    ...(lifted === undefined ? {} : { lifted }),
  }
  members.end()
  return read
}

const provenance = objectOf<SearchProvenance>({ ...provenanceMembers, bases: listOf(text) }, provenanceTimes)

const vex: Shape<SearchVex> = (value, place) => {
  const members = membersOf(value, place)
  const read: SearchVex = {
    entry: members.required('entry', anIndex),
    signer: members.required('signer', text),
    vulnerability: members.required('vulnerability', text),
    status: members.required('status', oneOf('not_affected', 'affected', 'fixed', 'under_investigation')),
    justification: members.required('justification', text),
    components: members.required('components', listOf(text)),
  }
  members.end()
  return read
}

const coverage: Shape<SearchCoverage> = (value, place) => {
  const { lifted, ...rest } = tableOf(text, asIs)(value, place)
  const read = questionCoverage(rest, place)
  return lifted === undefined ? read : { ...read, lifted: count(lifted, place) }
}

const row: Shape<SearchRow> = (value, place) => {
  const members = membersOf(value, place)
  const said = members.optional('vex', listOf(vex))
  const lifted = members.optional('lifted', yes)
  const deployments = members.optional('deployments', listOf(deploymentRow))
  const read: SearchRow = {
    image: members.required('image', anImageDigest),
    names: members.required('names', listOf(text)),
    status: members.required('status', oneOf('affected', 'undetermined')),
    revoked: members.required('revoked', flag),
    matches: members.required('matches', listOf(match)),
    sboms: members.required('sboms', listOf(anIndex)),
    silent: members.required('silent', listOf(anIndex)),
    provenance: members.required('provenance', listOf(provenance)),
    ...(deployments === undefined ? {} : { deployments }),
    ...(said === undefined ? {} : { vex: said }),
    ...(lifted === undefined ? {} : { lifted }),
  }
  members.end()
  return read
}

export const searchSent: Shape<SearchSent> = answerWith(asIs, row, coverage)
