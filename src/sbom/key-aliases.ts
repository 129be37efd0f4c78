/**
 * Other names under which tools list what somebody asks for, beyond those that identity.ts makes one. What a manifest says never
 * changes, so questions look under each of them.
 *
 *     pkg:nuget/Newtonsoft.Json                   pkg:nuget/newtonsoft.json: NuGet's ids are the same in any case
 *     pkg:golang/github.com/go-jose/go-jose/v3    pkg:golang/github.com/go-jose/go-jose, in versions 3.x
 *
 * syft writes `pkg:golang/github.com/go-jose/go-jose@v3.0.3#v3`: three segments, the rest as subpath, which manifests leave out.
 */

/** Itself first. `key` is a canonical purl without version. */
export function withAliases(key: string): readonly string[] {
  const others = [/^pkg:nuget\/[\w.-]+$/.test(key) ? key.toLowerCase() : key, cutKey(key)?.key ?? key]
  return [...new Set([key, ...others])]
}

/** Without the major version that is the only segment behind the third. */
function cutKey(key: string): { readonly key: string; readonly major: string } | undefined {
  const [, cut, major] = /^(pkg:golang\/[^/]+\/[^/]+\/[^/]+)\/v(\d+)$/.exec(key) ?? []
  return cut === undefined || major === undefined ? undefined : { key: cut, major }
}

/** Of keys of one package, those whose names are its own. */
export function ownKeys(keys: readonly string[]): readonly string[] {
  const cut = cutKey(keys[0] ?? '')?.key
  return keys.filter((key) => key !== cut)
}

/**
 * Whether `name` in this version looks like a path that was cut before `/vN`: then nobody can tell whether it is the module of
 * the shorter path, of which such a version is `+incompatible`.
 */
export function isPathCut(name: string, version: string): boolean {
  return (
    /^pkg:golang\/[^/]+\/[^/]+\/[^/]+$/.test(name) &&
    !/[./]v\d+$/.test(name) &&
    /^v?(?:[2-9]|[1-9]\d+)\./.test(version) &&
    !version.endsWith('+incompatible')
  )
}

/**
 * Whether what is listed as `name` may be the package of `keys`. Of the module without a major version in its path, versions of
 * that number are `+incompatible` (https://go.dev/ref/mod#incompatible-versions).
 */
export function isListedAs(keys: readonly string[], name: string, version: string): boolean {
  const cut = cutKey(keys[0] ?? '')
  if (cut?.key !== name) return true
  return new RegExp(`^v?${cut.major}\\.`).test(version) && !version.endsWith('+incompatible')
}
