/** Flags of `attestree trust …`. */
import type { TrustFlags } from './connection.ts'

export interface AdminFlags extends TrustFlags {
  readonly adminKey?: string
}

/** Of commands that ask before they sign. */
export interface SigningFlags extends AdminFlags {
  readonly yes?: true
}

export interface AddSignerFlags extends AdminFlags {
  readonly key: string
  readonly types: readonly string[]
}
