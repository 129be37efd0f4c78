/** How values of the ports stand in columns. Positions are INTEGER, ids are the 32 bytes of their digest. */
import type { Sha256Id } from '../../brand.ts'
import { Fault } from '../../errors.ts'

const idForm = /^sha256:[0-9a-f]{64}$/
const ID_BYTES = 32
const ID_PREFIX = 'sha256:'

/** The digest in an id. An id of another form is a bug of the caller. */
export function idColumn(id: Sha256Id): Uint8Array {
  if (!idForm.test(id)) throw new Error(`id: expected sha256: and 64 hex digits, got ${id.slice(0, 100)}`)
  return Buffer.from(id.slice(ID_PREFIX.length), 'hex')
}

/** @throws Fault `bad-proof` (`integrity-error`) if this is no digest */
export function idOf(column: Uint8Array, subject: string): Sha256Id {
  if (column.length !== ID_BYTES)
    throw new Fault('integrity-error', `${subject}: the stored id has ${column.length} bytes`)
  return `sha256:${Buffer.from(column.buffer, column.byteOffset, column.length).toString('hex')}`
}

/** Without the `Buffer` that the driver returns: its `slice` does not copy. */
export function bytesOf(column: Uint8Array): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.length)
}

/**
 * A stored position. The driver rounds integers above 2^53, which leaves them unsafe: so this finds them.
 *
 * @throws Fault `bad-proof` (`integrity-error`)
 */
export function positionOf(column: number, subject: string): number {
  if (Number.isSafeInteger(column) && column >= 0) return column
  throw new Fault('integrity-error', `${subject}: expected a stored number from 0 to 2^53 - 1, got ${column}`)
}
