/** That the log grew from one size to another without changing what it had. */
import type { TreeSize } from '../brand.ts'
import { parseBase64 } from '../encoding/base64.ts'
import { Fault } from '../errors.ts'
import { checkConsistency, proveConsistency } from '../tlog/consistency.ts'
import { tileReader } from '../tlog/tile.ts'
import type { ConsistencyAnswer } from '../verify/records-answer.ts'
import { asBadProof } from '../verify/bad-proof.ts'
import { asOf, aSize } from '../verify/read-answer.ts'
import { listOf, membersOf, parsed, text, type Shape } from '../verify/shape.ts'
import type { Asker, CallOptions } from './asker.ts'
import { expectSame } from './standing.ts'

const base64Text = parsed((encoded) => {
  parseBase64(encoded)
  return encoded
}, 'base64')

const consistencyAnswer: Shape<ConsistencyAnswer> = (value, place) => {
  const members = membersOf(value, place)
  const read: ConsistencyAnswer = {
    from: members.required('from', aSize),
    to: members.required('to', aSize),
    fromRoot: members.required('fromRoot', base64Text),
    toRoot: members.required('toRoot', base64Text),
    proof: members.required('proof', listOf(text)),
    asOf: members.required('asOf', asOf),
  }
  members.end()
  return read
}

/**
 * Both roots follow from the signed one: the proof leads from `from` to `to`, and the tiles from `to` to the checkpoint.
 *
 * @throws Fault `bad-proof` (`consistency-proof-invalid`, `entry-mismatch`)
 */
export async function askConsistency(
  asker: Asker,
  { from, to }: { readonly from: TreeSize; readonly to?: TreeSize },
  options: CallOptions,
): Promise<ConsistencyAnswer> {
  const params = new URLSearchParams({ from: String(from), ...(to === undefined ? {} : { to: String(to) }) })
  const answer = await asker.ask(`ledger/v1/proofs/consistency?${params}`, consistencyAnswer, options)
  const { checkpoint } = asker.check({ asOf: answer.asOf, entries: {} })
  expectSame('from', from, answer.from)
  expectSame('to', to ?? checkpoint.size, answer.to)
  const claim = {
    oldSize: answer.from,
    oldRoot: parseBase64(answer.fromRoot),
    size: answer.to,
    root: parseBase64(answer.toRoot),
  }
  const proof = asBadProof('consistency-proof-invalid', 'proof', () =>
    answer.proof.map((one) => parseBase64(one)),
  )
  checkConsistency(claim, proof)
  const { size, root } = checkpoint
  if (claim.size > size)
    throw new Fault(
      'consistency-proof-invalid',
      `proof: expected one up to the ${size} entries of the checkpoint, got one up to ${claim.size}`,
    )
  const rest = await proveConsistency(claim.size, size, tileReader(size, asker.tiles(options)))
  checkConsistency({ oldSize: claim.size, oldRoot: claim.root, size, root }, rest)
  return answer
}
