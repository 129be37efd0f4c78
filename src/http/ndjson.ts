/**
 * Rows as newline-delimited JSON, one record a line, each with a `kind`:
 *
 *     Answer   question, unregistered claims, coverage, assurance, …            once, first
 *     AsOf     the checkpoint to which the proofs of the entries after it lead   again when the log has grown
 *     Entry    index and proven entry, once, before the first row that names it
 *     Row      a row of the answer
 *     End      count, complete: true                                             last; without it the stream was cut
 *     Error    problem                                                           then the stream is cut
 */
import { printableJson } from '../encoding/printable.ts'
import type { RowFormat, RowPage } from './row-format.ts'

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
    end: (_last, count) => line({ kind: 'End', count, complete: true }),
    failure: (problem) => line({ kind: 'Error', problem: JSON.parse(problem) as unknown }),
  }
}

function answerRecord({ question, unregistered, coverage, assurance, notEstablished }: RowPage): string {
  return line({ kind: 'Answer', question, unregistered, coverage, assurance, notEstablished })
}

function line(record: object): string {
  return `${printableJson(record)}\n`
}
