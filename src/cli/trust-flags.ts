/** Flags of `attestree trust …`. */
import type { AnnulmentReason } from '../attestation/annulment.ts'
import type { TrustFlags } from './connection.ts'

export interface AdminFlags extends TrustFlags {
  readonly adminKey?: string
}

/** Of commands that ask before they sign. */
export interface SigningFlags extends AdminFlags {
  readonly yes?: true
}

export interface AnnulFlags extends SigningFlags {
  readonly reason: AnnulmentReason
  readonly detail?: string
}

export interface AddSignerFlags extends AdminFlags {
  readonly key: string
  readonly types: readonly string[]
  readonly images?: readonly string[]
  readonly environment?: readonly string[]
}
