/** The bundles of the Sigstore conformance suite, as far as tests look at them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '../../src/encoding/strict-json.ts'
import { readVectors } from '../helpers/vectors.ts'

export interface LoggedEntry {
  readonly logIndex: string
  readonly logId: { readonly keyId: string }
  readonly kindVersion: { readonly kind: string; readonly version: string }
  readonly inclusionProof: {
    readonly rootHash: string
    readonly treeSize: string
    readonly hashes: readonly string[]
    readonly checkpoint: { readonly envelope: string }
  }
  readonly canonicalizedBody: string
}

export interface SigstoreBundle {
  readonly mediaType: string
  readonly verificationMaterial: { readonly tlogEntries: readonly LoggedEntry[] }
  readonly dsseEnvelope?: JsonObject
}

export function readBundle(folder: string, name: string): SigstoreBundle {
  return readVectors(folder, join(name, 'bundle.sigstore.json'))
}

/** All that are JSON. */
export function rekorBundles(folder: string): { readonly name: string; readonly bundle: SigstoreBundle }[] {
  return bundleNames(folder).map((name) => ({ name, bundle: readBundle(folder, name) }))
}

function bundleNames(folder: string): string[] {
  const names = readdirSync(folder, { withFileTypes: true }).filter((one) => one.isDirectory())
  return names.map((one) => one.name).filter((name) => name !== 'bundle-malformed-json_fail')
}

export function bundleBytes(folder: string, name: string): Uint8Array {
  return readFileSync(join(folder, name, 'bundle.sigstore.json'))
}
