/** Lines of bytes, as `.jsonl` files have them. */

/** Without the line feeds; empty lines are left out. */
export function splitLines(bytes: Uint8Array): readonly Uint8Array[] {
  const lines: Uint8Array[] = []
  let from = 0
  while (from < bytes.length) {
    const newline = bytes.indexOf(0x0a, from)
    const to = newline === -1 ? bytes.length : newline
    if (to > from) lines.push(bytes.subarray(from, to))
    from = to + 1
  }
  return lines
}
