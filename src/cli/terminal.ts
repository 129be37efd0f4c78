/**
 * Where the CLI writes. stdout carries the answer only; progress, notes and errors go to stderr (interface.md 3.4).
 *
 * Text from documents is a stranger's: it passes through `visible` before it reaches a terminal.
 */
import { styleText } from 'node:util'
import { printable, printableJson } from '../encoding/printable.ts'

export interface Terminal {
  /** One line of the answer. */
  print(line?: string): void
  /** Bytes of the answer, as they are. */
  write(bytes: Uint8Array): void
  /** One line for the person: progress, notes, errors. */
  note(line?: string): void
  /** Rewrites the last line of stderr; undefined where stderr is no terminal, and lines are written one by one. */
  readonly rewrite?: ((line: string) => void) | undefined
  readonly color: Colors
  /** How wide the reader's terminal is; undefined where nobody says, as in a pipe: then nothing is wrapped. */
  readonly columns: number | undefined
}

export interface TerminalStreams {
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly env: NodeJS.ProcessEnv
}

export function openTerminal({ stdout, stderr, env }: TerminalStreams): Terminal {
  return {
    print: (line = '') => void stdout.write(`${line}\n`),
    write: (bytes) => void stdout.write(bytes),
    note: (line = '') => void stderr.write(`${line}\n`),
    // Back to the first column, then everything to the right of it away (ECMA-48 EL).
    rewrite: stderr.isTTY ? (line) => void stderr.write(`\r\u001b[K${line}`) : undefined,
    color: createColors(wantsColor(stdout.isTTY, env)),
    columns: columnsOf(stdout, env),
  }
}

type Color = 'red' | 'green' | 'yellow' | 'dim'
export type Colors = Readonly<Record<Color, (text: string) => string>>

/** The colours of a terminal that shows them, or functions that leave the text as it is. */
export function createColors(shown: boolean): Colors {
  const paint = (color: Color) => (text: string) =>
    shown ? styleText(color, text, { validateStream: false }) : text
  return { red: paint('red'), green: paint('green'), yellow: paint('yellow'), dim: paint('dim') }
}

/** The terminal knows; for a pipe, `COLUMNS` may say. */
function columnsOf(stdout: NodeJS.WriteStream, env: NodeJS.ProcessEnv): number | undefined {
  const told = /^[1-9]\d{1,3}$/.test(env['COLUMNS'] ?? '') ? Number(env['COLUMNS']) : undefined
  // Some pseudo-terminals say 0.
  return stdout.isTTY ? stdout.columns || told : told
}

function wantsColor(isTerminal: boolean, env: NodeJS.ProcessEnv): boolean {
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false
  if (env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0') return true
  return isTerminal && env['TERM'] !== 'dumb'
}

/** A stranger's text with everything that could move the cursor or reorder the line shown as `\u{…}`. */
export const visible = printable

/** A value as JSON for people and programs: the characters that `visible` shows are escaped, which changes no value. */
export const formatJson = (value: unknown): string => printableJson(value, 2)

/** The same on one line, for NDJSON. */
export const formatJsonLine = (value: unknown): string => printableJson(value)
