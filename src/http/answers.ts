/** Answers that are no problem: JSON and bytes, with how long they may be kept (robustness.md 6.2, interface.md 4.1). */
import type { ServerResponse } from 'node:http'
import type { Response } from 'express'
import { jsonPieces } from '../encoding/json-pieces.ts'
import { holdAnswer } from './held-answers.ts'
import { inTurns } from './in-turns.ts'

/** For what never changes under its address: full tiles, bytes named by their digest. */
export const IMMUTABLE = 'public, max-age=31536000, immutable'
/** A partial tile is complete for its width, but clients soon want a wider one. */
export const PARTIAL_TILE = 'public, max-age=3600'
/** tlog-tiles: no cache may hold a checkpoint longer than a few seconds. */
export const CHECKPOINT = 'public, max-age=1, must-revalidate'
/** The text of the front page comes with the program. */
export const PAGE = 'public, max-age=3600'

/** Written here and not by `response.json`, which would hash megabytes for an ETag that `servedAt` makes useless. */
export async function answerJson(
  response: ServerResponse,
  status: 200 | 201,
  answer: object,
  cacheControl: 'no-cache' | 'no-store',
): Promise<void> {
  const texts: string[] = []
  for await (const text of inTurns(jsonPieces(answer))) texts.push(text)
  if (response.destroyed) return
  const length = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  // What was recorded must be told.
  if (cacheControl !== 'no-store') holdAnswer(response, length)
  response.statusCode = status
  response.setHeader('content-type', 'application/json; charset=utf-8')
  response.setHeader('content-length', length)
  response.setHeader('cache-control', cacheControl)
  // As text, so that Node sends the first together with the head.
  for (const text of texts.slice(0, -1)) response.write(text)
  response.end(texts.at(-1))
}

/** With an ETag, so that conditional requests are answered 304 without a body. */
export function answerBytes(
  response: Response,
  contentType: string,
  bytes: Uint8Array,
  cacheControl: string,
): void {
  holdAnswer(response, bytes.length)
  response.setHeader('content-type', contentType)
  response.setHeader('cache-control', cacheControl)
  response.send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
}
