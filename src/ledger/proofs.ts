/** What the published maps prove: look-ups in them, and answers that leave nothing out (index.md 7). */
import { treeSize, type TreeSize } from '../brand.ts'
import { Fault } from '../errors.ts'
import type { FoundAnswer, ImagesAnswer, RevocationsAnswer } from '../verify/answer.ts'
import type { MapProofs } from '../verify/completeness-wire.ts'
import type { StatusMapAnswer } from '../verify/status-map.ts'
import { completeAnswer, type Completable, type ProveKeys } from './complete.ts'
import type { Follower } from './follower.ts'
import { PROOF_WAIT_MS } from './limits.ts'
import { momentOf, type Moment, type ProvableAsked } from './moment.ts'
import type { PublishedRoot } from './output-log.ts'
import type { Clock, MapName, Storage } from './ports.ts'
import type { PublishedMaps } from './published-maps.ts'
import { askFound, type FoundQuery } from './query-found.ts'
import { askImages, type ImagesAsked } from './query-images.ts'
import { queryRevocations } from './query-revocations.ts'
import { queryStatusMap } from './query-status-map.ts'
import { askSearch, type SearchAnswerSent, type SearchAsked } from './query-search.ts'
import type { Pause } from './pauses.ts'
import type { SearchTurns } from './search-turns.ts'
import { mapProofs, type MapAsked, type MapLookUp, type ReadPostings } from './query-map.ts'
import { asOf, type LogView, type View } from './view.ts'

export interface Proofs {
  /**
   * Keys of a map, with proofs against its newest root: one that is not of fewer entries than `minSize` if that can be had within
   * a few seconds.
   *
   * @throws Fault `busy` (`map-behind`) if nothing of the map is published; `too-large` (`lookup-too-large`)
   */
  lookUp(map: MapName, asked: MapAsked, moment?: Omit<Moment, 'at'>): Promise<MapLookUp>
  /**
   * As `Ledger.images`, with the proof that nothing is left out as of the component map's size; if the rows need several pages,
   * without. With `whole` all rows and their proof are one answer, in which SBOMs come as lines of their manifests.
   *
   * @param signal aborted where nobody waits for the answer any more; heeded of a whole one
   * @throws also Fault `busy` (`map-behind`), `too-large` (`answer-too-large`); the signal's reason
   */
  images(question: ImagesAsked, moment?: Moment, signal?: AbortSignal): Promise<ImagesAnswer>
  /** As `images`, of `Ledger.found`. */
  found(question: FoundQuery, moment?: Moment, signal?: AbortSignal): Promise<FoundAnswer>
  /** As `images`, of `Ledger.search`. */
  search(asked: SearchAsked, moment?: Moment, signal?: AbortSignal): Promise<SearchAnswerSent>
  /**
   * As `Ledger.revocations`, with the proof that none is missing as of the status map's size.
   *
   * @throws also Fault `busy` (`map-behind`)
   */
  revocations(target: string, moment?: Moment): Promise<RevocationsAnswer>
  /**
   * The whole status map, and that the entries which it lists are in the log.
   *
   * @throws Fault `busy` (`map-behind`), `too-large` (`answer-too-large`)
   */
  statusMap(moment?: Pick<Moment, 'cosigned'>): Promise<StatusMapAnswer>
}

export interface ProofSources {
  readonly storage: Pick<Storage, 'log' | 'index'>
  readonly clock: Clock
  readonly maps: PublishedMaps
  readonly follower: Follower
  readonly searches: SearchTurns
  readonly pauseOfOne: () => Pause
  readonly log: () => LogView
  readonly view: <T>(use: (view: View) => Promise<T>, moment: Moment, pause: Pause) => Promise<T>
}

export function createProofs(sources: ProofSources): Proofs {
  return {
    async lookUp(map, asked, { minSize, cosigned = false } = {}) {
      if (minSize !== undefined) await publishTo(sources, minSize)
      const root = cosigned ? await cosignedRoot(sources, map) : undefined
      const ask = (pause: Pause) => lookUp(sources, map, asked, { root, pause })
      return inTurnIf(isLarge(asked), sources, ask)
    },
    images: (question, moment, signal) => askRows(sources, question, askImages, moment, signal),
    found: (question, moment, signal) => askRows(sources, question, askFound, moment, signal),
    search: async (asked, moment = {}, signal) => {
      // Whoever waits for a root keeps nobody from searching meanwhile.
      const roots = await publishNewest(sources, moment)
      const question = askSearch(asked)
      return sources.searches.run(
        (pause) => askComplete(sources, question, asked, { moment, roots, pause }),
        signal,
      )
    },
    revocations: async (target, moment = {}) => {
      const roots = await publishNewest(sources, moment)
      const pause = sources.pauseOfOne()
      return onStatusMap(sources, { moment, roots, pause }, (view, prove) =>
        queryRevocations(view, target, prove),
      )
    },
    statusMap: async (moment = {}) => {
      const roots = await publishNewest(sources, moment)
      return sources.searches.run((pause) => onStatusMap(sources, { moment, roots, pause }, queryStatusMap))
    },
  }
}

/** What is long is made one after the other, as searches are: each is held in memory as a whole. */
function inTurnIf<T>(
  isLong: boolean,
  { searches, pauseOfOne }: ProofSources,
  ask: (pause: Pause) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  return isLong ? searches.run(ask, signal) : ask(pauseOfOne())
}

async function askRows<Question extends { readonly whole?: boolean }, Answer extends Completable>(
  sources: ProofSources,
  question: Question,
  understand: (question: Question) => ProvableAsked<Answer>,
  moment: Moment = {},
  signal?: AbortSignal,
): Promise<Answer> {
  const asked = understand(question)
  const roots = await publishNewest(sources, moment)
  const ask = (pause: Pause) => askComplete(sources, asked, question, { moment, roots, pause })
  return inTurnIf(question.whole === true, sources, ask, signal)
}

/** A look-up of more takes as long as a search, and as much from everybody else. */
const KEYS_OF_SMALL_LOOKUP = 1_000

function isLarge({ prefixes, keys }: MapAsked): boolean {
  return prefixes.length + keys.length > KEYS_OF_SMALL_LOOKUP
}

async function lookUp(
  sources: ProofSources,
  map: MapName,
  asked: MapAsked,
  { root, pause }: { readonly root: PublishedRoot | undefined; readonly pause: Pause },
): Promise<MapLookUp> {
  const published = root ?? sources.maps.newest(map)
  const log = sources.log()
  const proofs = await proofsAt(sources, { size: log.checkpoint.size, map, published }, asked, pause)
  return { ...proofs, asOf: asOf(log, published.size) }
}

type Roots = Readonly<Record<MapName, PublishedRoot>>

/** As of when an answer is to be, and by which roots; if by none, by those that are the newest when it is made. */
interface AsOfRoots {
  readonly moment: Moment
  readonly roots: Roots | undefined
  readonly pause: Pause
}

/** What was public when the question came is waited for, so that a submitter finds what it submitted. */
async function publishNewest(
  sources: ProofSources,
  { minSize = treeSize(0), cosigned = false }: Moment,
): Promise<Roots | undefined> {
  await publishTo(sources, treeSize(Math.max(sources.log().checkpoint.size, minSize)))
  return cosigned ? cosignedRoots(sources) : undefined
}

async function cosignedRoots(sources: ProofSources): Promise<Roots> {
  await sources.maps.status.settled()
  const [components, status] = await Promise.all([
    cosignedRoot(sources, 'components'),
    cosignedRoot(sources, 'status'),
  ])
  return { components, status: status.size < components.size ? sources.maps.newest('status') : status }
}

/**
 * The root that is the newest now, once all whom the operator named have cosigned it; the newest after some seconds, if
 * they have not. One that is published meanwhile is not waited for: on a busy ledger that would never end.
 */
async function cosignedRoot({ maps }: ProofSources, map: MapName): Promise<PublishedRoot> {
  const root = maps.newest(map)
  return (await maps.cosigned(map, root)) ? root : maps.newest(map)
}

/** As of what is public now, or of these roots. */
async function askComplete<T extends Completable>(
  sources: ProofSources,
  asked: ProvableAsked<T>,
  { whole = false }: { readonly whole?: boolean },
  { moment, roots, pause }: AsOfRoots,
): Promise<T> {
  const { at, minSize } = momentOf(asked, moment)
  const published = roots ?? (await newestRoots(sources))
  const { size } = published.components
  if ((at ?? minSize ?? 0) > size) throw behind('components', size)
  // Its publication may have stopped.
  if ((at ?? size) > published.status.size) throw behind('status', published.status.size)
  return sources.view(
    async (view) =>
      completeAnswer(
        view,
        { keys: asked.keys, isWhole: whole },
        (map, keys) => {
          const place = { size: view.checkpoint.size, map, published: published[map] }
          return proofsAt(sources, place, keys, pause)
        },
        await asked.answer(view),
      ),
    { at: at ?? size },
    pause,
  )
}

async function newestRoots({ maps }: ProofSources): Promise<Roots> {
  const components = maps.newest('components')
  // A control statement that the component map has reached is in the status map by then: rows are judged by no newer one.
  await maps.status.settled()
  return { components, status: maps.newest('status') }
}

/**
 * On a view that reaches as far as the status map does now: an answer of less would look as if nothing had been revoked
 * since.
 */
async function onStatusMap<T>(
  sources: ProofSources,
  { moment: { at, minSize }, roots, pause }: AsOfRoots,
  use: (view: View, prove: ProveKeys) => Promise<T>,
): Promise<T> {
  await sources.maps.status.settled()
  const published = roots?.status ?? sources.maps.newest('status')
  if ((at ?? minSize ?? 0) > published.size) throw behind('status', published.size)
  const size = at ?? published.size
  await sources.follower.reach(size, PROOF_WAIT_MS)
  if (sources.follower.through < size) throw behind('status', sources.follower.through)
  return sources.view(
    (view) =>
      use(view, (map, asked) =>
        proofsAt(sources, { size: view.checkpoint.size, map, published }, asked, pause),
      ),
    { at: size },
    pause,
  )
}

interface Place {
  readonly map: MapName
  readonly published: PublishedRoot
  /** Of the checkpoint that the answer rests on. */
  readonly size: TreeSize
}

async function proofsAt(
  { storage, maps }: ProofSources,
  { map, published, size }: Place,
  asked: MapAsked,
  pause: Pause,
): Promise<MapProofs> {
  const answer = await maps.prove(map, published, asked, pause)
  return storage.index.read((reader) => {
    const read: ReadPostings = async (key, below) =>
      map === 'status'
        ? maps.statusPostings(key, below)
        : (await reader.postings(map, key)).filter((index) => index < below)
    return mapProofs(answer, asked, { read, pause }, { store: storage.log, size })
  })
}

async function publishTo({ maps, follower, clock }: ProofSources, size: TreeSize): Promise<void> {
  const { components } = maps
  // Not what is stored of a root that is being signed: answers name what is public.
  const isThere = (): boolean =>
    components.stoppedBy !== undefined || (components.published.at(-1)?.size ?? 0) >= size
  await follower.reach(size, PROOF_WAIT_MS)
  // What is being published right now may be of a smaller size.
  for (let time = 0; time < 2 && !isThere(); time++) {
    follower.hurry()
    await Promise.race([components.next(), clock.sleep(PROOF_WAIT_MS)])
  }
}

function behind(map: MapName, size: TreeSize): Fault {
  return new Fault('map-behind', `${map} map: its newest root is of size ${size}`, {
    hint: 'Try again in a moment.',
    facts: { mapSize: size },
  })
}
