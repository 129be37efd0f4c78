/**
 * Submissions past Express: the one route that hundreds of builders use at once. Express gives each request and response
 * another prototype, and from then on everything that Node's own code does with them is slow (DECISIONS.md has the figures).
 *
 * What is answered is what the route in attestations.ts answers, by the same function.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerSubmission, SUBMIT_PATH, type SubmitDoor } from './attestations.ts'
import type { ReadBody } from './request-body.ts'

export interface SubmitLane {
  /** Whether this request may go past Express: a submission, and no guard stands before the route now. */
  takes(request: IncomingMessage): boolean
  /** As the route does; rejects with what the caller is to be told. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>
}

/** @param isGuarded asked at every submission, since a new trust root may open the admission */
export function createSubmitLane(
  submit: SubmitDoor['submit'],
  readBody: ReadBody,
  isGuarded: () => boolean,
): SubmitLane {
  return {
    takes: ({ method, url }) => method === 'POST' && url === SUBMIT_PATH && !isGuarded(),
    answer(request, response) {
      // Where metrics.ts looks for it, as Express leaves it there.
      Object.assign(request, { route: { path: SUBMIT_PATH } })
      return answerSubmission(request, response, { submit, readBody })
    },
  }
}
