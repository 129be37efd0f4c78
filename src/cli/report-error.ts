/**
 * Errors as people read them (interface.md 3.7): what happened, why, what to do, then reason and exit code. One error,
 * once; a stack only for our own bugs, and only with `--debug`.
 */
import { Fault } from '../errors.ts'
import { Unreachable } from '../client/unreachable.ts'
import { EXIT, exitCodeOf, isFileError } from './exit-codes.ts'
import { wrap } from './table.ts'
import { visible, type Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'

/** Writes the error to stderr and gives the exit code. */
export function reportError(terminal: Terminal, cause: unknown, debug: boolean): number {
  const code = exitCodeOf(cause)
  const { color } = terminal
  if (code === EXIT.bug) {
    terminal.note(`${color.red('✕')} Unexpected error: ${visible(messageOf(cause))}`)
    terminal.note('  This is a bug in Attestree. Run again with --debug for the details, and report it.')
    if (debug && cause instanceof Error) terminal.note(cause.stack)
    return code
  }
  const [first = '', ...others] = wrap('  ', visible(messageOf(cause)), terminal.columns)
  terminal.note(`${color.red('✕')} ${first.trimStart()}`)
  for (const line of others) terminal.note(line)
  if (cause instanceof Fault && cause.pointer !== undefined && cause.pointer !== '')
    terminal.note(`  Where  ${visible(cause.pointer)}`)
  const hint = hintOf(cause)
  if (hint !== undefined)
    for (const line of wrap('  Do     ', visible(hint), terminal.columns)) terminal.note(line)
  for (const line of checkpointsOf(cause)) terminal.note(line)
  terminal.note(`  ${color.dim(`${nameOf(cause)} · exit ${code}`)}`)
  return code
}

function messageOf(cause: unknown): string {
  if (isFileError(cause)) return `${cause.path}: cannot be used (${cause.code})`
  return cause instanceof Error ? cause.message : String(cause)
}

function hintOf(cause: unknown): string | undefined {
  if (cause instanceof Fault && cause.reason === 'evidence-malformed')
    return 'Do not rely on it: it is damaged, somebody changed it, or it is no evidence file (attestree get evidence writes them).'
  if (cause instanceof Fault && cause.class === 'bad-proof')
    return cause.hint ?? 'Do not rely on it. Keep it and report it: this is tampering, or a bug.'
  if (cause instanceof Fault || cause instanceof UsageError) return cause.hint
  if (isFileError(cause)) return 'Check the path and its permissions.'
  if (cause instanceof Unreachable)
    return 'Check the URL, and that a ledger runs there: its front page says so (curl URL).'
  return undefined
}

/** The two signed notes that contradict each other, line by line: to be kept, and shown to others. */
function checkpointsOf(cause: unknown): string[] {
  if (!(cause instanceof Fault)) return []
  return ['remembered', 'shown'].flatMap((which) => {
    const note = cause.facts[which]
    if (typeof note !== 'string') return []
    const lines = note.replace(/\n$/, '').split('\n')
    return [`  The checkpoint ${which}:`, ...lines.map((line) => `    ${visible(line)}`.trimEnd())]
  })
}

function nameOf(cause: unknown): string {
  if (cause instanceof Fault) return cause.reason
  return cause instanceof Unreachable ? 'unreachable' : 'usage'
}
