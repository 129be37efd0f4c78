/**
 * Rows as newline-delimited JSON, one record a line, each with a `kind`:
 *
 *     Answer   question, unregistered claims, coverage, assurance, …            once, first
 *     AsOf     the checkpoint to which the proofs of the entries after it lead   again when the log has grown
 *     Entry    index and proven entry, once, before the first row that names it
 *     Row      a row of the answer
 *     End      count, complete: true                                             last; without it the stream was cut
 *     Error    problem                                                           then the stream is cut
 *
 * With the proof that no row is missing all of it is of one checkpoint, and behind that stand (verify/completeness-wire.ts)
 *
 *     Root      map, and its published root
 *     Prefix    map, and all of its keys that have a prefix
 *     Key       map, and a key with its entries
 *     Absent    map, and a key that it does not have
 *     Manifest  entry, and parts of its manifest
 */
import { printableJson } from '../encoding/printable.ts'
import type { ImagesAnswer } from '../verify/answer.ts'
import type { MapProofs } from '../verify/completeness-wire.ts'
import type { RowFormat, RowPage } from './row-format.ts'

/** An answer of rows that has all of them, to whatever question. */
export type WholeAnswer = Omit<ImagesAnswer, 'question' | 'items' | 'coverage'> & {
  readonly question: object
  readonly coverage: object
  readonly items: readonly object[]
}

/** All records, one after the other: the text of all together may be longer than memory has room for twice. */
export function* wholeRecords(answer: WholeAnswer): Generator<string> {
  yield answerRecord(answer)
  yield line({ kind: 'AsOf', ...answer.asOf })
  const { components, status, manifests = {} } = answer.complete ?? {}
  for (const [map, proofs] of Object.entries({ components, status }))
    if (proofs !== undefined) yield* proofRecords(map, proofs)
  for (const [entry, parts] of Object.entries(manifests))
    yield line({ kind: 'Manifest', entry: Number(entry), parts })
  for (const [index, entry] of Object.entries(answer.entries))
    yield line({ kind: 'Entry', index: Number(index), ...entry })
  for (const row of answer.items) yield line({ kind: 'Row', ...row })
  yield endRecord(answer.items.length)
}

function* proofRecords(map: string, { map: root, prefixes, keys, absent }: MapProofs): Generator<string> {
  yield line({ kind: 'Root', map, ...root })
  for (const one of prefixes) yield line({ kind: 'Prefix', map, ...one })
  for (const one of keys) yield line({ kind: 'Key', map, ...one })
  for (const one of absent) yield line({ kind: 'Absent', map, ...one })
}

export function createNdjson(): RowFormat {
  let checkpoint: string | undefined
  const sent = new Set<string>()
  return {
    contentType: 'application/x-ndjson',
    page(page) {
      const { asOf, items } = page
      const begin = checkpoint === undefined ? [answerRecord(page)] : []
      const renewed = checkpoint === asOf.checkpoint ? [] : [line({ kind: 'AsOf', ...asOf })]
      checkpoint = asOf.checkpoint
      const entries = Object.entries(page.entries).filter(([index]) => !sent.has(index))
      for (const [index] of entries) sent.add(index)
      return [
        ...begin,
        ...renewed,
        ...entries.map(([index, entry]) => line({ kind: 'Entry', index: Number(index), ...entry })),
        ...items.map((row) => line({ kind: 'Row', ...row })),
      ].join('')
    },
    end: (_last, count) => endRecord(count),
    failure: (problem) => line({ kind: 'Error', problem: JSON.parse(problem) as unknown }),
  }
}

function endRecord(count: number): string {
  return line({ kind: 'End', count, complete: true })
}

function answerRecord({
  question,
  unregistered,
  coverage,
  assurance,
  notEstablished,
}: Pick<
  WholeAnswer | RowPage,
  'question' | 'unregistered' | 'coverage' | 'assurance' | 'notEstablished'
>): string {
  return line({ kind: 'Answer', question, unregistered, coverage, assurance, notEstablished })
}

function line(record: object): string {
  return `${printableJson(record)}\n`
}
