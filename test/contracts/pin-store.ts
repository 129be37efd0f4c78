/** The contract of `PinStore` (client/pins.ts). */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import type { PinStore } from '../../src/client/pins.ts'

const LOG = 'a'.repeat(64)
const OTHER_LOG = 'b'.repeat(64)

export interface PinStoreUnderTest {
  readonly pins: PinStore
  discard(): Promise<void>
}

export function describePinStore(name: string, open: () => Promise<PinStoreUnderTest>): void {
  describe(`pin store: ${name}`, () => {
    const test = (title: string, run: (pins: PinStore) => Promise<void>): void => {
      it(title, async () => {
        const { pins, discard } = await open()
        try {
          await run(pins)
        } finally {
          await discard()
        }
      })
    }
    const kept = async (pins: PinStore, log = LOG): Promise<string[]> => (await pins.read(log)).toSorted()

    test('remembers nothing at first', async (pins) => {
      expect(await pins.read(LOG)).to.deep.equal([])
    })

    test('gives back the very note, and forgets the older one that it continues', async (pins) => {
      await pins.replace(LOG, 'one\n— ü\n', [])
      expect(await kept(pins)).to.deep.equal(['one\n— ü\n'])
      await pins.replace(LOG, 'two\n', ['one\n— ü\n'])
      expect(await kept(pins)).to.deep.equal(['two\n'])
    })

    test('keeps each log apart', async (pins) => {
      await pins.replace(LOG, 'one\n', [])
      await pins.replace(OTHER_LOG, 'other\n', ['one\n'])
      expect([await kept(pins), await kept(pins, OTHER_LOG)]).to.deep.equal([['one\n'], ['other\n']])
    })

    test('never forgets what nobody has compared: two clients at once leave both', async (pins) => {
      await pins.replace(LOG, 'eight\n', [])
      await Promise.all([pins.replace(LOG, 'nine\n', ['eight\n']), pins.replace(LOG, 'ten\n', ['eight\n'])])
      expect(await kept(pins)).to.deep.equal(['nine\n', 'ten\n'])
    })

    test('takes a note again, and one that is gone already, as done', async (pins) => {
      await pins.replace(LOG, 'one\n', ['gone\n'])
      await pins.replace(LOG, 'one\n', ['one\n'])
      expect(await kept(pins)).to.deep.equal(['one\n'])
    })

    test('shows at every moment a note that was not taken back, however many write', async (pins) => {
      const noteOf = (number: number): string => `${String(number).padStart(4, '0')}\n`
      const progress = { written: -1 }
      const write = async (): Promise<void> => {
        for (let i = 0; i < 40; i++) {
          await pins.replace(LOG, noteOf(i), i === 0 ? [] : [noteOf(i - 1)])
          progress.written = i
        }
      }
      const read = async (): Promise<void> => {
        while (progress.written < 39) {
          const least = progress.written
          const newest = (await kept(pins)).at(-1) ?? ''
          expect(newest >= (least < 0 ? '' : noteOf(least)), `${newest} after ${least}`).to.equal(true)
          // A store in memory never lets anybody else in.
          await new Promise(setImmediate)
        }
      }
      await Promise.all([write(), read(), read()])
    })
  })
}
