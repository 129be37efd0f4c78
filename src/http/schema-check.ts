/**
 * CycloneDX documents against their schema, by the CycloneDX library, beside the event loop (README 2.7, "Poor documents").
 *
 * What it finds is told to the submitter and decides nothing: a document is recorded before it comes here. The library takes
 * half a second to load, so a thread loads it when the first document comes, and does one document after the other.
 * A thread that takes too long is ended; whoever waits too long is told that nothing was checked.
 */
import { Worker } from 'node:worker_threads'
import type { SubmitAnswer, Validation } from '../verify/answer.ts'
import { MAX_INLINE_BYTES } from './admission.ts'
import type { LedgerDoor } from './ledger-door.ts'

/** An SBOM of 20,000 components; takes about a second. */
export const MAX_CHECKED_BYTES = 8 * 1024 * 1024
/** As many as are checked within `waitMs`, at some 20 ms each. */
const MAX_WAITING = 64
/** The compiled schema, the body, its text and the parsed document stay below. */
const WORKER_HEAP_MB = 512

export interface SchemaCheckLimits {
  /** How long a submitter waits for it, in milliseconds. @default 2,000: the library's loading and a small document */
  readonly waitMs?: number
  /** How long the thread may take for one document, loading included, in milliseconds. @default 10,000 */
  readonly runMs?: number
}

export interface SchemaCheck extends AsyncDisposable {
  /** @param body a submission that was admitted, of a CycloneDX SBOM. Never rejects. */
  check(body: Uint8Array): Promise<Validation>
}

/** A thread's answer. */
export type SchemaResult =
  { readonly findings: Extract<Validation, { checked: true }>['findings'] } | { readonly bug: string }

export function createSchemaCheck({ waitMs = 2_000, runMs = 10_000 }: SchemaCheckLimits = {}): SchemaCheck {
  let worker: Worker | undefined
  let waiting = 0
  let last: Promise<unknown> = Promise.resolve()
  const run = async (body: Uint8Array): Promise<Validation> => {
    worker ??= startWorker()
    const result = await exchange(worker, body, runMs)
    if (result !== undefined && 'findings' in result) return { checked: true, findings: result.findings }
    const failed = worker
    worker = undefined
    await failed.terminate()
    return { checked: false, why: 'failed' }
  }
  return {
    async check(body) {
      if (body.length > MAX_CHECKED_BYTES) return { checked: false, why: 'too-large' }
      if (waiting >= MAX_WAITING) return { checked: false, why: 'busy' }
      waiting++
      let gone = false
      const tooSlow = later<Validation>(waitMs, { checked: false, why: 'too-slow' })
      const mine = last.then(() => (gone ? tooSlow.value : run(body))).finally(() => waiting--)
      last = mine.catch(() => undefined)
      try {
        return await Promise.race([mine, tooSlow.value])
      } finally {
        gone = true
        tooSlow.cancel()
      }
    },
    async [Symbol.asyncDispose]() {
      await worker?.terminate()
    },
  }
}

/** `submit` with the schema's findings in the answer, where there is a schema. */
export function submitAndCheck(
  ledger: Pick<LedgerDoor, 'submit'>,
  schema: Pick<SchemaCheck, 'check'> | undefined,
): LedgerDoor['submit'] {
  return async (body) => {
    const kept = schema === undefined || body.length > MAX_CHECKED_BYTES ? undefined : keptOf(body)
    const submitted = await ledger.submit(body)
    if (schema === undefined || !isCycloneDx(submitted.answer)) return submitted
    const validation =
      kept === undefined ? ({ checked: false, why: 'too-large' } as const) : await schema.check(kept)
    return { ...submitted, answer: { ...submitted.answer, validation } }
  }
}

/** A large one is the admission thread's afterwards. */
function keptOf(body: Uint8Array): Uint8Array {
  return body.length > MAX_INLINE_BYTES ? body.slice() : body
}

function isCycloneDx({ intake }: SubmitAnswer): boolean {
  return intake.format?.startsWith('CycloneDX ') === true
}

function startWorker(): Worker {
  // As in admission.ts: only what was built can be started so, without the flags of the main thread.
  const worker = new Worker(new URL('./schema-worker.js', import.meta.url), {
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MB },
  })
  worker.unref()
  return worker
}

/** Undefined if the thread ends, fails or takes too long. */
async function exchange(worker: Worker, body: Uint8Array, runMs: number): Promise<SchemaResult | undefined> {
  const tooLong = later(runMs, undefined)
  const answered = new Promise<SchemaResult | undefined>((resolve) => {
    const settle = (result?: SchemaResult): void => {
      worker.off('message', settle).off('error', onEnd).off('exit', onEnd)
      resolve(result)
    }
    const onEnd = (): void => settle()
    worker.on('message', settle).on('error', onEnd).on('exit', onEnd)
    worker.postMessage(body)
  })
  const result = await Promise.race([answered, tooLong.value])
  tooLong.cancel()
  return result
}

function later<T>(ms: number, value: T): { readonly value: Promise<T>; readonly cancel: () => void } {
  let timer: NodeJS.Timeout | undefined
  const promise = new Promise<T>((resolve) => {
    timer = setTimeout(resolve, ms, value)
  })
  return { value: promise, cancel: () => clearTimeout(timer) }
}
