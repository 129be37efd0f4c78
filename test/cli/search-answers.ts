/** Answers of a search as a server gives them, for the formatters: three images on one base, one of them undetermined. */
import { imageDigest, keyId, logIndex, treeSize } from '../../src/brand.ts'
import { advisoryParts } from '../../src/client/advisory-parts.ts'
import type { Asked } from '../../src/cli/search-asked.ts'
import { joinPages, type SearchPages } from '../../src/cli/search-pages.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import type { SearchAnswer, SearchMatch, SearchRow } from '../../src/verify/search.ts'
import { log4shell } from '../sbom/advisory/records.ts'

export const digestOf = (digit: string) => imageDigest(`sha256:${digit.repeat(64)}`)

export const LOG4SHELL = 'GHSA-jfh8-c2jp-5v3q'
const core = 'pkg:maven/org.apache.logging.log4j/log4j-core'

export function match(version: string, entry: number, more: Partial<SearchMatch> = {}): SearchMatch {
  return {
    part: 0,
    component: version === '' ? core : `${core}@${version}`,
    version,
    why: 'purl',
    confidence: 'high',
    reason: 'in-range',
    status: 'affected',
    entry: logIndex(entry),
    ...more,
  }
}

export function row(
  digit: string,
  name: string,
  matches: readonly SearchMatch[],
  more: Partial<SearchRow> = {},
): SearchRow {
  return {
    image: digestOf(digit),
    names: name === '' ? [] : [name],
    status: matches.some((one) => one.status === 'affected') ? 'affected' : 'undetermined',
    revoked: false,
    matches,
    confidence: 'high',
    sboms: [...new Set(matches.map((one) => one.entry))],
    madeBy: [...new Set(matches.map((one) => one.entry))].map((entry) => ({
      entry,
      tool: 'syft',
      toolVersion: '1.4.1',
    })),
    provenance: [],
    silent: [],
    ...more,
  }
}

const onBase = (entry: number) => [
  {
    entry: logIndex(entry),
    builder: 'https://ci.test/builder',
    commits: [`git.test/shop@${'a'.repeat(40)}`],
    bases: [digestOf('b')],
  },
]

export const rows: readonly SearchRow[] = [
  row('b', 'registry.test/base:1', [match('2.14.1', 3)]),
  row('1', 'registry.test/shop:1.4', [match('2.14.1', 4)], { provenance: onBase(5) }),
  row('2', 'registry.test/api:2', [match('2.14.1', 6), match('2.16.0', 6, { part: 1 })], {
    provenance: onBase(7),
    sboms: [logIndex(6), logIndex(8)],
    silent: [logIndex(8)],
    revoked: true,
  }),
  row('3', '', [match('', 9, { status: 'undetermined', reason: 'no-version', why: 'source' })]),
]

/** The rows, the first of which is lifted; of the second somebody says that it is affected. */
export const rowsWithVex: readonly SearchRow[] = rows.map((one, at) => {
  const { component } = one.matches[0] ?? { component: '' }
  const said = {
    entry: logIndex(9),
    signer: 'security',
    vulnerability: 'CVE-2021-44228',
    components: [component],
  }
  if (at === 0)
    return {
      ...one,
      matches: one.matches.map((found) => ({ ...found, lifted: true as const })),
      vex: [{ ...said, status: 'not_affected', justification: 'vulnerable_code_not_present' }],
      lifted: true as const,
    }
  return at === 1 ? { ...one, vex: [{ ...said, status: 'affected', justification: '' }] } : one
})

const { parts, advisories } = advisoryParts(utf8(JSON.stringify(log4shell)))

export const asked: Asked = {
  question: { parts, scope: {} },
  what: [LOG4SHELL],
  aliases: new Map(advisories.map(({ id, aliases }) => [id, aliases])),
  notLookedFor: [],
  notes: [],
  isByName: false,
}

export function answerOf(items: readonly SearchRow[], more: Partial<SearchAnswer> = {}): SearchAnswer {
  return {
    question: asked.question,
    items,
    coverage: { images: 9, affected: 3, notAffected: 4, undetermined: 1, unknown: 1, unreadableEntries: 0 },
    entries: {
      '4': {
        attestation: `sha256:${'4'.repeat(64)}` as SearchAnswer['entries'][string]['attestation'],
        key: keyId(`sha256:${'5'.repeat(64)}`),
        predicateType: 'https://cyclonedx.org/bom',
        recordedAt: '2026-11-24T10:00:00.000Z',
        body: '',
        inclusion: [],
      },
    },
    asOf: {
      origin: 'log.test',
      treeSize: treeSize(10),
      rootHash: 'AAAA',
      checkpoint: 'log.test\n10\n',
      indexedThrough: treeSize(10),
      recordedAt: '2026-11-24T10:00:00.000Z',
      servedAt: '2026-11-24T10:00:01.000Z',
    },
    assurance: 'rows',
    notEstablished: ['complete', 'not-revoked'],
    ...more,
  }
}

export function pagesOf(items: readonly SearchRow[] = rows): SearchPages {
  return joinPages([answerOf(items)])
}
