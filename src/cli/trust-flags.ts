/** Flags of `attestree trust …`. */
import type { TrustFlags } from './connection.ts'

export interface AdminFlags extends TrustFlags {
  readonly adminKey?: string
}

export interface AddSignerFlags extends AdminFlags {
  readonly key: string
  readonly types: readonly string[]
}
