/** Which test files run in a browser too: all of the portable folders, but for these. */
import { filesUnder } from '../helpers/repository.ts'

const PORTABLE = [
  'attestation',
  'client',
  'crypto',
  'encoding',
  'entry',
  'map',
  'sbom',
  'tlog',
  'trust',
  'verify',
]

/** What of them stays in Node, and why. A new file runs in the browser unless it is put here. */
export const nodeOnly: Readonly<Record<string, string>> = {
  'test/crypto/backends.test.ts': 'compares with node:crypto',
  'test/crypto/foreign-key.test.ts': 'reads keys that node:crypto wrote',
  'test/crypto/key-file.test.ts': 'opens files by scrypt, which takes seconds without node:crypto',
  'test/crypto/public-key.test.ts': 'reads keys that node:crypto wrote',
  'test/crypto/signature.test.ts': 'compares with node:crypto',
  'test/crypto/signing-key.test.ts': 'compares with node:crypto',
  'test/encoding/base64.test.ts': 'compares with Buffer',
  'test/encoding/bytes.test.ts': 'compares with Buffer',
  'test/encoding/hex.test.ts': 'compares with Buffer',
  'test/entry/hashed-rekord.test.ts': 'compares with node:crypto',
  'test/map/manifest-tree.test.ts': 'compares with merkletreejs',
  'test/sbom/corpus.test.ts': 'unpacks 60 MB of real SBOMs from the disk',
  'test/sbom/cyclonedx.test.ts': "compares with the CycloneDX library's schemas",
  'test/tlog/grow.test.ts': 'makes tiles: the work of a server, and seconds of hashing',
  'test/tlog/right-edge.test.ts': 'compares with merkletreejs',
  'test/verify/portable.test.ts': 'runs the compiler',
}

/** `.browser.ts` are tests of what only a browser has. */
export const browserSuites: readonly string[] = PORTABLE.flatMap((folder) => [
  ...filesUnder(`test/${folder}`, '.test.ts'),
  ...filesUnder(`test/${folder}`, '.browser.ts'),
]).filter((file) => !Object.hasOwn(nodeOnly, file))
