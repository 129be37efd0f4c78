import { expect } from 'chai'
import { describe, it } from 'mocha'
import { treeSize } from '../../src/brand.ts'
import {
  checkContinues,
  recall,
  remember,
  type LogMemory,
  type SeenCheckpoint,
} from '../../src/client/log-memory.ts'
import { memoryPins, type PinStore } from '../../src/client/pins.ts'
import { formatHex } from '../../src/encoding/hex.ts'
import { Fault } from '../../src/errors.ts'
import { signCheckpoint } from '../../src/tlog/checkpoint.ts'
import { logId } from '../../src/tlog/signed-note.ts'
import type { TileSource } from '../../src/tlog/tile.ts'
import { logKeyOf } from '../helpers/log-keys.ts'
import { asyncRefusal, flipBit } from '../helpers/mangle.ts'
import { leafHashesFrom, referenceTree } from '../helpers/reference-tree.ts'
import { tileStore, type TileStore } from '../helpers/tile-store.ts'

const ORIGIN = 'ledger.test'
const { signer, verifier } = logKeyOf(ORIGIN)
/** Two levels of tiles. */
const LARGEST = 600
const leaves = leafHashesFrom(0, LARGEST)
/** Another history: entry 3 is another one. */
const others = leaves.with(3, new Uint8Array(32).fill(0xee))

const [tree, otherTree] = [referenceTree(leaves), referenceTree(others)]

function seen(size: number, of = tree): SeenCheckpoint {
  const checkpoint = { origin: ORIGIN, size: treeSize(size), root: of.root(0, size) }
  return { checkpoint, note: signCheckpoint(checkpoint, signer) }
}

const storeOf = (hashes: readonly Uint8Array[], size: number): TileStore => {
  const store = tileStore()
  store.append(hashes.slice(0, size))
  return store
}

/** As a server would: the width asked for, or nothing. */
const tilesOf =
  (hashes: readonly Uint8Array[], size = LARGEST): TileSource =>
  async (wanted) =>
    (await storeOf(hashes, size).read(wanted)).map((tile, i) => tile?.slice(0, (wanted[i]?.width ?? 0) * 32))

const noTiles: TileSource = () => Promise.reject(new Error('nothing needed to be fetched'))

function memoryWith(pins: PinStore = memoryPins()): LogMemory {
  return { pins, logKey: verifier }
}

/** A client that has seen these sizes, one after the other. */
async function memoryOf(...sizes: readonly number[]): Promise<LogMemory> {
  const memory = memoryWith()
  for (const size of sizes) await show(memory, seen(size))
  return memory
}

/** One call: what is known when it asks, and then what it is shown. */
async function show(
  memory: LogMemory,
  shown: SeenCheckpoint,
  tiles: TileSource = tilesOf(leaves),
): Promise<void> {
  await remember(memory, shown.note, await recall(memory), tiles)
}

const sizesIn = async (memory: LogMemory): Promise<number[]> =>
  (await recall(memory)).map((one) => one.checkpoint.size).toSorted((a, b) => a - b)

describe('what a client remembers of a log', () => {
  it('is the first checkpoint that it is shown, and then each that continues it', async () => {
    expect(await sizesIn(memoryWith())).to.deep.equal([])
    expect(await sizesIn(await memoryOf(0, 1, 5, 5, 256, 257, 600))).to.deep.equal([600])
  })

  it('accepts every larger tree of the same log, from every smaller one', async () => {
    const sizes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 255, 256, 257, 511, 512, 513, 600]
    for (const older of sizes)
      for (const newer of sizes.filter((size) => size >= older))
        await checkContinues(seen(newer), seen(older), tilesOf(leaves, newer))
  })

  it('refuses as a fork every tree that begins otherwise, whoever is asked for the tiles', async () => {
    for (const older of [4, 8, 255, 256, 300])
      for (const newer of [older, older + 1, 512, 600]) {
        const fault = await asyncRefusal(
          checkContinues(seen(older), seen(newer, otherTree), tilesOf(others, newer)),
        )
        expect([fault.reason, fault.class], `${older} to ${newer}`).to.deep.equal(['log-forked', 'bad-proof'])
        expect(fault.facts).to.deep.equal({
          remembered: seen(older).note,
          shown: seen(newer, otherTree).note,
        })
      }
  })

  it('calls nothing a fork that the tiles do not prove to be one', async () => {
    const lies: readonly (readonly [string, TileSource])[] = [
      ['tiles of the other history', tilesOf(leaves)],
      ['no tiles', async (wanted) => wanted.map(() => undefined)],
      [
        'tiles cut short',
        async (wanted) => (await tilesOf(others)(wanted)).map((tile) => tile?.slice(0, -32)),
      ],
      [
        'tiles cut within a hash',
        async (wanted) => (await tilesOf(others)(wanted)).map((tile) => tile?.slice(0, -1)),
      ],
      [
        'tiles with a bit changed',
        async (wanted) => (await tilesOf(others)(wanted)).map((tile) => flipBit(tile ?? leaves[0]!, 9)),
      ],
    ]
    for (const [what, tiles] of lies) {
      const fault = await asyncRefusal(checkContinues(seen(300), seen(600, otherTree), tiles))
      expect(fault.reason, what).to.equal('consistency-proof-invalid')
      expect(fault.message).to.include(
        'not proven that the log at size 600 continues what it was at size 300',
      )
    }
  })

  it('refuses a smaller tree, and keeps what it knew', async () => {
    const memory = await memoryOf(9)
    const fault = await asyncRefusal(show(memory, seen(8), noTiles))
    expect([fault.reason, fault.class]).to.deep.equal(['log-rolled-back', 'bad-proof'])
    expect(fault.facts).to.deep.equal({ remembered: seen(9).note, shown: seen(8).note })
    expect(await sizesIn(memory)).to.deep.equal([9])
  })

  it('takes no refused checkpoint into its memory', async () => {
    const memory = await memoryOf(9)
    await asyncRefusal(show(memory, seen(12, otherTree), tilesOf(others)))
    await asyncRefusal(show(memory, seen(9, otherTree), noTiles))
    await asyncRefusal(show(memory, seen(12), async (wanted) => wanted.map(() => undefined)))
    expect((await recall(memory)).map((one) => one.note)).to.deep.equal([seen(9).note])
  })

  it('is asked before the question: an answer that another one overtook is no rollback', async () => {
    const memory = await memoryOf(5)
    const known = await recall(memory)
    await show(memory, seen(9))
    await remember(memory, seen(7).note, known, tilesOf(leaves))
    expect(await sizesIn(memory)).to.deep.equal([9])
    const fork = await asyncRefusal(remember(memory, seen(7, otherTree).note, known, tilesOf(leaves)))
    expect(fork.reason).to.equal('log-forked')
  })

  it('holds all that two clients at once left, until one call has compared them', async () => {
    const memory = memoryWith()
    const log = formatHex(logId(verifier))
    for (const size of [8, 9]) await memory.pins.replace(log, seen(size).note, [])
    await show(memory, seen(9))
    expect(await sizesIn(memory)).to.deep.equal([9])
    await memory.pins.replace(log, seen(7, otherTree).note, [])
    const fault = await asyncRefusal(show(memory, seen(10)))
    expect(fault.reason).to.equal('log-forked')
    expect(await sizesIn(memory)).to.deep.equal([7, 9])
  })

  it('fetches nothing where nothing has grown', async () => {
    const memory = await memoryOf(600)
    await show(memory, seen(600), noTiles)
    const empty = await memoryOf(0)
    await show(empty, seen(600), noTiles)
  })

  it('leaves no verdict where the tiles could not be asked for', async () => {
    const memory = await memoryOf(5)
    const busy: TileSource = () => Promise.reject(new Fault('busy', 'server: busy'))
    expect((await asyncRefusal(show(memory, seen(9), busy))).reason).to.equal('busy')
    expect(await sizesIn(memory)).to.deep.equal([5])
  })

  it('is refused where it cannot be read, never taken for a first contact', async () => {
    const damaged = [
      seen(9).note.slice(0, -3),
      '',
      signCheckpoint({ ...seen(9).checkpoint }, logKeyOf(ORIGIN, 7).signer),
    ]
    for (const note of damaged) {
      const memory = memoryWith()
      await memory.pins.replace(formatHex(logId(verifier)), note, [])
      const fault = await asyncRefusal(show(memory, seen(9)))
      expect([fault.reason, fault.class]).to.deep.equal(['pin-malformed', 'malformed'])
    }
  })

  it('is of one key and one origin: another log is met for the first time', async () => {
    const memory = await memoryOf(9)
    for (const { signer: key, verifier: logKey } of [logKeyOf(ORIGIN, 7), logKeyOf('other.test')]) {
      const checkpoint = { origin: logKey.name, size: treeSize(3), root: otherTree.root(0, 3) }
      await remember({ ...memory, logKey }, signCheckpoint(checkpoint, key), [], noTiles)
    }
    expect(await sizesIn(memory)).to.deep.equal([9])
  })
})
