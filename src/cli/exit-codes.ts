/** Exit codes: the only map from faults to them (contracts.md 7; interface.md 3.5). */
import { Fault, type FaultClass, type Reason } from '../errors.ts'
import { Unreachable } from '../client/unreachable.ts'
import { UsageError } from './usage-error.ts'

const codeOfClass = {
  malformed: 33,
  unacceptable: 33,
  unsupported: 33,
  'bad-signature': 13,
  untrusted: 12,
  denied: 30,
  revoked: 14,
  'too-large': 33,
  'not-recorded': 10,
  'not-found': 11,
  conflict: 33,
  busy: 32,
  'read-only': 33,
  'storage-full': 33,
  'bad-proof': 15,
  unproven: 16,
} as const satisfies Record<FaultClass, number>

/** A log that must not be signed on: what a supervisor should not answer with a restart (README 2.7 "Failure"). */
const MUST_NOT_SIGN: readonly Reason[] = ['rollback', 'fork', 'already-running']

export const EXIT = {
  ok: 0,
  bug: 1,
  usage: 2,
  /** Nothing is recorded of what was asked about. */
  notRecorded: 10,
  /** Nobody whose word counts says so. */
  untrusted: 12,
  /** What was asked about is. */
  revoked: 14,
  /** A log or a map that was looked at does not hold. */
  wrong: 15,
  /** Something that was asked for was not established. */
  cannotTell: 16,
  /** server doctor found something. */
  unwell: 22,
  unreachable: 31,
  /** Some of the input was. */
  refused: 33,
  storageFailed: 70,
  mustNotSign: 75,
  interrupted: 130,
} as const

export function exitCodeOf(cause: unknown): number {
  if (cause instanceof UsageError) return EXIT.usage
  if (cause instanceof Unreachable) return EXIT.unreachable
  if (isFileError(cause)) return EXIT.usage
  if (!(cause instanceof Fault)) return EXIT.bug
  return MUST_NOT_SIGN.includes(cause.reason) ? EXIT.mustNotSign : codeOfClass[cause.class]
}

/** What the operating system refuses about a file that somebody named is no bug of ours. */
export function isFileError(
  cause: unknown,
): cause is Error & { readonly code: string; readonly path: string } {
  return cause instanceof Error && 'code' in cause && 'syscall' in cause && 'path' in cause
}

/** What `attestree exit-codes` prints. */
export const exitCodeTable: readonly (readonly [number, string])[] = [
  [0, 'every required check ran and passed, or the command is done'],
  [1, 'unexpected error: a bug of ours'],
  [2, 'wrong usage or settings'],
  [10, 'nothing is recorded for this'],
  [11, 'no such thing'],
  [12, 'recorded, but by nobody you trust; or another log key or trust root than yours'],
  [13, 'a signature does not verify'],
  [14, 'revoked'],
  [15, 'a proof failed: tampering or a bug. Stop and report it'],
  [16, 'cannot tell: what you required was not established'],
  [22, 'server doctor: something is wrong with this installation'],
  [30, 'not allowed to submit: a token is missing or refused'],
  [31, 'the server cannot be reached'],
  [32, 'the server is busy; try again'],
  [33, 'the input was refused'],
  [70, 'server: storage failed; it stopped so as to lose nothing'],
  [75, 'server: it must not sign (rollback, fork, or a second process)'],
  [130, 'interrupted'],
]
