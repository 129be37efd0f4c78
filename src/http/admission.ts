/**
 * Admission beside the event loop: small bodies are read at once and verified by Node's pool of threads, large ones are read
 * in a worker thread, so that a 64 MiB SBOM does not keep everybody else waiting (README 2.7 "Limits").
 */
import { Worker } from 'node:worker_threads'
import type { VexStatement } from '../attestation/vex.ts'
import type { PublicKey } from '../crypto/public-key.ts'
import { isSignature } from '../crypto/signature.ts'
import { Fault } from '../errors.ts'
import { admitRead, namedSignatures, readSubmission, type Admitted } from '../ledger/admit.ts'
import { lookInto, vexIn, type Looked, type StatementReading } from '../ledger/statement-memo.ts'
import { giveOrder, ownMemory } from '../threads/orders.ts'
import { isSignatureElsewhere } from './signature-elsewhere.ts'

/** Reading a megabyte of JSON takes about as long as a commit; larger bodies would be felt by others. */
export const MAX_INLINE_BYTES = 1024 * 1024
/** The largest body (88 MiB) as text, the parsed document and its lines stay below; with more, V8 would let more garbage lie. */
const WORKER_HEAP_MB = 768

/**
 * Bodies that wait for the worker. Their requests may have gone, and given back their share of what request-body.ts
 * allows; four of the largest are as much as it allows.
 */
const MAX_WAITING_BYTES = 4 * 88 * 1024 * 1024

/** A worker that read a body of this length is ended: its memory goes back, and the next one starts in 0.1 s. */
const MAX_REUSED_BYTES = 8 * 1024 * 1024

/** What the worker is sent. */
export interface AdmissionTask {
  /** Dropped once it is opened. */
  body: Uint8Array
  readonly registered: readonly PublicKey[]
}

/** The other orders: what was signed, to be looked into, or what it says as VEX. */
export interface ReadingTask {
  readonly signed: Uint8Array
  readonly vulnerabilities?: ReadonlySet<string>
}

/** Reading for those who ask hands large documents over too. @throws Fault `busy` as `admit` */
export interface Admission extends AsyncDisposable, StatementReading {
  /**
   * As `admit` in ledger/admit.ts. A large body is handed over to the worker: it is empty afterwards.
   *
   * @throws Fault `busy` also if too many large bodies wait
   */
  admit(body: Uint8Array, registered: readonly PublicKey[]): Promise<Admitted>
}

/** One worker, started when the first large body comes; large bodies wait for each other, which bounds memory. */
export function createAdmission(maxWaitingBytes = MAX_WAITING_BYTES, heapMb = WORKER_HEAP_MB): Admission {
  let worker: Worker | undefined
  let waitingBytes = 0
  let last: Promise<unknown> = Promise.resolve()
  const inWorker = async <Answer>(task: AdmissionTask | ReadingTask, bytes: Uint8Array): Promise<Answer> => {
    const isLarge = bytes.length > MAX_REUSED_BYTES
    const used = (worker ??= startWorker(heapMb))
    const end = async (): Promise<void> => {
      worker = undefined
      await used.terminate()
    }
    try {
      const answer = await giveOrder<Answer>(used, 'the admission thread', task, ownMemory(bytes))
      if (isLarge) await end()
      return answer
    } catch (cause) {
      if (cause instanceof Fault) throw cause
      // It ran out of memory or crashed, and is replaced by the next large body.
      await end()
      throw isOutOfMemory(cause) ? tooManyParts(heapMb) : cause
    }
  }
  const inTurn = <Answer>(task: AdmissionTask | ReadingTask, bytes: Uint8Array): Promise<Answer> => {
    const { length } = bytes
    if (waitingBytes + length > maxWaitingBytes)
      throw new Fault('busy', 'ledger: too many large submissions at once')
    waitingBytes += length
    const mine = last
      .then(() => inWorker<Answer>(task, bytes))
      .finally(() => {
        waitingBytes -= length
      })
    last = mine.catch(() => undefined)
    return mine
  }
  return {
    async admit(body, registered) {
      if (body.length <= MAX_INLINE_BYTES) return admitHere(body, registered)
      return inTurn<Admitted>({ body, registered }, body)
    },
    async look(signed) {
      return signed.length <= MAX_INLINE_BYTES ? lookInto(signed) : inTurn<Looked>({ signed }, signed)
    },
    async vex(signed, vulnerabilities) {
      if (signed.length <= MAX_INLINE_BYTES) return vexIn(signed, vulnerabilities)
      return inTurn<readonly VexStatement[]>({ signed, vulnerabilities }, signed)
    },
    async [Symbol.asyncDispose]() {
      await last
      await worker?.terminate()
    },
  }
}

function isOutOfMemory(cause: unknown): boolean {
  const end = cause instanceof Error ? cause.cause : undefined
  return end instanceof Error && 'code' in end && end.code === 'ERR_WORKER_OUT_OF_MEMORY'
}

/** Millions of empty objects, say: no SBOM is like that. */
function tooManyParts(heapMb: number): Fault {
  return new Fault(
    'request-too-large',
    `submission: expected a document that is read in ${heapMb} MB, got one of more parts`,
    { hint: 'Leave file entries out of the SBOM, or split the statement.', facts: { limit: heapMb } },
  )
}

/** Reads here, and lets other threads verify meanwhile: that takes longer than all the rest. */
async function admitHere(body: Uint8Array, registered: readonly PublicKey[]): Promise<Admitted> {
  const read = readSubmission(body)
  const named = namedSignatures(read.signatures, registered)
  const verdicts = await Promise.all(
    named.map(({ key, signature }) => isSignatureElsewhere(key, read.pae, signature)),
  )
  return admitRead(read, registered, (key, signature) => {
    const known = named.findIndex((one) => one.key === key && one.signature === signature)
    return verdicts[known] ?? isSignature(key, read.pae, signature)
  })
}

function startWorker(heapMb: number): Worker {
  // Only what was built can be started so: threads have no loader for the sources.
  const worker = new Worker(new URL('./admission-worker.js', import.meta.url), {
    // Flags of the main thread (loaders, conditions for running sources) are not the worker's.
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
  })
  worker.unref()
  return worker
}
