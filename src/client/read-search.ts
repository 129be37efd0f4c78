/** Reads the answer of a search (verify/search.ts) from JSON. Whether it is true is the business of verify/search-check.ts. */
import type { JsonValue } from '../encoding/strict-json.ts'
import {
  answerWith,
  anImageDigest,
  anIndex,
  provenanceMembers,
  questionCoverage,
} from '../verify/read-answer.ts'
import type { SearchAnswer, SearchMatch, SearchProvenance, SearchRow } from '../verify/search.ts'
import { count, flag, listOf, membersOf, oneOf, text, type Shape } from '../verify/shape.ts'

/** As sent: what was asked is compared with the question, not read. */
export type SearchSent = Omit<SearchAnswer, 'question'> & { readonly question: JsonValue }

const match: Shape<SearchMatch> = (value, place) => {
  const members = membersOf(value, place)
  const read: SearchMatch = {
    part: members.required('part', count),
    component: members.required('component', text),
    version: members.required('version', text),
    why: members.required('why', oneOf('purl', 'source', 'cpe', 'hash')),
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
  }
  members.end()
  return read
}

const provenance: Shape<SearchProvenance> = (value, place) => {
  const members = membersOf(value, place)
  const read = { ...provenanceMembers(members), bases: members.required('bases', listOf(text)) }
  members.end()
  return read
}

const row: Shape<SearchRow> = (value, place) => {
  const members = membersOf(value, place)
  const read: SearchRow = {
    image: members.required('image', anImageDigest),
    names: members.required('names', listOf(text)),
    status: members.required('status', oneOf('affected', 'undetermined')),
    revoked: members.required('revoked', flag),
    matches: members.required('matches', listOf(match)),
    sboms: members.required('sboms', listOf(anIndex)),
    silent: members.required('silent', listOf(anIndex)),
    provenance: members.required('provenance', listOf(provenance)),
  }
  members.end()
  return read
}

const asIs: Shape<JsonValue> = (value) => value

export const searchSent: Shape<SearchSent> = answerWith(asIs, row, questionCoverage)
