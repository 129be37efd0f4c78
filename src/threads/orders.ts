/**
 * Worker threads of this program: each takes one order after the other and answers it. Refusals come back as the faults
 * they are; a thread that fails or ends rejects the order that it had.
 */
import { parentPort, Worker } from 'node:worker_threads'
import { receiveFailure, sendFailure, type SentFailure } from './sent-failure.ts'

type Reply<Answer> = { readonly answer: Answer } | SentFailure

const MIN_HANDED_OVER = 1024 * 1024

/** A document of 64 MiB made of hashes alone is indexed in it. With more, V8 lets more garbage lie. */
const MAX_HEAP_MB = 768

/** What ends a thread in order. */
const END = 'end'

/**
 * Sends an order and resolves with its answer. The next one may be sent then.
 *
 * @param name what the thread is called in an error
 * @param handedOver memory that goes to the thread instead of being copied: here it is empty afterwards
 * @throws Fault as the thread did; Error if the thread failed or ended
 */
export function giveOrder<Answer>(
  worker: Worker,
  name: string,
  order: object,
  handedOver: readonly ArrayBuffer[] = [],
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit)
      finish()
    }
    const onMessage = (reply: Reply<Answer>): void =>
      settle(() => ('answer' in reply ? resolve(reply.answer) : reject(receiveFailure(reply))))
    const onError = (cause: Error): void => settle(() => reject(new Error(`${name} failed`, { cause })))
    const onExit = (code: number): void => settle(() => reject(new Error(`${name} ended with ${code}`)))
    worker.on('message', onMessage).on('error', onError).on('exit', onExit)
    worker.postMessage(order, handedOver)
  })
}

export interface Thread {
  /** As `giveOrder`; also if the thread failed before, with nothing to do. */
  give<Answer>(order: object, handedOver?: readonly ArrayBuffer[]): Promise<Answer>
  /** Lets a thread that has no order close what it has open, and waits for its end. */
  end(): Promise<void>
  /** Resolves, with the cause, if the thread ends before it was told to, whether or not it has an order. */
  readonly lost: Promise<Error>
}

/** Only what was built can be started so: threads have no loader for the sources. */
export function startThread(program: URL, name: string, workerData: object): Thread {
  const worker = new Worker(program, { workerData, resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB } })
  let gone: Error | undefined
  let isToEnd = false
  worker.on('error', (cause) => (gone ??= new Error(`${name} failed`, { cause })))
  const exited = new Promise<Error>((resolve) => {
    worker.once('exit', (code) => resolve((gone ??= new Error(`${name} ended with ${code}`))))
  })
  const lost = new Promise<Error>((resolve) => {
    worker.once('exit', (code) => {
      if (!isToEnd) resolve(gone ?? new Error(`${name} ended with ${code}`))
    })
  })
  return {
    lost,
    give: <Answer>(order: object, handedOver: readonly ArrayBuffer[] = []) =>
      gone === undefined ? giveOrder<Answer>(worker, name, order, handedOver) : Promise.reject(gone),
    async end() {
      isToEnd = true
      if (gone === undefined) worker.postMessage(END)
      await exited
    },
  }
}

/**
 * In the thread: answers orders with `take`, until it is told to end.
 *
 * @param handsOver memory of an answer that goes to the asker instead of being copied
 */
export function takeOrders<Order, Answer>(
  take: (order: Order) => Answer | Promise<Answer>,
  close: () => void = () => undefined,
  handsOver: (answer: Answer) => readonly ArrayBuffer[] = () => [],
): void {
  parentPort?.on('message', (order: Order | typeof END) => {
    if (order === END) {
      close()
      parentPort?.close()
    } else void answer(() => take(order), handsOver)
  })
}

/** The memory of bytes that are worth it and that nobody shares: small ones are copied as fast. */
export function ownMemory(bytes: Uint8Array): readonly ArrayBuffer[] {
  const { buffer, byteLength } = bytes
  const isOwn = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength
  return isOwn && byteLength >= MIN_HANDED_OVER ? [buffer] : []
}

async function answer<Answer>(
  take: () => Answer | Promise<Answer>,
  handsOver: (answer: Answer) => readonly ArrayBuffer[],
): Promise<void> {
  const reply = await answerOf(take)
  parentPort?.postMessage(reply, 'answer' in reply ? handsOver(reply.answer) : [])
}

async function answerOf<Answer>(take: () => Answer | Promise<Answer>): Promise<Reply<Answer>> {
  try {
    return { answer: await take() }
  } catch (cause) {
    return sendFailure(cause)
  }
}
