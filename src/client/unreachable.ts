/** Nothing was answered: the network, the server or the time. Not a fault of anybody's input (exit 31, 34). */

export class Unreachable extends Error {
  override readonly name = 'Unreachable'
  readonly kind: 'no-answer' | 'timeout'
  readonly url: string

  constructor(kind: 'no-answer' | 'timeout', url: string, message: string, cause?: unknown) {
    super(message, { cause })
    this.kind = kind
    this.url = url
  }
}
