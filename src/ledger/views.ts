/** The views that a ledger answers on: each is of one state of the index, which is given a second to reach what was public. */
import { treeSize, type TreeSize } from '../brand.ts'
import type { TrustState } from '../trust/trust-state.ts'
import type { Follower } from './follower.ts'
import { INDEX_WAIT_MS, MAX_ANSWERS_AT_ONCE } from './limits.ts'
import { momentOf, viewAt, type Asked, type Moment } from './moment.ts'
import { limitedTo, pausingReader, type Pause } from './pauses.ts'
import type { Clock, IndexReader, Storage } from './ports.ts'
import type { SearchTurns } from './search-turns.ts'
import type { LogView, View } from './view.ts'
import type { Published } from './writer.ts'

export interface ViewSources {
  readonly storage: Storage
  readonly origin: string
  readonly clock: Pick<Clock, 'now'>
  readonly trust: TrustState
  readonly follower: Pick<Follower, 'through' | 'reach'>
  readonly searches: SearchTurns
  readonly pauseOfOne: () => Pause
  /** What costs too much to be made for each question. */
  readonly kept: Pick<View, 'statements' | 'totals'>
  readonly published: () => Published
}

type Use<T> = (view: View) => Promise<T>

/** What answers questions. Each: @throws Fault as `viewAt`; whatever the answer throws */
export interface Views {
  /** For what needs no index. */
  log(): LogView
  on<T>(use: Use<T>, moment?: Moment, pause?: Pause): Promise<T>
  /** @throws Fault also as `momentOf` */
  ask<T>(asked: Asked<T>, moment?: Moment): Promise<T>
  /** As `ask`, one after the other. @throws Fault also as `SearchTurns.run` */
  askInTurn<T>(asked: Asked<T>, moment?: Moment, signal?: AbortSignal): Promise<T>
}

export function createViews(sources: ViewSources): Views {
  const { storage, trust, follower, pauseOfOne } = sources
  // Those that pause stay open meanwhile; most are done before they would.
  const limited = limitedTo(MAX_ANSWERS_AT_ONCE)
  const read = <T>(use: Use<T>, moment: Moment, pause: Pause): Promise<T> => {
    const answer = async (snapshot: IndexReader): Promise<T> => {
      const { through } = await snapshot.position()
      const reader = pausingReader(snapshot, pause)
      return use(viewAt({ ...logView(sources, pause), through, reader, trust }, moment))
    }
    return limited(() => storage.index.read(answer))
  }
  // A submitter finds what it submitted.
  const reach = ({ minSize = treeSize(0) }: Moment): Promise<void> => {
    const { size } = sources.published().checkpoint
    return follower.reach(later(size, minSize), INDEX_WAIT_MS)
  }
  const views: Views = {
    log: () => logView(sources, pauseOfOne()),
    async on(use, moment = {}, pause = pauseOfOne()) {
      await reach(moment)
      return read(use, moment, pause)
    },
    ask: async (asked, moment = {}) => views.on(asked.answer, momentOf(asked, moment)),
    async askInTurn(asked, moment = {}, signal) {
      const pinned = momentOf(asked, moment)
      // Whoever waits for the index, perhaps for a size that never comes, keeps nobody from searching meanwhile.
      await reach(moment)
      return sources.searches.run((pause) => read(asked.answer, pinned, pause), signal)
    },
  }
  return views
}

function later(a: TreeSize, b: TreeSize): TreeSize {
  return a < b ? b : a
}

function logView(
  { storage: { log, blobs }, origin, clock, follower, kept, published }: ViewSources,
  pause: Pause,
): Omit<View, 'reader' | 'trust'> {
  const servedAt = new Date(clock.now()).toISOString()
  return { origin, ...published(), ...kept, servedAt, log, blobs, pause, through: follower.through }
}
