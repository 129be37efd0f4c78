/** From the command line and the files it names to one question, with what could not be asked. */
import { basename } from 'node:path'
import { advisoryParts } from '../client/advisory-parts.ts'
import type { Client } from '../client/client.ts'
import { MAX_LIST_CHARACTERS } from '../client/list-lines.ts'
import { iocParts } from '../client/package-list.ts'
import { cpePart, purlPart } from '../client/search-part.ts'
import { parseUtf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'
import { formatVers } from '../sbom/range.ts'
import type { NameMatch } from '../verify/names-answer.ts'
import type { SearchPart, SearchQuestion } from '../verify/search.ts'
import { MAX_PARTS } from '../verify/search-wire.ts'
import { readInput } from './key-store.ts'
import { namedPiece, typedName, type NameLookup } from './named-piece.ts'
import { askedScope, scopeOf, type ScopeFlags } from './search-scope.ts'
import { readStdin } from './stdin.ts'
import { plural } from './table.ts'
import type { Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'

export interface SearchFlags extends ScopeFlags {
  readonly osv?: readonly string[]
  readonly iocs?: readonly string[]
  readonly ecosystem?: string
  readonly cpe?: readonly string[]
  readonly hash?: string
  readonly range?: string
  readonly match?: NameMatch
}

export interface Asked {
  readonly question: SearchQuestion
  /** `GHSA-…`, `packages of list.csv`, a purl: what the parts are, for a sentence. */
  readonly what: readonly string[]
  /** The advisories among them, with their other names. */
  readonly aliases: ReadonlyMap<string, readonly string[]>
  /** What an advisory names and nobody can look for: then an answer is not the whole answer. */
  readonly notLookedFor: readonly string[]
  /** What was understood that the person may not expect. */
  readonly notes: readonly string[]
  /** Which packages are meant is the server's word: one that it left out is not in the question, and no proof shows that. */
  readonly isByName: boolean
}

type Piece = Omit<Asked, 'question'> & { readonly parts: readonly SearchPart[] }

const NONE = {
  aliases: new Map<string, readonly string[]>(),
  notLookedFor: [],
  notes: [],
  isByName: false,
} as const

/**
 * Sizes that are given as times are not in its scope yet: `withScope` asks for them.
 *
 * @param lookUp what a name means that is no package URL
 * @throws UsageError if nothing is asked, or too much for one question
 * @throws as `advisoryParts`, `iocParts`, `purlPart`; Fault `unproven` if nothing of it can be looked for
 */
export async function askedOf(
  component: string | undefined,
  flags: SearchFlags,
  lookUp: NameLookup,
): Promise<Asked> {
  const { osv = [], iocs = [], cpe = [], hash } = flags
  refuseAlone(component, flags)
  if ([...osv, ...iocs].filter((path) => path === '-').length > 1)
    throw new UsageError('"-": expected once, got it twice', 'Only one file can come from stdin.')
  const pieces: Piece[] = []
  if (component !== undefined) pieces.push(await componentPiece(component, flags, lookUp))
  for (const path of osv) pieces.push(advisoryPiece(path, await readText(path)))
  for (const path of iocs) pieces.push(listPiece(path, await readText(path), flags, iocs.length > 1))
  for (const text of cpe) pieces.push({ ...NONE, parts: [cpePart(text)], what: [`CPE ${text}`] })
  if (hash !== undefined)
    pieces.push({ ...NONE, parts: [{ kind: 'hash', hash }], what: [`a component with the hash ${hash}`] })
  return join(pieces, scopeOf(flags))
}

/** The same question in the scope of the flags: whatever takes a ledger or a clock to say is said anew. */
export async function withScope(
  asked: Asked,
  client: Client,
  flags: ScopeFlags,
  terminal: Terminal,
): Promise<Asked> {
  const scope = await askedScope(client, flags, terminal)
  return { ...asked, question: { ...asked.question, scope } }
}

function refuseAlone(component: string | undefined, { range, match, ecosystem, iocs }: SearchFlags): void {
  const isName = component !== undefined && !isPurl(component)
  if (range !== undefined && component === undefined)
    throw new UsageError('--range goes with a package URL or a name')
  if (match !== undefined && !isName) throw new UsageError('--match goes with a name')
  if (ecosystem !== undefined && iocs === undefined && !isName)
    throw new UsageError('--ecosystem goes with --iocs or with a name')
}

/** Anything else is a name. */
export function isPurl(component: string): boolean {
  return /^pkg:/i.test(component)
}

function join(pieces: readonly Piece[], scope: SearchQuestion['scope']): Asked {
  const parts = pieces.flatMap((one) => one.parts)
  const notLookedFor = pieces.flatMap((one) => one.notLookedFor)
  if (parts.length > MAX_PARTS)
    throw new UsageError(
      `question: expected at most ${MAX_PARTS} packages at once, got ${parts.length}`,
      'Split the list, and ask for the parts one after the other.',
    )
  if (pieces.length === 0)
    throw new UsageError(
      'question: expected something to look for, got nothing',
      'For example: attestree find pkg:npm/lodash, or attestree find --osv advisory.json',
    )
  if (parts.length === 0)
    throw new Fault(
      'unproven',
      `nothing can be looked for: ${notLookedFor.slice(0, 5).join('; ') || 'no package is named'}`,
      {
        hint: 'Name the package as SBOMs do: attestree find PURL --range RANGE.',
      },
    )
  return {
    question: { parts, scope },
    what: pieces.flatMap((one) => one.what),
    aliases: new Map(pieces.flatMap((one) => [...one.aliases])),
    notLookedFor,
    notes: pieces.flatMap((one) => one.notes),
    isByName: pieces.some((one) => one.isByName),
  }
}

async function componentPiece(
  component: string,
  { range, match = 'exact', ecosystem }: SearchFlags,
  lookUp: NameLookup,
): Promise<Piece> {
  if (isPurl(component)) return purlPiece(component, range)
  const asked = {
    ...typedName(component),
    match,
    ...(range === undefined ? {} : { range }),
    ...(ecosystem === undefined ? {} : { ecosystem }),
  }
  const { parts, what, note } = namedPiece(asked, await lookUp(asked))
  return { ...NONE, parts, what: [what], notes: [note], isByName: true }
}

function purlPiece(component: string, range: string | undefined): Piece {
  const part = purlPart(component, range)
  const [read] = part.kind === 'package' ? part.affected.ranges : []
  const isIn = range !== undefined && read?.kind === 'vers' ? ` in ${formatVers(read.range)}` : ''
  return { ...NONE, parts: [part], what: [`${component}${isIn}`] }
}

/** More than this many advisories are counted instead of named. */
const MAX_NAMED = 3

function advisoryPiece(path: string, bytes: Uint8Array): Piece {
  const name = shownName(path)
  const { parts, advisories, unknown, withdrawn } = advisoryParts(bytes, name)
  return {
    ...NONE,
    parts,
    what:
      advisories.length > MAX_NAMED
        ? [`${advisories.length} advisories of ${name}`]
        : advisories.map((one) => one.id),
    aliases: new Map(advisories.map(({ id, aliases }) => [id, aliases])),
    notLookedFor: unknown.map(({ advisory, what }) => `${what} (${advisory})`),
    notes: withdrawn.map((id) => `${name}: ${id} was withdrawn, so it is not asked about.`),
  }
}

function listPiece(path: string, bytes: Uint8Array, { ecosystem }: SearchFlags, isOneOfMany: boolean): Piece {
  const name = shownName(path)
  if (bytes.length > MAX_LIST_CHARACTERS)
    throw new Fault(
      'list-too-large',
      `${name}: expected at most ${MAX_LIST_CHARACTERS} bytes, got ${bytes.length}`,
    )
  const { parts, header, lines } = iocParts(
    parseUtf8(bytes, name),
    ecosystem === undefined ? { name } : { name, ecosystem },
  )
  const packages = plural(parts.length, 'package')
  return {
    ...NONE,
    parts: isOneOfMany ? parts.map((part) => ({ ...part, from: `${name} ${part.from ?? ''}` })) : parts,
    what: [parts.length === 1 ? `the package of ${name}` : `one of the ${packages} of ${name}`],
    notes: [
      `${name}: ${plural(lines, 'line')}, ${packages}${header === undefined ? '' : `; line ${header} names the columns`}.`,
    ],
  }
}

function shownName(path: string): string {
  return path === '-' ? 'stdin' : basename(path)
}

/** @throws Fault `encoding-malformed` for what Windows writes by itself, with what to do about it */
async function readText(path: string): Promise<Uint8Array> {
  const bytes = await (path === '-' ? readStdin() : readInput(path))
  const mark = (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0)
  if (mark !== 0xfffe && mark !== 0xfeff) return bytes
  throw new Fault('encoding-malformed', `${shownName(path)}: expected UTF-8, got UTF-16`, {
    hint: 'Save it as UTF-8; in PowerShell: Get-Content FILE | Set-Content -Encoding utf8 NEW.',
  })
}
