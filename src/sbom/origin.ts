/**
 * The source package that a component was built from, as advisories of distributions name packages (search.md 6.1).
 *
 *     p  pkg:deb/debian/liblzma5  5.6.1-1  src=xz-utils        pkg:deb/debian/xz-utils  5.6.1-1
 *     p  pkg:rpm/redhat/openssl-libs  1:3.0.7-27  src=openssl@1:3.0.7-27
 *     p  pkg:deb/debian/curl  8.9.1-1                          itself
 */
import { Fault } from '../errors.ts'
import type { ManifestLine } from './manifest-line.ts'
import { makePurl, parsePurl, purlName } from './purl.ts'

export interface Origin {
  /** A canonical purl without version. */
  readonly name: string
  readonly version: string
}

/** Of a line of kind `p`. Who names no source package is its own; who names one without a version has its version. */
export function originOf({
  name,
  version,
  extras,
}: Pick<ManifestLine, 'name' | 'version' | 'extras'>): Origin {
  const source = extras['src'] ?? ''
  if (source === '') return { name, version }
  const at = source.indexOf('@')
  if (at === -1) return { name: renamed(name, source), version }
  return { name: renamed(name, source.slice(0, at)), version: source.slice(at + 1) || version }
}

function renamed(name: string, source: string): string {
  // Nothing in it is encoded in a purl, or folded: true of nearly all, and this runs for each component of each SBOM.
  if (/^[a-z0-9][a-z0-9.-]*$/.test(source)) return name.slice(0, name.lastIndexOf('/') + 1) + source
  try {
    return purlName(makePurl({ ...parsePurl(name, { lenient: true }), name: source }, { lenient: true }))
  } catch (cause) {
    // No name that an advisory could have. The component is found under its own.
    if (cause instanceof Fault) return name
    throw cause
  }
}
