/** Node's and the browser's backend side by side: one verdict, or that they differ. In a browser both are its own. */
import * as browser from '../../src/crypto/backend-browser.ts'
import * as node from '../../src/crypto/backend-node.ts'
import type { PublicKey } from '../../src/crypto/public-key.ts'
import { Fault } from '../../src/errors.ts'

export type Verdict = 'accepted' | 'refused' | 'key refused' | 'backends differ'

/** Both backends' verdict, or that the key was refused before. */
export function judge(key: () => PublicKey, message: Uint8Array, signature: Uint8Array): Verdict {
  const parsed = keyOrFault(key)
  if (parsed instanceof Fault) return 'key refused'
  const byNode = node.verify(parsed.kind, parsed.spki, message, signature)
  const byBrowser = browser.verify(parsed.kind, parsed.spki, message, signature)
  if (byNode !== byBrowser) return 'backends differ'
  return byNode ? 'accepted' : 'refused'
}

function keyOrFault(make: () => PublicKey): PublicKey | Fault {
  try {
    return make()
  } catch (cause) {
    if (cause instanceof Fault) return cause
    throw cause
  }
}
