/**
 * The platform an image was built for, as a statement's subjects name it (contracts.md 1, `w`): BuildKit writes
 * `pkg:docker/app@1.0?platform=linux%2Famd64`, others `pkg:oci/app@sha256:…?arch=amd64&os=linux`.
 *
 * A variant (`linux/arm/v7`) stays part of it. An architecture without an operating system is `unknown/<arch>`, in
 * OCI's word for it, so that the SBOMs of an index stay apart.
 */
import { Fault } from '../errors.ts'
import { parsePurl } from './purl.ts'

/** `<os>/<arch>` of the first subject that states one, else ''. */
export function platformOf(subjectNames: readonly string[]): string {
  for (const name of subjectNames) {
    const qualifiers = qualifiersOf(name)
    const { platform = '', arch = '', os = 'unknown' } = qualifiers
    if (platform !== '') return platform
    if (arch !== '') return `${os}/${arch}`
  }
  return ''
}

/** Most subjects are named otherwise, or not at all. */
function qualifiersOf(name: string): Readonly<Record<string, string>> {
  if (!/^pkg:/i.test(name)) return {}
  try {
    return parsePurl(name, { lenient: true }).qualifiers
  } catch (cause) {
    if (cause instanceof Fault) return {}
    throw cause
  }
}
