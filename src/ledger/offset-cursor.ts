/**
 * Cursors into a list that the question and a size decide alone: how many items were shown, and as of which size.
 * Bound to the question as cursor.ts binds its own; where rows are found by place, that one is used.
 */
import { treeSize, type TreeSize } from '../brand.ts'
import { isObject } from '../encoding/strict-json.ts'
import { Fault } from '../errors.ts'
import { cursorText, cursorValue, notOfQuestion, questionId } from './cursor.ts'

export interface OffsetCursor {
  /** How many items were shown before. */
  readonly skip: number
  /** The entries that all pages rest on. */
  readonly through: TreeSize
}

function formatOffsetCursor(asked: object, { skip, through }: OffsetCursor): string {
  return cursorText({ asked: questionId(asked), skip, through })
}

/** @throws Fault `malformed` (`cursor-malformed`) for anything but a cursor that was given for this very question */
export function parseOffsetCursor(asked: object, text: string): OffsetCursor {
  const cursor = readCursor(text)
  if (cursor === undefined || formatOffsetCursor(asked, cursor) !== text) throw notOfQuestion()
  return cursor
}

function readCursor(text: string): OffsetCursor | undefined {
  try {
    const value = cursorValue(text)
    if (!isObject(value) || typeof value['skip'] !== 'number') return undefined
    return { skip: value['skip'], through: treeSize(Number(value['through'])) }
  } catch (cause) {
    if (cause instanceof Fault) return undefined
    throw cause
  }
}

/** The items of one page, and the cursor of the next; none behind the last. */
export function pageOfList<T>(
  all: readonly T[],
  limit: number,
  { asked, skip, through }: OffsetCursor & { readonly asked: object },
): { readonly items: readonly T[]; readonly next?: string } {
  const items = all.slice(skip, skip + limit)
  const shown = skip + items.length
  return shown < all.length ? { items, next: formatOffsetCursor(asked, { skip: shown, through }) } : { items }
}
