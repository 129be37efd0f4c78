/** How large `attestree/verify` is for a browser, bundled and compressed, and what of it is largest. */
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

export interface VerifierSize {
  readonly minified: number
  /** As a server would send it, in bytes. */
  readonly gzipped: number
  /** Bytes of the minified bundle by package or by folder of src/, the largest first. */
  readonly parts: readonly (readonly [part: string, bytes: number])[]
}

/**
 * Fails where something of Node is imported: esbuild has no such module for a browser.
 *
 * @param entry a source file, or a built one
 */
export async function verifierSize(entry: string): Promise<VerifierSize> {
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    conditions: entry.endsWith('.ts') ? ['source'] : [],
    outdir: '/out',
    logLevel: 'silent',
  })
  const parts = new Map<string, number>()
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const part = partOf(path)
      parts.set(part, (parts.get(part) ?? 0) + bytesInOutput)
    }
  }
  const code = outputFiles[0]?.contents ?? new Uint8Array()
  return {
    minified: code.length,
    gzipped: gzipSync(code, { level: 9 }).length,
    parts: [...parts].toSorted(([, a], [, b]) => b - a),
  }
}

function partOf(path: string): string {
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path) ?? []
  return name ?? /(?:src|dist)\/.*/.exec(path)?.[0].split('/').slice(0, 2).join('/') ?? path
}
