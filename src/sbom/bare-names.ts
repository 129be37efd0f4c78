/**
 * Names without a purl: under which of them a package may stand in an SBOM that gives none (search.md 6.5). They find
 * candidates only; what is found by a name is never more than `undetermined`.
 *
 *     pkg:maven/org.apache.logging.log4j/log4j-core   log4j-core, org.apache.logging.log4j:log4j-core
 *     pkg:deb/debian/curl                             curl
 *     pkg:npm/%40babel/core                           @babel/core, not core
 */
import { parsePurl } from './purl.ts'

/** Where the namespace is a distribution or a group, people leave it out; elsewhere it is a part of the name. */
const nameAlone: ReadonlySet<string> = new Set(['apk', 'deb', 'maven', 'rpm'])

/** Tools do not agree on the case of names; only ASCII, so that it is the same everywhere. */
export function foldName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

/** Folded. `key` is a canonical purl without version. */
export function bareNamesOf(key: string): readonly string[] {
  const { type, namespace = '', name } = parsePurl(key, { lenient: true })
  if (namespace === '') return [foldName(name)]
  const whole = `${namespace}${type === 'maven' ? ':' : '/'}${name}`
  return (nameAlone.has(type) ? [name, whole] : [whole]).map(foldName)
}
