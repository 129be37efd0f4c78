/**
 * Names by which people ask for what SBOMs list, in lower case: what the ledger's table of names is made of.
 *
 *     pkg:maven/org.apache.logging.log4j/log4j-core   log4j-core, org.apache.logging.log4j:log4j-core
 *     pkg:golang/github.com/go-jose/go-jose/v3        go-jose, github.com/go-jose/go-jose/v3
 *     pkg:npm/%40babel/core                           @babel/core, not core
 *     cpe:a:openssl:openssl                           openssl, openssl:openssl
 *     a component without a purl                      its name
 *
 * A change here is a new version of the rules of rows (ledger/index-rows.ts).
 */
import { bareNamesOf, foldName } from './bare-names.ts'
import type { ManifestLine } from './manifest-line.ts'
import { originOf } from './origin.ts'
import { parsePurl } from './purl.ts'

/** `purl`: a canonical purl without version; `cpe`: `part:vendor:product`; `name`: of components without a purl, folded. */
export interface ListedName {
  readonly kind: 'purl' | 'cpe' | 'name'
  readonly name: string
}

/** Nobody types a longer one; by its purl or CPE what has it is found all the same. */
const MAX_NAME_CHARS = 512

/** What the lines of one manifest list, source packages too; perhaps more than once. */
export function* listedNames(lines: Iterable<ManifestLine>): Generator<ListedName> {
  for (const line of lines)
    for (const one of namesOfLine(line))
      if (one.name.length <= MAX_NAME_CHARS && !one.name.includes('\0')) yield one
}

function namesOfLine(line: ManifestLine): readonly ListedName[] {
  if (line.kind === 'c') return [{ kind: 'cpe', name: line.name }]
  if (line.kind === 'n') return [{ kind: 'name', name: foldName(line.name) }]
  if (line.kind !== 'p') return []
  const [purl, origin] = [{ kind: 'purl', name: line.name } as const, originOf(line).name]
  return origin === line.name ? [purl] : [purl, { kind: 'purl', name: origin }]
}

/**
 * Folded, each once. The last is the whole name. None that holds a NUL, which nobody types: in the table of names it
 * ends them.
 */
export function spokenNames({ kind, name }: ListedName): readonly string[] {
  const spoken = kind === 'name' ? [name] : kind === 'cpe' ? spokenOfCpe(name) : spokenOfPurl(name)
  return [...new Set(spoken.filter((one) => one !== '' && !one.includes('\0')))]
}

function spokenOfCpe(name: string): readonly string[] {
  const [, vendor = '', product = ''] = (name.match(/(?:\\.|[^:\\])+/gs) ?? []).map((attribute) =>
    attribute.replace(/\\(.)/gs, '$1'),
  )
  return [product, `${vendor}:${product}`].map(foldName)
}

/** In npm a scope is a part of the name: `core` and `@babel/core` have nothing to do with each other. */
function spokenOfPurl(purl: string): readonly string[] {
  const { type, namespace = '', name } = parsePurl(purl, { lenient: true })
  const whole = bareNamesOf(purl)
  if (type === 'npm' || namespace === '') return whole
  const isMajor = type === 'golang' && /^v\d+$/.test(name)
  return [foldName(isMajor ? (namespace.split('/').at(-1) ?? name) : name), ...whole]
}

/** What to look for when somebody types a name: PyPI’s names have one spelling for `-`, `_` and `.`. */
export function typedSpellings(typed: string): readonly string[] {
  const folded = foldName(typed.trim())
  return [...new Set([folded, folded.replace(/[-_.]+/g, '-')])]
}
