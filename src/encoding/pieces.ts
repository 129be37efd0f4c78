/** What comes one after the other, in arrays of at most `most`, so that no more of it need be in memory at once. */
export function* inPieces<T>(all: Iterable<T>, most: number): Generator<readonly T[]> {
  let piece: T[] = []
  for (const one of all) {
    if (piece.push(one) < most) continue
    yield piece
    piece = []
  }
  if (piece.length > 0) yield piece
}
