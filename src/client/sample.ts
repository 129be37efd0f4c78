/** Which entries an audit looks into, where it does not look into all: drawn by hashing, so that the same seed draws the same. */
import type { LogIndex } from '../brand.ts'
import { sha256 } from '../crypto/sha256.ts'
import { concatBytes, u64be } from '../encoding/bytes.ts'
import { utf8 } from '../encoding/utf8.ts'

export interface Sample {
  /** 0 to 1: how likely each entry is drawn. */
  readonly share: number
  /** Nobody can know it before the log is written, or an operator could lie about what is not drawn. */
  readonly seed: string
}

/** Four bytes of a hash: as good as any dice. */
export function isDrawn({ share, seed }: Sample, index: LogIndex): boolean {
  const hash = sha256(concatBytes(utf8(`${seed}\n`), u64be(index)))
  return new DataView(hash.buffer, hash.byteOffset).getUint32(0) < share * 2 ** 32
}
