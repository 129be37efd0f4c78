/**
 * Cursors: where the next page of rows begins. Opaque to clients, bound to the question and pinned to the size that the
 * first page was an answer as of, so that pages fit together while the log grows.
 */
import { imageDigest, logIndex, treeSize, type ImageDigest, type LogIndex, type TreeSize } from '../brand.ts'
import { sha256Id } from '../crypto/sha256.ts'
import { formatBase64, parseBase64 } from '../encoding/base64.ts'
import { isObject, parseJson } from '../encoding/strict-json.ts'
import { utf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'
import type { ImagesQuestion, StatedQuestion } from '../verify/answer.ts'

/** What rows are ordered by. */
export interface Place {
  readonly first: LogIndex
  readonly image: ImageDigest
}

/** The last row that was shown. */
export interface Cursor extends Place {
  /** The entries that all pages rest on. */
  readonly through: TreeSize
}

/** A search as its JSON text: it has objects in it. */
type Asked = ImagesQuestion | StatedQuestion | string

export function formatCursor(asked: Asked, { first, image, through }: Cursor): string {
  const text = JSON.stringify({ asked: questionId(asked), first, image, through })
  return formatBase64(utf8(text)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** @throws Fault `malformed` (`cursor-malformed`) for anything but a cursor that was given for this very question */
export function parseCursor(asked: Asked, text: string): Cursor {
  const cursor = readCursor(text)
  if (cursor === undefined || formatCursor(asked, cursor) !== text) {
    throw new Fault('cursor-malformed', 'cursor: expected the `next` of an answer to the same question', {
      hint: 'Leave out the cursor to start from the first page.',
    })
  }
  return cursor
}

function readCursor(text: string): Cursor | undefined {
  try {
    const padded = text.replaceAll('-', '+').replaceAll('_', '/') + '='.repeat((4 - (text.length % 4)) % 4)
    const value = parseJson(parseBase64(padded))
    if (!isObject(value) || typeof value['first'] !== 'number' || typeof value['image'] !== 'string')
      return undefined
    const through = treeSize(Number(value['through']))
    return { first: logIndex(value['first']), image: imageDigest(value['image']), through }
  } catch (cause) {
    if (cause instanceof Fault) return undefined
    throw cause
  }
}

export function isAfter(row: Place, cursor: Place): boolean {
  return row.first > cursor.first || (row.first === cursor.first && row.image > cursor.image)
}

function questionId(asked: Asked): string {
  const text = typeof asked === 'string' ? asked : JSON.stringify(asked, Object.keys(asked).sort())
  return sha256Id(utf8(text)).slice(7, 23)
}
