/** What every command is given. */
import type { Settings } from './settings.ts'
import type { Terminal } from './terminal.ts'

export interface CliContext {
  readonly terminal: Terminal
  readonly settings: Settings
  /** Of the program, from package.json. */
  readonly version: string
  /** Sets the exit code of a command that ends normally with a verdict other than "all is well". */
  readonly setExitCode: (code: number) => void
}
