/**
 * Other names under which tools list what somebody asks for, beyond those that identity.ts makes one. What a manifest says never
 * changes, so questions look under each of them.
 *
 *     pkg:nuget/Newtonsoft.Json    pkg:nuget/newtonsoft.json: NuGet's ids are the same in any case
 */

/** Itself first. `key` is a canonical purl without version. */
export function withAliases(key: string): readonly string[] {
  const other = /^pkg:nuget\/[\w.-]+$/.test(key) ? key.toLowerCase() : key
  return [...new Set([key, other])]
}
