/** Types of layers.cjs, for test/architecture.test.ts. */
interface Layer {
  /** Folders or files under src/. */
  readonly imports: readonly string[]
  readonly portable: boolean
  readonly holds: string
}

export const rules: readonly { readonly name: string; readonly comment: string }[]
export const layers: Readonly<Record<string, Layer>>
export const foundations: readonly string[]
export const packageHomes: Readonly<Record<string, readonly string[]>>
export function layersTable(): string
