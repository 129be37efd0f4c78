/** One golden case of the map functions (schema/golden/map-functions.json), and what the program makes of what is given. */
import { attestationIdOf, pae } from '../../src/attestation/pae.ts'
import { keyId, logIndex } from '../../src/brand.ts'
import { formatBase64 } from '../../src/encoding/base64.ts'
import { formatHex } from '../../src/encoding/hex.ts'
import { parseUtf8, utf8 } from '../../src/encoding/utf8.ts'
import { derive } from '../../src/ledger/derive.ts'
import type { LogEntry } from '../../src/ledger/ports.ts'
import { manifestKey } from '../../src/map/keys.ts'

export interface GivenEntry {
  readonly index: number
  /** Of the signer. */
  readonly key: string
  /** As fixed when the entry was committed. */
  readonly isReadable: boolean
  /** The payload that was signed. */
  readonly statement: string
}

export interface DerivedEntry {
  /** The manifest's lines, in order. */
  readonly manifest: readonly string[]
  /** The value of the key `m`: how many lines, and their root in base64. */
  readonly manifestRoot: readonly [lines: number, root: string]
  /** In hex, sorted: where the entry is posted in each map. */
  readonly components: readonly string[]
  readonly status: readonly string[]
  /** In hex: the key of the manifest's root, in the component map. */
  readonly manifestKey: string
}

export interface GoldenCase extends GivenEntry, DerivedEntry {
  readonly name: string
}

export async function derivedOf({ index, key, isReadable, statement }: GivenEntry): Promise<DerivedEntry> {
  const signed = pae('application/vnd.in-toto+json', utf8(statement))
  const entry: LogEntry = {
    index: logIndex(index),
    leaf: new Uint8Array(0),
    leafHash: new Uint8Array(32),
    attestation: attestationIdOf(signed),
    key: keyId(key),
    recordedAt: '',
    readable: isReadable,
  }
  const { manifest, componentKeys, statusKeys } = await derive(entry, {
    get: async () => signed,
    put: async () => undefined,
  })
  return {
    manifest: parseUtf8(manifest.bytes, 'manifest').split('\n').slice(0, -1),
    manifestRoot: [manifest.lines, formatBase64(manifest.root)],
    components: [...componentKeys].map(formatHex),
    status: statusKeys.map(formatHex),
    manifestKey: formatHex(manifestKey(logIndex(index))),
  }
}
