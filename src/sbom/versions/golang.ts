/**
 * The order of Go module versions (https://go.dev/ref/mod#versions) and of Go's own releases, which tools list as the
 * module `stdlib`.
 *
 * Modules are ordered as semver: pseudo-versions (`v0.0.0-20200101000000-abcdefabcdef`) are pre-releases, and
 * `+incompatible` is metadata. Releases (`go1.21rc2`, `go1.24.1`) are what the vulnerability database writes as
 * `1.21.0-rc.2` and `1.24.1`; what follows a hyphen or a blank names a vendor or a setting. `(devel)` is no version.
 */
import { parseSemver, type Semver } from './semver.ts'

export function parseGolang(text: string): Semver | undefined {
  // "go1.22.1-vendor", "go1.24.1 X:boringcrypto"
  const release = /^go(\d[^\s-]*)/.exec(text)?.[1] ?? text
  const [isCandidate, number = '', kind = '', count = ''] = /^(\d+\.\d+)(beta|rc)(\d+)$/.exec(release) ?? []
  return parseSemver(isCandidate === undefined ? release : `${number}.0-${kind}.${count}`)
}
