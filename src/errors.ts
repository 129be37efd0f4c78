/**
 * Faults: refusals that a caller can act on.
 *
 * Every fault has one **reason**, in kebab-case, the same in HTTP, in the CLI and in the docs. A reason
 * belongs to one **class**, and the class decides HTTP status and exit code (contracts.md 7; the map to
 * HTTP is http/problem.ts, the map to exit codes is cli/exit-codes.ts). A bug of ours is a plain `Error`.
 */

/** The classes of contracts.md 7. */
export type FaultClass =
  | 'malformed'
  | 'unacceptable'
  | 'unsupported'
  | 'bad-signature'
  | 'untrusted'
  | 'denied'
  | 'revoked'
  | 'too-large'
  | 'not-recorded'
  | 'not-found'
  | 'conflict'
  | 'busy'
  | 'read-only'
  | 'storage-full'
  | 'bad-proof'
  | 'unproven'

/** Every reason and its class. A new reason is one line here. Sorted by class, then by name. */
export const classOfReason = {
  // malformed: cannot be read as what it should be
  'advisory-malformed': 'malformed',
  'base64-malformed': 'malformed',
  'checkpoint-malformed': 'malformed',
  'cursor-malformed': 'malformed',
  'der-malformed': 'malformed',
  'digest-malformed': 'malformed',
  'encoding-malformed': 'malformed',
  'entry-malformed': 'malformed',
  'envelope-malformed': 'malformed',
  'hex-malformed': 'malformed',
  'json-depth': 'malformed',
  'json-duplicate-key': 'malformed',
  'json-forbidden-key': 'malformed',
  'json-lone-surrogate': 'malformed',
  'json-malformed': 'malformed',
  'json-unsafe-number': 'malformed',
  'key-malformed': 'malformed',
  'list-malformed': 'malformed',
  'manifest-malformed': 'malformed',
  'note-malformed': 'malformed',
  'out-of-range': 'malformed',
  'parameter-malformed': 'malformed',
  'pem-malformed': 'malformed',
  'pin-malformed': 'malformed',
  'policy-malformed': 'malformed',
  'proof-malformed': 'malformed',
  'purl-malformed': 'malformed',
  'range-malformed': 'malformed',
  'reference-malformed': 'malformed',
  'request-malformed': 'malformed',
  'search-malformed': 'malformed',
  'tile-malformed': 'malformed',
  'trust-file-malformed': 'malformed',
  // unacceptable: well formed, but refused
  'advisory-withdrawn': 'unacceptable',
  'build-unknown': 'unacceptable',
  'cutoff-in-the-future': 'unacceptable',
  'document-unreadable': 'unacceptable',
  'key-file-exposed': 'unacceptable',
  'key-weak': 'unacceptable',
  'no-image-digest': 'unacceptable',
  'no-signature': 'unacceptable',
  'no-subject-digest': 'unacceptable',
  'not-annullable': 'unacceptable',
  'not-revocable': 'unacceptable',
  'predicate-unacceptable': 'unacceptable',
  'sbom-unacceptable': 'unacceptable',
  'statement-unacceptable': 'unacceptable',
  'trust-root-unacceptable': 'unacceptable',
  'would-lock-out': 'unacceptable',
  'wrong-log': 'unacceptable',
  'wrong-passphrase': 'unacceptable',
  // unsupported: understood, but not done by this program
  'document-unknown': 'unsupported',
  'keyless-not-supported-yet': 'unsupported',
  'media-type-unsupported': 'unsupported',
  'method-not-allowed': 'unsupported',
  'payload-type-unsupported': 'unsupported',
  'key-type-unsupported': 'unsupported',
  'sbom-format-unsupported': 'unsupported',
  unsupported: 'unsupported',
  // bad-signature
  'signature-invalid': 'bad-signature',
  // untrusted
  'untrusted-signer': 'untrusted',
  'unknown-cosigner': 'untrusted',
  unauthorized: 'untrusted',
  'wrong-log-key': 'untrusted',
  'wrong-trust-root': 'untrusted',
  // denied: not by what was signed, but by who sends it
  'token-refused': 'denied',
  'token-required': 'denied',
  // revoked
  'revoked-key': 'revoked',
  revoked: 'revoked',
  // too-large
  'advisory-too-large': 'too-large',
  'component-limit': 'too-large',
  'entry-too-large': 'too-large',
  'headers-too-large': 'too-large',
  'answer-too-large': 'too-large',
  'list-too-large': 'too-large',
  'payload-too-large': 'too-large',
  'lookup-malformed': 'malformed',
  'lookup-too-large': 'too-large',
  'request-too-large': 'too-large',
  'signature-limit': 'too-large',
  'subject-limit': 'too-large',
  'url-too-long': 'too-large',
  // not-recorded, not-found
  'not-recorded': 'not-recorded',
  'no-such-route': 'not-found',
  'not-found': 'not-found',
  // conflict
  'address-in-use': 'conflict',
  'already-exists': 'conflict',
  'already-running': 'conflict',
  fork: 'conflict',
  'other-key': 'conflict',
  'other-origin': 'conflict',
  'partial-state': 'conflict',
  rollback: 'conflict',
  'stale-version': 'conflict',
  // busy, read-only, storage-full
  busy: 'busy',
  'index-behind': 'busy',
  'map-behind': 'busy',
  'rate-limited': 'busy',
  'request-timeout': 'busy',
  'shutting-down': 'busy',
  'read-only': 'read-only',
  'storage-full': 'storage-full',
  // bad-proof: log evidence that does not hold, or cannot be read, so that nothing is proven
  'answer-incomplete': 'bad-proof',
  'answer-malformed': 'bad-proof',
  'checkpoint-signature-invalid': 'bad-proof',
  'consistency-proof-invalid': 'bad-proof',
  'entry-mismatch': 'bad-proof',
  'evidence-malformed': 'bad-proof',
  'inclusion-proof-invalid': 'bad-proof',
  'integrity-error': 'bad-proof',
  'log-forked': 'bad-proof',
  'log-rolled-back': 'bad-proof',
  'map-differs': 'bad-proof',
  'map-proof-invalid': 'bad-proof',
  'not-admissible': 'bad-proof',
  'rows-differ': 'bad-proof',
  'signed-bytes-withheld': 'bad-proof',
  // unproven: nothing wrong was found, but what was asked for could not be established
  'not-cosigned': 'unproven',
  unproven: 'unproven',
} as const satisfies Record<string, FaultClass>

export type Reason = keyof typeof classOfReason

export interface FaultDetails {
  /** JSON pointer to the place in the input, e.g. `/subject/0/digest`. */
  readonly pointer?: string
  /** The safe next step, as one sentence. */
  readonly hint?: string
  /** Facts for machines (`limit`, `received`). */
  readonly facts?: Readonly<Record<string, string | number | boolean>>
  readonly cause?: unknown
}

/**
 * A refusal. `message` reads "subject: expected, found".
 *
 * @example throw new Fault('checkpoint-malformed', `checkpoint: expected a 32-byte root, got ${n}`)
 */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly reason: Reason
  readonly pointer: string | undefined
  readonly hint: string | undefined
  readonly facts: Readonly<Record<string, string | number | boolean>>

  constructor(reason: Reason, message: string, details: FaultDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.reason = reason
    this.pointer = details.pointer
    this.hint = details.hint
    this.facts = details.facts ?? {}
  }

  get class(): FaultClass {
    return classOfReason[this.reason]
  }
}
