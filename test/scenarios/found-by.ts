/** What an answer says of one image, by advisory: the shape in which it is compared with the oracle's verdicts. */
import type { SearchAnswer, SearchPart } from '../../src/verify/search.ts'

export function foundBy(
  { items }: SearchAnswer,
  image: string,
  parts: readonly SearchPart[],
): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const { part, status } of items.find((row) => row.image === image)?.matches ?? []) {
    const id = parts[part]?.from ?? ''
    // "affected" is surer than "undetermined".
    if (found[id] !== 'affected') found[id] = status
  }
  return found
}
