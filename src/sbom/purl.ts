/**
 * Package URLs (https://github.com/package-url/purl-spec, ECMA-427): the name of a package in any ecosystem.
 *
 *     pkg:deb/debian/curl@7.50.3-1%2Bb1?arch=i386&distro=jessie#doc/README
 *         type namespace name version   qualifiers              subpath
 *
 * `parsePurl` is a strict reader: it refuses what the specification's tests refuse. With `lenient` it also takes what
 * tools write and people mean (capitals in qualifier keys, a missing part that the type asks for), since a component
 * that is refused is one that nobody finds. Both give the same canonical purl, and formatPurl writes it.
 *
 * What each type adds stands in purl-types.ts; comparing versions is the business of versions/.
 */
import { Fault } from '../errors.ts'
import { rulesOfPurlType, type PurlParts, type PurlTypeRules } from './purl-types.ts'

/** Parts are decoded and folded to the type's one spelling. */
export interface Purl {
  readonly type: string
  /** Segments joined by "/". */
  readonly namespace?: string
  readonly name: string
  readonly version?: string
  readonly qualifiers: Readonly<Record<string, string>>
  readonly subpath?: string
}

export interface PurlOptions {
  /** Take what is understandable though not conforming; for documents. */
  readonly lenient?: boolean
}

/** What a purl is made from; empty and absent parts are the same. */
export interface PurlInput {
  readonly type: string
  readonly namespace?: string
  readonly name: string
  readonly version?: string
  readonly qualifiers?: Readonly<Record<string, string>>
  readonly subpath?: string
}

/** @throws Fault `malformed` (`purl-malformed`) */
export function parsePurl(text: string, options: PurlOptions = {}): Purl {
  const whole = refuseLoneSurrogates(text)
  const [beforeSubpath, subpath] = splitLast(whole, '#')
  // The first "?" and not, as the specification has it, the last: an unescaped one in a URL is then part of that URL.
  const [beforeQualifiers, qualifiers] = splitFirst(beforeSubpath, '?')
  const { type, path } = splitType(beforeQualifiers, text)
  const [rawName, version] = splitVersion(path)
  if (rawName.endsWith('/') && version !== '' && options.lenient !== true) throw malformed(text, 'a name')
  const segments = rawName.split('/').filter((segment) => segment !== '')
  const nameAt =
    rulesOfPurlType(type).isNameAfterFirstSegment === true
      ? Math.min(1, segments.length - 1)
      : segments.length - 1
  const decode = (part: string): string => percentDecode(part, text)
  const parts: PurlInput = {
    type,
    namespace: segments
      .slice(0, Math.max(nameAt, 0))
      .map((segment) => decodeSegment(segment, text, options))
      .join('/'),
    name: segments.slice(Math.max(nameAt, 0)).map(decode).join('/'),
    version: decode(version),
    qualifiers: parseQualifiers(qualifiers, text, options),
    subpath: subpath
      .split('/')
      .map((segment) => decodeSegment(segment, text, options))
      .join('/'),
  }
  return makePurl(parts, options, text)
}

/**
 * A purl from its parts, folded as its type demands. `written` is what error messages quote.
 *
 * @throws Fault `malformed` (`purl-malformed`)
 */
export function makePurl(
  input: PurlInput,
  options: PurlOptions = {},
  written = `pkg:${input.type}/${input.name}`,
): Purl {
  const type = input.type.toLowerCase()
  if (!/^[a-z][a-z0-9.-]*$/.test(type)) throw malformed(written, 'a type of letters, digits, "." and "-"')
  if (input.name === '') throw malformed(written, 'a name')
  const rules = rulesOfPurlType(type)
  const qualifiers = checkQualifiers(input.qualifiers ?? {}, rules, options, written)
  const namespace = (input.namespace ?? '')
    .split('/')
    .filter((segment) => segment !== '')
    .join('/')
  const parts = foldParts(
    { type, namespace, name: input.name, version: input.version ?? '', qualifiers },
    rules,
  )
  const misfit = options.lenient === true ? undefined : rules.misfit?.(parts)
  if (misfit !== undefined) throw malformed(written, misfit)
  const subpath = (input.subpath ?? '')
    .split('/')
    .filter((segment) => !['', '.', '..'].includes(segment))
    .join('/')
  return {
    type,
    ...(parts.namespace === '' ? {} : { namespace: parts.namespace }),
    name: parts.name,
    ...(parts.version === '' ? {} : { version: parts.version }),
    qualifiers,
    ...(subpath === '' ? {} : { subpath }),
  }
}

function foldParts(parts: PurlParts, rules: PurlTypeRules): PurlParts {
  return {
    ...parts,
    namespace: rules.namespace?.(parts.namespace, parts) ?? parts.namespace,
    name: rules.name?.(parts.name, parts) ?? parts.name,
    version: rules.version?.(parts.version, parts) ?? parts.version,
  }
}

/** The canonical text; parsing it gives the same purl. */
export function formatPurl(purl: Purl): string {
  const version = purl.version === undefined ? '' : `@${percentEncode(purl.version)}`
  const keys = Object.keys(purl.qualifiers).sort()
  const pairs = keys.map((key) => `${key}=${percentEncode(purl.qualifiers[key] ?? '')}`)
  const qualifiers = pairs.length === 0 ? '' : `?${pairs.join('&')}`
  const subpath = purl.subpath === undefined ? '' : `#${encodePath(purl.subpath)}`
  return `${purlName(purl)}${version}${qualifiers}${subpath}`
}

/**
 * The canonical purl without version, qualifiers and subpath, still encoded: what components are found by
 * (contracts.md 1). It holds no "@".
 */
export function purlName(purl: Purl): string {
  const namespace = purl.namespace === undefined ? '' : `${encodePath(purl.namespace)}/`
  const isPath = rulesOfPurlType(purl.type).isNameAfterFirstSegment === true
  return `pkg:${purl.type}/${namespace}${isPath ? encodePath(purl.name) : percentEncode(purl.name)}`
}

function splitType(text: string, written: string): { readonly type: string; readonly path: string } {
  const scheme = /^pkg:\/*/i.exec(text)
  if (scheme === null) throw malformed(written, '"pkg:"')
  const [type, path] = splitFirst(text.slice(scheme[0].length), '/')
  return { type: type.toLowerCase(), path }
}

/**
 * The version stands behind the last "@", unless that begins a segment that is not the last: so
 * `@babel/core` is a scope and a name, `/@1.0` a version without a name.
 */
function splitVersion(path: string): readonly [path: string, version: string] {
  const at = path.lastIndexOf('@')
  const beginsSegment = at === 0 || path[at - 1] === '/'
  if (at < 0 || (beginsSegment && path.includes('/', at))) return [path, '']
  return [path.slice(0, at), path.slice(at + 1)]
}

function parseQualifiers(text: string, written: string, options: PurlOptions): Record<string, string> {
  const qualifiers = new Map<string, string>()
  for (const pair of text === '' ? [] : text.split('&')) {
    const [key, raw] = splitFirst(pair, '=')
    const value = percentDecode(raw, written)
    if (!qualifiers.has(key)) qualifiers.set(key, value)
    else if (options.lenient !== true) throw malformed(written, `one qualifier ${key.slice(0, 50)}`)
  }
  return Object.fromEntries(qualifiers)
}

const noQualifiers: Record<string, string> = Object.freeze({})

function checkQualifiers(
  input: Readonly<Record<string, string>>,
  rules: PurlTypeRules,
  options: PurlOptions,
  written: string,
): Record<string, string> {
  const isLenient = options.lenient === true
  const qualifiers = new Map<string, string>()
  for (const [key, value] of Object.entries(input)) {
    const folded = key.toLowerCase()
    const isCapital = rules.refusesCapitalKeys === true && key !== folded
    const isKey = /^[a-z][a-z0-9._-]*$/.test(folded)
    if (!isLenient && (isCapital || !isKey))
      throw malformed(written, 'qualifier keys of lower-case letters, digits, ".", "-", "_"')
    // No value is the same as no qualifier.
    if (isKey && value !== '' && !qualifiers.has(folded)) qualifiers.set(folded, value)
  }
  return qualifiers.size === 0 ? noQualifiers : Object.fromEntries(qualifiers)
}

/** A decoded segment must not hold the separator; a lenient reader takes it as one. */
function decodeSegment(segment: string, written: string, options: PurlOptions): string {
  const decoded = percentDecode(segment, written)
  if (options.lenient !== true && decoded.includes('/'))
    throw malformed(written, 'no encoded "/" in namespace or subpath')
  return decoded
}

function percentDecode(text: string, written: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch (cause) {
    throw malformed(written, 'percent-encoded UTF-8', cause)
  }
}

function encodePath(path: string): string {
  return path.split('/').map(percentEncode).join('/')
}

/** Letters, digits and "-._~:" stay; everything else is encoded, with upper-case hex (ECMA-427, 5.4). */
function percentEncode(text: string): string {
  if (/^[\w.~:-]*$/.test(text)) return text
  return encodeURIComponent(text)
    .replaceAll('%3A', ':')
    .replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
}

function splitFirst(text: string, separator: string): readonly [before: string, after: string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

function splitLast(text: string, separator: string): readonly [before: string, after: string] {
  const at = text.lastIndexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

function refuseLoneSurrogates(text: string): string {
  if (/\p{Surrogate}/u.test(text)) throw malformed(text, 'text without lone surrogates')
  return text
}

function malformed(written: string, expected: string, cause?: unknown): Fault {
  return new Fault('purl-malformed', `purl: expected ${expected}, got ${written.slice(0, 100)}`, {
    hint: 'A purl reads pkg:type/namespace/name@version, for example pkg:npm/%40babel/core@7.0.0.',
    ...(cause === undefined ? {} : { cause }),
  })
}
