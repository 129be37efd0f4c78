/** What a verifier did not establish, by name and in a sentence: said beside what it did. */

/**
 * What a file can leave open. `more-rows` stands only where the answer was one page of several; `newer`, `unreadable`, `audited`
 * and `declared` bound what it means that an answer is complete.
 */
export type OpenQuestion =
  | 'complete'
  | 'not-revoked'
  | 'newer'
  | 'unreadable'
  | 'audited'
  | 'declared'
  | 'coverage'
  | 'times'
  | 'scope'
  | 'not-witnessed'
  | 'more-rows'
  | 'vex'
  | 'related'

export interface NotEstablished {
  readonly id: OpenQuestion
  readonly text: string
}
