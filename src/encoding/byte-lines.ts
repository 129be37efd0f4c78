const LINE_FEED = 0x0a

/**
 * Views of the lines, without their line feeds.
 *
 * @param cut what is thrown where the last line has no end
 */
export function* byteLines(bytes: Uint8Array, cut: () => Error): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(LINE_FEED, from)
    if (end < 0) throw cut()
    yield bytes.subarray(from, end)
    from = end + 1
  }
}
