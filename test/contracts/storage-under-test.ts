/** What the contract suites need of a backend, and how refusals are told apart. */
import { expect } from 'chai'
import { it } from 'mocha'
import { Fault, type Reason } from '../../src/errors.ts'
import type { Storage } from '../../src/ledger/ports.ts'

export interface StorageUnderTest {
  /** Just created. */
  readonly storage: Storage
  /** Closes it and opens what it has stored. */
  reopen(): Promise<Storage>
  /** Closes it and removes what it has stored. */
  discard(): Promise<void>
}

export type OpenStorage = () => Promise<StorageUnderTest>

export type StorageTest = (storage: Storage, reopen: () => Promise<Storage>) => Promise<void>

/** `it`, with a new storage for each test. */
export function testsOn(open: OpenStorage): (title: string, run: StorageTest) => void {
  return (title, run) => {
    it(title, async () => {
      const opened = await open()
      try {
        await run(opened.storage, opened.reopen)
      } finally {
        await opened.discard()
      }
    })
  }
}

/** The reason of the fault that is thrown. */
export async function reasonOf(action: Promise<unknown>): Promise<Reason> {
  const cause = await thrownBy(action)
  if (cause instanceof Fault) return cause.reason
  throw cause
}

/** Checks that the action is refused as a bug of the caller: an `Error` that is no `Fault`, with such words. */
export async function expectBug(action: Promise<unknown>, words: RegExp): Promise<void> {
  const cause = await thrownBy(action)
  expect(cause).to.be.instanceOf(Error).and.not.instanceOf(Fault)
  expect(String(cause)).to.match(words)
}

async function thrownBy(action: Promise<unknown>): Promise<unknown> {
  try {
    await action
  } catch (cause) {
    return cause
  }
  throw new Error('expected a refusal, but nothing was refused')
}
