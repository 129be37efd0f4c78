/** What `attestree server doctor` makes of an installation: each fact judged, with what to do. Pure. */
import type { InspectedLedger } from './ledger-folder.ts'
import { plural } from './table.ts'

export interface Diagnosis {
  readonly check: string
  /** A warning is something to know, and does not change the exit code. */
  readonly state: 'ok' | 'warning' | 'wrong'
  readonly found: string
  /** The next step, where there is one. */
  readonly todo?: string
}

/** What is looked at: what ledger-folder.ts reads, and what this machine says. */
export interface Installation extends InspectedLedger {
  /** `v20.19.0` */
  readonly node: string
  /** Milliseconds since 1970. */
  readonly now: number
}

/** package.json, "engines". */
const MIN_NODE = [20, 19] as const
const MIB = 1024 * 1024
/** A batch of SBOMs of the largest size, and room for the -wal file. */
const LEAST_FREE_BYTES = 256 * MIB
/** A day of a busy ledger. */
const ENOUGH_FREE_BYTES = 4096 * MIB
/** `journal_size_limit` is 64 MiB: a file that stays far above it is held by a reader that does not end. */
const LARGE_WAL_BYTES = 256 * MIB
/** What a second of a busy ledger brings; more is a lag. */
const INDEX_LAG = 1000
/** Clocks of one machine in step with the network differ less. */
const CLOCK_MS = 2000
/** When this was written: a clock before it was never set. */
const BEFORE_US = Date.UTC(2026, 0, 1)

export function diagnose(found: Installation): readonly Diagnosis[] {
  return [
    nodeVersion(found),
    clock(found),
    ...found.folders.flatMap(folder),
    signerFolder(found),
    logKey(found),
    ...found.unreadable.map((what): Diagnosis => ({
      check: 'database',
      state: 'wrong',
      found: what,
      todo: 'Stop the ledger and run: attestree server check',
    })),
    ...found.databases.flatMap(database),
    positions(found),
    index(found),
  ]
}

function nodeVersion({ node }: Installation): Diagnosis {
  const [major = 0, minor = 0] = node.replace(/^v/, '').split('.').map(Number)
  const isOld = major < MIN_NODE[0] || (major === MIN_NODE[0] && minor < MIN_NODE[1])
  if (!isOld) return { check: 'Node.js', state: 'ok', found: node }
  return { check: 'Node.js', state: 'wrong', found: node, todo: `Install ${MIN_NODE.join('.')} or newer.` }
}

function clock({ now, newestRecordedAt }: Installation): Diagnosis {
  const found = new Date(now).toISOString()
  const newest = newestRecordedAt === undefined ? 0 : Date.parse(newestRecordedAt)
  const todo = 'Set the clock, and keep it in step: timedatectl set-ntp true'
  if (now < BEFORE_US) return { check: 'clock', state: 'wrong', found: `${found}: it was never set`, todo }
  if (newest > now + CLOCK_MS) {
    return {
      check: 'clock',
      state: 'wrong',
      found: `${found}: before the newest entry (${newestRecordedAt})`,
      todo,
    }
  }
  return {
    check: 'clock',
    state: 'ok',
    found: `${found}, not before the newest entry; not compared with the network`,
  }
}

function folder({
  path,
  mode,
  freeBytes,
  networkFileSystem,
}: Installation['folders'][number]): readonly Diagnosis[] {
  const free = `${Math.floor(freeBytes / MIB).toLocaleString('en')} MiB free`
  const space: Diagnosis =
    freeBytes >= ENOUGH_FREE_BYTES
      ? { check: 'space', state: 'ok', found: `${path}: ${free}` }
      : {
          check: 'space',
          state: freeBytes < LEAST_FREE_BYTES ? 'wrong' : 'warning',
          found: `${path}: ${free}`,
          todo: 'Free some space: without it submissions are refused (507), and reads go on.',
        }
  return [
    permissions('folder', path, mode),
    space,
    ...(networkFileSystem
      ? [
          {
            check: 'disk',
            state: 'wrong',
            found: `${path}: on a network file system`,
            todo: 'Move it to a local disk: SQLite cannot keep its promises over a network.',
          } as const,
        ]
      : []),
  ]
}

function permissions(check: string, path: string, mode: number): Diagnosis {
  const found = `${path}: ${mode.toString(8).padStart(4, '0')}`
  if ((mode & 0o077) === 0) return { check, state: 'ok', found }
  return { check, state: 'wrong', found: `${found}: others can use it`, todo: `chmod go-rwx ${path}` }
}

function signerFolder({ sharesFolder }: Installation): Diagnosis {
  if (!sharesFolder) return { check: 'signer', state: 'ok', found: 'apart from the data folder' }
  return {
    check: 'signer',
    state: 'warning',
    found: 'log key and signer state are inside of the data folder',
    todo: 'Stop the ledger, move that folder elsewhere and start with --signer-dir: a restore of the data folder would roll it back unseen.',
  }
}

function logKey({ logKey: file }: Installation): Diagnosis {
  if (file !== undefined) return permissions('log key', file.path, file.mode)
  return {
    check: 'log key',
    state: 'wrong',
    found: 'there is none',
    todo: 'Put log.key back into the signer folder: without it the ledger cannot start.',
  }
}

function database(file: Installation['databases'][number]): readonly Diagnosis[] {
  const { name, path, mode, schema, knownSchema, walBytes } = file
  const version = `${name}: schema version ${schema}`
  const schemaState: Diagnosis =
    schema <= knownSchema
      ? {
          check: 'schema',
          state: 'ok',
          found: version + (schema < knownSchema ? `, brought to ${knownSchema} at start` : ''),
        }
      : {
          check: 'schema',
          state: 'wrong',
          found: `${version}, newer than this program’s ${knownSchema}`,
          todo: 'Use the program that wrote it, or a newer one.',
        }
  const wal = `${name}: ${Math.floor(walBytes / MIB)} MiB in its -wal file`
  return [
    permissions('file', path, mode),
    schemaState,
    walBytes <= LARGE_WAL_BYTES
      ? { check: 'wal', state: 'ok', found: wal }
      : {
          check: 'wal',
          state: 'warning',
          found: wal,
          todo: 'Look for a program that keeps it open; restart the ledger.',
        },
  ]
}

/** start-up.ts: published ≤ signed ≤ stored, else it must not be signed on. Roots are compared when it starts. */
function positions({ entries, published, signed }: Installation): Diagnosis {
  const check = 'positions'
  if (signed === undefined) {
    return {
      check,
      state: 'wrong',
      found: `${plural(entries, 'entry', 'entries')} stored, but there is no signer state`,
      todo: 'Put the signer folder back, or name it with --signer-dir. Do not make a new one: the log could sign a fork.',
    }
  }
  const found = `published ${published}, signed ${signed}, stored ${entries}`
  if (published <= signed && signed <= entries) return { check, state: 'ok', found }
  const older =
    signed > entries ? 'the data is older than the signer state' : 'the signer state is older than the data'
  return {
    check,
    state: 'wrong',
    found: `${found}: ${older}`,
    todo: 'It will not sign (exit 75). Find the newer copy; reads can go on with server start --read-only.',
  }
}

function index({ indexedThrough, published }: Installation): Diagnosis {
  if (indexedThrough === undefined)
    return {
      check: 'index',
      state: 'warning',
      found: 'there is none',
      todo: 'It is made when the ledger starts.',
    }
  const behind = Math.max(0, published - indexedThrough)
  const found = behind === 0 ? 'up to date' : `${plural(behind, 'entry', 'entries')} behind`
  if (behind <= INDEX_LAG) return { check: 'index', state: 'ok', found }
  return {
    check: 'index',
    state: 'warning',
    found,
    todo: 'It catches up while the ledger runs. If it does not, stop the ledger and run: attestree server check',
  }
}
