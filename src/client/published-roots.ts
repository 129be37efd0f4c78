/** What the output log of a map says, entry by entry: which root it had at which size of the log (index.md 6). */
import { logIndex, type LogIndex, type TreeSize } from '../brand.ts'
import { parseUtf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'
import { parsePublishedRoot } from '../map/output-log.ts'
import type { Checkpoint } from '../tlog/checkpoint.ts'
import { asBadProof } from '../verify/bad-proof.ts'
import { openSigned } from '../verify/map-root.ts'
import { attempt } from './audit-walk.ts'
import { replayLog, type LogWalk } from './replay-log.ts'

export interface RootPublished {
  /** In the output log. */
  readonly index: LogIndex
  /** As it stands there. */
  readonly entry: string
  /** 32 bytes, of the entries of the log below `input.size`. */
  readonly root: Uint8Array
  /** The log's own signed checkpoint that is named; whether it is of the log's tree is not looked at here. */
  readonly input: Checkpoint
  /** The same as it was signed. */
  readonly note: string
}

/**
 * From the first that the walk has not taken in yet; one that is wrong in itself is noted and left out.
 *
 * @param after the input size that was published before
 */
export async function* publishedRoots(walk: LogWalk, after: TreeSize): AsyncGenerator<RootPublished> {
  let before: number = after
  for await (const { from, entries } of replayLog(walk)) {
    for (const [i, entry] of entries.entries()) {
      const index = logIndex(from + i)
      const published = attempt(walk, `${walk.name}entry ${index}`, () => read(walk, index, entry, before))
      if (published === undefined) continue
      before = published.input.size
      yield published
    }
  }
}

function read({ client }: LogWalk, index: LogIndex, entry: Uint8Array, before: number): RootPublished {
  const text = asBadProof('map-proof-invalid', 'published root', () => parseUtf8(entry, 'output log entry'))
  const { root, checkpoint } = asBadProof('map-proof-invalid', 'published root', () =>
    parsePublishedRoot(text),
  )
  const input = openSigned('published root', checkpoint, client.trust.logKey)
  if (input.size > before) return { index, entry: text, root, input, note: checkpoint }
  throw new Fault(
    'map-proof-invalid',
    `published root: expected a size above ${before}, which was published before, got ${input.size}`,
  )
}
