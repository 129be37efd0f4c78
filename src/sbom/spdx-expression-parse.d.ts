/** The grammar of spdx-expression-parse 5 alone, which comes without types. Throws plain errors for what is no expression. */
declare module 'spdx-expression-parse/parse.js' {
  export interface LicenceToken {
    readonly type: 'OPERATOR' | 'LICENSE' | 'EXCEPTION' | 'LICENSEREF' | 'DOCUMENTREF'
    readonly string: string
  }
  export type LicenceNode =
    | { readonly license: string; readonly plus?: true; readonly exception?: string }
    | { readonly conjunction: 'and' | 'or'; readonly left: LicenceNode; readonly right: LicenceNode }
  export default function parse(tokens: readonly LicenceToken[]): LicenceNode
}

/** With the lists, from text: what our reading is compared with. */
declare module 'spdx-expression-parse' {
  import type { LicenceNode } from 'spdx-expression-parse/parse.js'
  export default function parse(text: string): LicenceNode
}
