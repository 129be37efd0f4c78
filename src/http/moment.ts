/** The parameters `at` and `min_size`, which every question to the index takes. */
import { treeSize } from '../brand.ts'
import type { Moment } from '../ledger/moment.ts'
import type { QueryParams } from './query-params.ts'
import { parseWholeNumber } from './whole-number.ts'

export const MOMENT = ['at', 'min_size'] as const

/** @throws Fault `malformed` (`parameter-malformed`) */
export function momentOf(params: Pick<QueryParams<(typeof MOMENT)[number]>, 'get'>): Moment {
  const [at, minSize] = [params.get('at'), params.get('min_size')]
  return {
    ...(at === undefined ? {} : { at: treeSize(parseWholeNumber(at, 'parameter "at"', { least: 1 })) }),
    ...(minSize === undefined
      ? {}
      : { minSize: treeSize(parseWholeNumber(minSize, 'parameter "min_size"')) }),
  }
}
