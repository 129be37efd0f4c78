/** Flags of `attestree server …`. */

export interface FolderFlags {
  readonly data: string
  readonly signerDir?: string
}

export interface StartFlags extends FolderFlags {
  readonly host: string
  readonly port: number
  readonly create?: true
  readonly origin?: string
  readonly readOnly?: true
  readonly submitTokens?: string
  /** vkeys. */
  readonly auditor?: readonly string[]
  readonly rateLimit: 'auto' | 'on' | 'off'
  readonly trustProxy: number
}
