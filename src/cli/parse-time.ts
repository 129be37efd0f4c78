/** Times as people type them on the command line: with their offset from UTC, since a time without one is two times. */
import { UsageError } from './usage-error.ts'

const time = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/

/**
 * RFC 3339 with any offset, with or without seconds, or `now`.
 *
 * @param flag for messages: `--from`
 * @returns RFC 3339 in UTC, to the second
 * @throws UsageError
 */
export function parseTime(flag: string, text: string, now: number): string {
  const moment = text === 'now' ? now : time.test(text) ? Date.parse(text.replace(' ', 'T')) : NaN
  if (Number.isNaN(moment))
    throw new UsageError(
      `${flag}: expected a time with its offset from UTC, got ${text.slice(0, 100)}`,
      `For example ${flag} 2026-11-17T16:45Z, ${flag} 2026-11-17T17:45+01:00 or ${flag} now`,
    )
  return new Date(moment).toISOString().replace(/\.\d+Z$/, 'Z')
}
