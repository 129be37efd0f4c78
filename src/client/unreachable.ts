/** No ledger answered: the network, the time, or something else listens there. Not a fault of anybody's input (exit 31, 34). */

export class Unreachable extends Error {
  override readonly name = 'Unreachable'
  readonly kind: 'no-answer' | 'timeout' | 'no-ledger'
  readonly url: string

  constructor(kind: 'no-answer' | 'timeout' | 'no-ledger', url: string, message: string, cause?: unknown) {
    super(message, { cause })
    this.kind = kind
    this.url = url
  }
}
