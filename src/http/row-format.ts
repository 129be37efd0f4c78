/** How rows are written one after another: what NDJSON and CSV have in common. */
import type { FoundAnswer, ImagesAnswer } from '../verify/answer.ts'

export type RowPage = ImagesAnswer | FoundAnswer

/** One writer for one response. */
export interface RowFormat {
  readonly contentType: string
  /** What stands before the rows, and the rows, of one page. */
  page(page: RowPage): string
  end(last: RowPage, rows: number): string
  /** What is said before the connection is cut; `problem` is JSON text. */
  failure(problem: string): string
}
