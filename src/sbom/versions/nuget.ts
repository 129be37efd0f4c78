/**
 * The order of NuGet versions (https://learn.microsoft.com/nuget/concepts/package-versioning): one to four numbers, the
 * missing ones 0, then pre-releases as in semver but without regard to case; metadata does not count.
 */
import type { Semver } from './semver.ts'

/** As semver, with up to four numbers. */
export function parseNuget(text: string): Semver | undefined {
  const [isVersion, numbers = '', label = '', build = ''] =
    /^v?(\d+(?:\.\d+){0,3})(?:-([0-9a-z.-]+))?(?:\+([0-9a-z.-]+))?$/.exec(text.trim().toLowerCase()) ?? []
  if (isVersion === undefined) return undefined
  return { numbers: numbers.split('.'), prerelease: label === '' ? [] : label.split('.'), build }
}
