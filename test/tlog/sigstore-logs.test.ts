/** The log evidence of real bundles from Rekor v2 (sigstore-conformance), by the log's own code alone. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { describe } from 'mocha'
import { logIndex } from '../../src/brand.ts'
import { parsePublicKey } from '../../src/crypto/public-key.ts'
import { formatBase64, parseBase64 } from '../../src/encoding/base64.ts'
import { openCheckpoint, type Checkpoint } from '../../src/tlog/checkpoint.ts'
import { checkInclusion } from '../../src/tlog/inclusion.ts'
import { logId, verifierKeyOf, type VerifierKey } from '../../src/tlog/signed-note.ts'
import { leafHash } from '../../src/tlog/tree-hash.ts'
import { refusal } from '../helpers/mangle.ts'
import { itWithVectors, readVectors } from '../helpers/vectors.ts'

interface Bundle {
  readonly verificationMaterial: {
    readonly tlogEntries: readonly {
      readonly logIndex: string
      readonly logId: { readonly keyId: string }
      readonly canonicalizedBody: string
      readonly inclusionProof: {
        readonly hashes: readonly string[]
        readonly checkpoint: { readonly envelope: string }
      }
    }[]
  }
}

interface TrustedRoot {
  readonly tlogs: readonly {
    readonly baseUrl: string
    readonly publicKey: { readonly rawBytes: string; readonly keyDetails: string }
    readonly logId: { readonly keyId: string }
  }[]
}

/** The cases whose log evidence itself is broken; the others fail, if they do, for reasons outside the log. */
const brokenLogEvidence: Readonly<Record<string, string>> = {
  'rekor2-checkpoint-missing-origin_fail': 'checkpoint-signature-invalid',
  'rekor2-checkpoint-missing-root-hash_fail': 'checkpoint-signature-invalid',
  'rekor2-checkpoint-missing-size_fail': 'checkpoint-signature-invalid',
  'rekor2-checkpoint-no-matching-signature_fail': 'wrong-log-key',
}

function keysOf(root: TrustedRoot): Map<string, VerifierKey> {
  const logs = root.tlogs.filter(({ publicKey }) => publicKey.keyDetails === 'PKIX_ED25519')
  return new Map(
    logs.map(({ baseUrl, publicKey, logId }) => [
      logId.keyId,
      verifierKeyOf(new URL(baseUrl).host, parsePublicKey(parseBase64(publicKey.rawBytes))),
    ]),
  )
}

function checkLogEvidence(folder: string, name: string): Checkpoint {
  const entry = readVectors<Bundle>(join(folder, name), 'bundle.sigstore.json').verificationMaterial
    .tlogEntries[0]
  const key = keysOf(readVectors<TrustedRoot>(join(folder, name), 'trusted_root.json')).get(
    entry?.logId.keyId ?? '',
  )
  if (entry === undefined || key === undefined) throw new Error(`${name}: no entry of a known log`)
  expect(formatBase64(logId(key))).to.equal(entry.logId.keyId)
  const checkpoint = openCheckpoint(entry.inclusionProof.checkpoint.envelope, key)
  const { size, root } = checkpoint
  const hash = leafHash(parseBase64(entry.canonicalizedBody))
  const proof = entry.inclusionProof.hashes.map((hash) => parseBase64(hash))
  checkInclusion({ leafHash: hash, index: logIndex(Number(entry.logIndex)), size, root }, proof)
  return checkpoint
}

describe('log evidence of Rekor v2', () => {
  itWithVectors(
    'sigstore',
    'checks in every conformance case, or is refused for the right reason',
    (folder) => {
      const names = readdirSync(folder).filter((name) => name.startsWith('rekor2-'))
      for (const name of names) {
        const expected = brokenLogEvidence[name]
        if (expected === undefined) checkLogEvidence(folder, name)
        else expect(refusal(() => checkLogEvidence(folder, name)).reason, name).to.equal(expected)
      }
      expect(names).to.include.members(Object.keys(brokenLogEvidence))
      expect(names.length).to.be.greaterThan(10)
    },
  )

  itWithVectors(
    'sigstore',
    'is a proof of 13 hashes in a tree of 4,026,479 entries with three cosignatures',
    (folder) => {
      expect(checkLogEvidence(folder, 'rekor2-dsse-happy-path').size).to.equal(4_026_479)
    },
  )
})
