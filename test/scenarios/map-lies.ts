/**
 * The lies of lying-server.test.ts about what is complete (index.md 7): what is hidden from an answer that was asked for with its
 * proof, or taken from what was published before. The client catches each of them when it reads the answer.
 *
 * Not here: what the log's own key signed, which no proof can show to a client. `log audit --index` finds it when it next reads the log:
 *
 *     a row, a version, a revocation hidden by the root     client/audit-index.test.ts, and by an older one client/explain-root.test.ts
 *     a manifest that was not signed                        client/audit-index.test.ts
 *     an entry moved in or out of `u`                       client/explain-root.test.ts; answers say how many entries there are
 *     a root of a wrong checkpoint                          client/published-roots.test.ts; the newest one is refused by clients too
 *     an older S, to who has seen no newer one              every answer says its S; who has seen one refuses it: client/map-memory.test.ts
 */
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import { at, editAt, removeAt, setAt } from '../helpers/json-edit.ts'
import { lieInJson, type Lie } from '../helpers/lying-proxy.ts'
import { FIND, type Row } from './lies.ts'

/** The same question, answered through another route, with manifests in place of what nobody needs to read. */
const EVIDENCE = ['get', 'evidence', 'pkg:npm/lodash', '--range', '<5'] as const

/** In the honest answer, entry 7 revokes the SBOM in entry 5; entry 3 and its image stay. */
const REVOKED = '5'
const REVOCATION = '7'

/** The key `u`, base64. */
const UNREADABLE = btoa('u')

const inFind = (edit: (answer: JsonValue) => JsonValue): Lie => lieInJson('ledger/v1/search', edit)
const inEvidence = (edit: (answer: JsonValue) => JsonValue): Lie => lieInJson('ledger/v1/images?', edit)

const withoutRows = (answer: JsonValue): JsonValue =>
  setAt(setAt(setAt(answer, '/items', []), '/coverage/affected', 0), '/coverage/notAffected', 1)

const withoutProof = (answer: JsonValue): JsonValue => removeAt(answer, '/complete')

/** @param earlier what was answered to FIND before the revocation */
const take = (pointer: string, earlier: () => JsonValue) => (answer: JsonValue) =>
  setAt(answer, pointer, at(earlier(), pointer))

export const aboutCompleteness = (earlier: () => JsonValue): readonly Row[] => [
  ['hides a row', FIND, inFind(withoutRows), 15, 'answer-incomplete'],
  ['hides a row of evidence', EVIDENCE, inEvidence(withoutRows), 15, 'answer-incomplete'],
  ['gives no proof', FIND, inFind(withoutProof), 15, 'answer-incomplete'],
  ['gives no proof for evidence', EVIDENCE, inEvidence(withoutProof), 15, 'answer-incomplete'],
  [
    'hides a version',
    FIND,
    inFind((a) => removeAt(a, '/complete/components/prefixes/0/keys/0')),
    15,
    'map-proof-invalid',
  ],
  [
    'does not say which entries nobody could read',
    FIND,
    inFind((a) =>
      editAt(a, '/complete/components/absent', (all) =>
        Array.isArray(all) ? all.filter((_, i) => at(all, `/${i}/key`) !== UNREADABLE) : null,
      ),
    ),
    15,
    'answer-incomplete',
  ],
  [
    'hides an SBOM of an image',
    EVIDENCE,
    inEvidence((a) => removeAt(a, '/complete/components/keys/0/postings/0')),
    15,
    'map-proof-invalid',
  ],
  [
    'hides a revocation, and shows the row that it took away',
    FIND,
    inFind((a) => removeAt(take('/items', earlier)(take('/coverage', earlier)(a)), `/entries/${REVOCATION}`)),
    15,
    'answer-incomplete',
  ],
  [
    'says that there is no such revocation',
    EVIDENCE,
    inEvidence((a) => {
      const [key, proof] = [at(a, '/complete/status/keys/1/key'), at(a, '/complete/status/absent/0/proof')]
      return setAt(removeAt(a, '/complete/status/keys/1'), '/complete/status/absent/0', { key, proof })
    }),
    15,
    'map-proof-invalid',
  ],
  [
    'shows the status map of before the revocation',
    FIND,
    inFind(take('/complete/status', earlier)),
    15,
    'log-rolled-back',
  ],
  [
    'shows the component map as it was',
    EVIDENCE,
    inEvidence(take('/complete/components', earlier)),
    15,
    'log-rolled-back',
  ],
  [
    'shows an earlier root as the newest',
    FIND,
    inFind(take('/complete/status/map/entry', earlier)),
    15,
    'inclusion-proof-invalid',
  ],
  [
    'shows a root that was not published',
    FIND,
    inFind((a) => editAt(a, '/complete/components/map/entry', (entry) => otherRoot(String(entry)))),
    15,
    'inclusion-proof-invalid',
  ],
  [
    'changes a line of a manifest',
    EVIDENCE,
    inEvidence((a) => editAt(a, `/complete/manifests/${REVOKED}/0/lines/1`, (line) => `${String(line)}-1`)),
    15,
    'map-proof-invalid',
  ],
]

const otherRoot = (entry: string): string => (entry.startsWith('0') ? '1' : '0') + entry.slice(1)
