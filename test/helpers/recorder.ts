/** A terminal that keeps the lines, of both its streams. */
import { createColors, type Terminal } from '../../src/cli/terminal.ts'

export function recorder(): { readonly terminal: Terminal; readonly lines: string[] } {
  const lines: string[] = []
  const print = (line = ''): void => void lines.push(line)
  const terminal = {
    print,
    note: print,
    write: () => undefined,
    color: createColors(false),
    columns: undefined,
  }
  return { terminal, lines }
}
