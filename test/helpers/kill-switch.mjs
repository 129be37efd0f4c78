/**
 * Loaded before the built program (`node --import`), in tests alone: everything is imported while another process still
 * holds the ledger, then it waits for a message that says where to die. The program itself knows nothing of it.
 *
 * A place is a phase of the commit protocol, seen at the driver: `in-…` is inside of the transaction, before it is
 * durable; `after-…` is right behind its commit. Dying is SIGKILL: nothing more is written. Or the driver reports a broken disk.
 */
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import Database from 'better-sqlite3'

const program = new URL('../../dist/cli/', import.meta.url)

/** Statements that belong to one phase only. */
const phases = [
  [/^INSERT INTO entry\b/, 'append'],
  [/^(INSERT INTO|UPDATE) held\b/, 'sign'],
  [/^INSERT INTO published\b/, 'publish'],
  [/^UPDATE position\b/, 'index'],
  // Of the maps' output logs.
  [/^INSERT INTO output_leaf\b/, 'append-root'],
  [/^(INSERT INTO|UPDATE) held_output\b/, 'sign-root'],
  [/^INSERT INTO output_note\b/, 'publish-root'],
]

let at
let left = 0
let isBroken = false
/** The phase whose transaction is open on a connection. */
const open = new WeakMap()

function pass(place) {
  if (place !== at) return
  left -= 1
  if (left !== 0) return
  if (isBroken) throw new Database.SqliteError('disk I/O error', 'SQLITE_IOERR_FSYNC')
  process.kill(process.pid, 'SIGKILL')
}

const { prepare, transaction } = Database.prototype

Database.prototype.prepare = function prepareSeen(sql) {
  const statement = prepare.call(this, sql)
  const phase = phases.find(([pattern]) => pattern.test(sql))?.[1]
  if (phase === undefined) return statement
  const { run } = statement
  statement.run = (...values) => {
    const result = run.apply(statement, values)
    open.set(this, phase)
    pass(`in-${phase}`)
    return result
  }
  return statement
}

Database.prototype.transaction = function transactionSeen(write) {
  const { immediate } = transaction.call(this, write)
  return {
    immediate: (...values) => {
      open.delete(this)
      const result = immediate(...values)
      if (open.has(this)) pass(`after-${open.get(this)}`)
      return result
    },
  }
}

function obey(order) {
  at = order.at
  left = order.count
  isBroken = order.error === true
}

async function awaitOrder() {
  const [serverStart] = readdirSync(program).filter((name) => /^server-start-.*\.js$/.test(name))
  await import(new URL(serverStart, program).href)
  // Nobody is left to say anything: the test is gone.
  process.once('disconnect', () => process.exit(1))
  const said = once(process, 'message')
  process.send('ready')
  const [order] = await said
  process.removeAllListeners('disconnect')
  process.disconnect()
  return order
}

// Threads load this too, with the flags of the process, and copy its environment: each phase is of one thread.
if (isMainThread) process.env.ATTESTREE_KILL_AT = JSON.stringify(await awaitOrder())
obey(JSON.parse(process.env.ATTESTREE_KILL_AT))
