/** Limits of the ledger (README 2.7 "Limits", robustness.md 7.2), each with its reason. */

/** A batch costs one fsync; above this, committing takes longer than a submitter likes to wait. */
export const MAX_BATCH_ENTRIES = 256
/** The longest time that an entry is held back so that others can share its batch. */
export const MAX_BATCH_WINDOW_MS = 100
/** Submissions waiting at once; more are pushed back, so that memory stays bounded. */
export const MAX_WAITING_SUBMISSIONS = 4096
/** Entries that the follower takes into one index transaction. */
export const FOLLOW_BATCH_ENTRIES = 100
/** The same where it has a thread of its own and keeps nobody waiting: many small ones share what a transaction costs. */
export const FOLLOW_BESIDE_ENTRIES = 1000
/**
 * How long the follower lets entries gather for one transaction while nobody waits for them: it writes each page that they share
 * once. Far below `INDEX_WAIT_MS`, since whoever asks in the middle of a transaction waits for that one and the next.
 */
export const FOLLOW_WINDOW_MS = 100
/**
 * Entries whose manifests wait for the index: nearly all have at most 32 lines, but those of large documents have as
 * many as they list.
 */
export const MAX_STATED_ENTRIES = 4_096
export const MAX_STATED_BYTES = 64 * 1024 * 1024
/** A transaction takes no further entry above this: some hundred SBOMs, in memory until they are written. */
export const FOLLOW_BATCH_KEYS = 50_000
/**
 * Postings of a transaction that are objects in memory at once; of more, which only the largest SBOMs have, each is
 * made as it is written.
 */
export const FOLLOW_POSTINGS_IN_MEMORY = 100_000
/** Names of components that are looked up at once. */
export const FOLLOW_NAMES_AT_ONCE = 4_096
/** Published versions of a map that proofs are made from: readers that began with the one before go on with it (index.md 8). */
export const KEPT_VERSIONS = 2
/** Whose cosignatures a ledger takes: tlog-policy asks for 32 in a policy, and a note of Go's takes 100 signatures. */
export const MAX_COSIGNERS = 32
/** How long whoever wants roots to be cosigned waits for it: auditors look every few seconds. */
export const COSIGN_WAIT_MS = 5_000
/**
 * Answers that are in the middle of reading the index: each has a connection to it, or two, of three open files and
 * some megabytes.
 */
export const MAX_ANSWERS_AT_ONCE = 32
/**
 * Entries that one proof of completeness lists: each is a kilobyte of the answer, and the client fetches what was
 * signed in some.
 */
export const MAX_COMPLETE_ENTRIES = 20_000
/** Entries behind a status map that is taken as a whole: of 1.6 kB each, as many as a file of 256 MiB has room for. */
export const MAX_STATUS_ENTRIES = 150_000
/** Keys under the prefixes of one look-up: a status map of 100,000 revocations is downloaded as a whole (index.md 7). */
export const MAX_LOOKUP_KEYS = 200_000
/** Entries under all keys of one look-up: some megabytes of numbers, for a thousand packages that a thousand images have. */
export const MAX_LOOKUP_POSTINGS = 1_000_000
/** The component map is published when this many entries came since, … */
export const PUBLISH_ENTRIES = 100
/** … or after this time; at once if nothing was published for as long (index.md 6). */
export const PUBLISH_INTERVAL_MS = 10_000
/** How long a query waits for the index to reach the size published when it arrived. */
export const INDEX_WAIT_MS = 1000
/**
 * The same for a proof, which needs a root to be published besides: whoever asks for one would rather wait than have an
 * older answer.
 */
export const PROOF_WAIT_MS = 5_000
/** An index this far behind what is published is no longer what callers expect (interface.md, "Log health"). */
export const MAX_INDEX_LAG_MS = 60_000
/** After this without a submission tried, a ledger that was full is worth trying again: only a write can tell. */
export const STORAGE_FULL_RETRY_MS = 30_000
/** Claims by unregistered signers that one answer lists, and how large what was signed behind them may be together. */
export const MAX_LISTED_CLAIMS = 20
export const MAX_LISTED_CLAIM_BYTES = 4 * 1024 * 1024
/**
 * Rows of an answer that has all of them and their proof: an SBOM and a provenance of each are as many entries as a
 * proof lists. All of it is in memory until it is read.
 */
export const MAX_WHOLE_ROWS = 10_000
/** Rows and entries of such an answer, about; its proofs are as much again. */
export const MAX_WHOLE_BYTES = 64 * 1024 * 1024
/** Rows on one page unless asked otherwise, and at most (interface.md 4.1). */
export const DEFAULT_PAGE_ROWS = 100
export const MAX_PAGE_ROWS = 1000
/** Entries in one answer of what was signed: as many as a bundle has, which is how logs are read from end to end. */
export const MAX_SIGNED_ENTRIES = 256
