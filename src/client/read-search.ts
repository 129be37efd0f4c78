/** Reads the answer of a search (verify/search.ts) from JSON. Whether it is true is the business of verify/search-check.ts. */
import type { JsonValue } from '../encoding/strict-json.ts'
import {
  provableWith,
  anImageDigest,
  provenanceMembers,
  provenanceTimes,
  questionCoverage,
} from '../verify/read-answer.ts'
import {
  CONFIDENCES,
  MATCH_WAYS,
  type SearchAnswer,
  type SearchCoverage,
  type SearchMatch,
  type SearchProvenance,
  type SearchRow,
  type SearchTool,
  type SearchVex,
} from '../verify/search.ts'
import {
  anIndex,
  count,
  flag,
  listOf,
  misshapen,
  objectOf,
  oneOf,
  tableOf,
  text,
  type Shape,
} from '../verify/shape.ts'
import { relatedImage } from './read-answer.ts'
import { deploymentRow } from './read-scope.ts'

/** As sent: what was asked is compared with the question, not read. */
export type SearchSent = Omit<SearchAnswer, 'question'> & { readonly question: JsonValue }

const asIs: Shape<JsonValue> = (value) => value

/** There or not: `false` would be a second spelling. */
const yes: Shape<true> = (value, place) => {
  if (value !== true) throw misshapen(place, 'true', value)
  return true
}

const match = objectOf<SearchMatch>(
  {
    part: count,
    component: text,
    version: text,
    why: oneOf(...MATCH_WAYS),
    confidence: oneOf(...CONFIDENCES),
    reason: oneOf(
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
    status: oneOf('affected', 'undetermined'),
    entry: anIndex,
  },
  { lifted: yes },
)

const provenance = objectOf<SearchProvenance>({ ...provenanceMembers, bases: listOf(text) }, provenanceTimes)

const vex = objectOf<SearchVex>({
  entry: anIndex,
  signer: text,
  vulnerability: text,
  status: oneOf('not_affected', 'affected', 'fixed', 'under_investigation'),
  justification: text,
  components: listOf(text),
})

const coverage: Shape<SearchCoverage> = (value, place) => {
  const { lifted, ...rest } = tableOf(text, asIs)(value, place)
  const read = questionCoverage(rest, place)
  return lifted === undefined ? read : { ...read, lifted: count(lifted, place) }
}

const tool = objectOf<SearchTool>({ entry: anIndex, tool: text, toolVersion: text })

const row = objectOf<SearchRow>(
  {
    image: anImageDigest,
    names: listOf(text),
    status: oneOf('affected', 'undetermined'),
    confidence: oneOf(...CONFIDENCES),
    revoked: flag,
    matches: listOf(match),
    sboms: listOf(anIndex),
    madeBy: listOf(tool),
    silent: listOf(anIndex),
    provenance: listOf(provenance),
  },
  { deployments: listOf(deploymentRow), lineage: listOf(relatedImage), vex: listOf(vex), lifted: yes },
)

export const searchSent: Shape<SearchSent> = provableWith(asIs, row, coverage)
