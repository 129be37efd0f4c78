/**
 * Start-up (robustness.md 7.2): may this log be signed on? With P the published, S the signed and D the stored size,
 * P ≤ S ≤ D must hold and the roots must agree. What lies between is finished by the normal path (commit.ts).
 * Everything else is a rollback or a fork, and is refused.
 */
import { treeSize, type TreeSize } from '../brand.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { Fault } from '../errors.ts'
import { openCheckpoint, parseCheckpoint } from '../tlog/checkpoint.ts'
import { edgeRoot, emptyEdge } from '../tlog/right-edge.ts'
import { parseNote, verifierKeyOf, type VerifierKey } from '../tlog/signed-note.ts'
import {
  edgeFromTiles,
  publish,
  readBack,
  rootFromTiles,
  sign,
  type LogHead,
  type SigningLog,
} from './commit.ts'
import type { HeldCheckpoint, PublishedNote, TreeStore } from './ports.ts'

const REMEDY =
  'Nothing was signed. Find out which copy is older: never put back data or signer state from a backup by hand. ' +
  'Reads can go on with --read-only.'

/**
 * Opens a log that exists: checks that it may go on, and finishes what the last process left between two steps.
 *
 * @param checkUnsigned throws unless the entries [from, to), which are stored but were not signed yet, may be signed
 * @throws Fault `conflict`: `partial-state`, `other-origin`, `other-key`, `rollback` or `fork`; as `checkUnsigned`
 */
export async function recover(
  log: SigningLog<TreeStore>,
  checkUnsigned: (from: TreeSize, to: TreeSize) => Promise<void>,
): Promise<LogHead> {
  const head = await signedHead(log)
  const whole = await readBack(log, head, await log.store.size())
  await checkUnsigned(head.edge.size, whole.edge.size)
  return publish(log, await sign(log, whole))
}

/** The head at the size that the signer state holds, with everything checked that must hold before signing on. */
async function signedHead(log: SigningLog<TreeStore>): Promise<LogHead> {
  const stored = await log.store.size()
  const published = await log.store.published()
  const held = await log.signer.read()
  if (held === undefined) throw partialState(stored)
  checkOurs(held, log.origin, verifierKeyOf(log.origin, log.key.publicKey))
  if (stored < held.size) {
    throw new Fault(
      'rollback',
      `log: ${held.size} entries were signed, but only ${stored} are stored: the data is older than the signer state`,
      { hint: REMEDY },
    )
  }
  const edge = await edgeFromTiles(log.store, held.size)
  if (!equalBytes(edgeRoot(edge), held.root)) {
    throw new Fault('fork', `log: the stored tree of size ${held.size} is not the one that was signed`, {
      hint: REMEDY,
    })
  }
  await checkPublished(log.store, published, held)
  return { edge, held, published: published?.size ?? treeSize(0) }
}

/** The newest published checkpoint must be one that the signer state has seen, and lie on the same tree. */
async function checkPublished(
  store: TreeStore,
  published: PublishedNote | undefined,
  held: HeldCheckpoint,
): Promise<void> {
  if (published === undefined) return
  if (published.size > held.size) {
    throw new Fault(
      'rollback',
      `log: a checkpoint of size ${published.size} was published, but the signer state holds size ${held.size}: the signer state is older than the data`,
      { hint: REMEDY },
    )
  }
  const { root } = parseCheckpoint(parseNote(published.note).text)
  if (!equalBytes(root, await rootFromTiles(store, published.size))) {
    throw new Fault(
      'fork',
      `log: the published checkpoint of size ${published.size} is not of the stored tree`,
      { hint: REMEDY },
    )
  }
}

function checkOurs({ size, root, note }: HeldCheckpoint, origin: string, key: VerifierKey): void {
  const signed = parseCheckpoint(parseNote(note).text)
  if (signed.origin !== origin) {
    throw new Fault(
      'other-origin',
      `log: expected the origin ${origin}, but the signer state is of ${signed.origin}`,
      {
        hint: 'An origin is fixed when a ledger is created. Start it with its own origin.',
      },
    )
  }
  try {
    openCheckpoint(note, key)
  } catch (cause) {
    throw new Fault('other-key', 'log: the signer state was signed with another key than the log key', {
      cause,
      hint: 'Start the ledger with the log key it was created with.',
    })
  }
  if (signed.size !== size || !equalBytes(signed.root, root)) {
    throw new Fault(
      'fork',
      `log: the signer state holds size ${size}, but its checkpoint is of size ${signed.size} or of another root`,
      {
        hint: REMEDY,
      },
    )
  }
}

function partialState(stored: TreeSize): Fault {
  return new Fault('partial-state', `log: ${stored} entries are stored, but there is no signer state`, {
    hint: 'Without its signer state a ledger must not sign. Put the signer folder back, or start with --read-only.',
  })
}

/** The head of a log that has no entry yet. */
export const emptyHead: LogHead = { edge: emptyEdge, held: undefined, published: treeSize(0) }
