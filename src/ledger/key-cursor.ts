/**
 * Cursors into a table that is read in the order of its keys: behind which key, and as of which size. Bound to the
 * question as cursor.ts binds its own.
 */
import { treeSize, type TreeSize } from '../brand.ts'
import { formatBase64, parseBase64 } from '../encoding/base64.ts'
import { isObject } from '../encoding/strict-json.ts'
import { Fault } from '../errors.ts'
import { cursorText, cursorValue, notOfQuestion, questionId } from './cursor.ts'

export interface KeyCursor {
  /** The last key that was looked at. */
  readonly after: Uint8Array
  /** The entries that all pages rest on. */
  readonly through: TreeSize
}

export function formatKeyCursor(asked: object, { after, through }: KeyCursor): string {
  return cursorText({ asked: questionId(asked), after: formatBase64(after), through })
}

/** @throws Fault `malformed` (`cursor-malformed`) for anything but a cursor that was given for this very question */
export function parseKeyCursor(asked: object, text: string): KeyCursor {
  const cursor = readCursor(text)
  if (cursor === undefined || formatKeyCursor(asked, cursor) !== text) throw notOfQuestion()
  return cursor
}

function readCursor(text: string): KeyCursor | undefined {
  try {
    const value = cursorValue(text)
    if (!isObject(value) || typeof value['after'] !== 'string') return undefined
    return { after: parseBase64(value['after']), through: treeSize(Number(value['through'])) }
  } catch (cause) {
    if (cause instanceof Fault) return undefined
    throw cause
  }
}
