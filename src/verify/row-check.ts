/**
 * Makes the rows of an answer again from what was signed, and compares them with the rows in the answer
 * (README 2.7, "What proves a row"). rows.ts decides; the manifests are derived anew, so no index is trusted.
 *
 * A row that was left out with all its entries cannot be seen here: that is the business of the report (`complete`).
 */
import type { ImageDigest, LogIndex, TreeSize } from '../brand.ts'
import { basisOf, parseControl } from '../attestation/control.ts'
import { isControlType, REVOCATION } from '../attestation/predicate-types.ts'
import { Fault } from '../errors.ts'
import { parseVersOf } from '../sbom/range.ts'
import type { TrustState } from '../trust/trust-state.ts'
import type {
  FoundRow,
  ImageRow,
  RelatedImage,
  RowsAnswer,
  StatedQuestion,
  UnregisteredClaim,
} from './answer.ts'
import { attestedFacts } from './attested-facts.ts'
import { asBadProof } from './bad-proof.ts'
import type { EntryFacts } from './entry-facts.ts'
import { foundRow, isStated, parseStatedQuestion, type FoundFacts } from './found-rows.ts'
import type { CheckedAttestation } from './proven-entry.ts'
import { entriesOfDeployment, type DeploymentRow } from './deployments.ts'
import { compareRows, decide, parseQuestion, rowOf } from './rows.ts'
import type { ComponentQuestion, Stated } from './rows.ts'
import { checkClaims, claimOf } from './unregistered.ts'

type Row = ImageRow | FoundRow

/** A row of any question, and the entries that it rests on. */
export type RestingRow = Pick<FoundRow, 'image' | 'matches' | 'sboms'> & {
  readonly provenance: readonly { readonly entry: LogIndex }[]
  readonly vex?: readonly { readonly entry: LogIndex }[]
  readonly deployments?: readonly DeploymentRow[]
  readonly lineage?: readonly Pick<RelatedImage, 'entries'>[]
}

/** The entries of a row. */
export function restsOn(row: RestingRow): readonly LogIndex[] {
  const { sboms, matches, provenance, vex = [], deployments = [], lineage = [] } = row
  const stated = [...matches, ...provenance, ...vex].map((one) => one.entry)
  return [
    ...sboms,
    ...stated,
    ...deployments.flatMap(entriesOfDeployment),
    ...lineage.flatMap((one) => one.entries),
  ]
}

/** What one entry states of a question of either kind. */
export type AnyStated = Stated & FoundFacts

/**
 * @param attested everything the answer names, in the order of the log
 * @throws Fault `bad-proof` (`rows-differ`)
 */
export function checkRows(
  answer: RowsAnswer,
  attested: readonly CheckedAttestation[],
  trust: TrustState,
): void {
  checkReach(answer.asOf.indexedThrough, attested)
  const question = checkedQuestion(answer.question)
  const stated = attested.map((one) => statedBy(one, question))
  checkStatedRows(answer, question, stated, trust)
  checkUse(answer.items.flatMap(restsOn), answer.unregistered, attested)
}

/**
 * Each row is what these statements make of its image.
 *
 * @param stated in the order of the log
 * @throws Fault `bad-proof` (`rows-differ`)
 */
export function checkStatedRows(
  answer: RowsAnswer,
  question: ComponentQuestion | StatedQuestion,
  stated: readonly AnyStated[],
  trust: TrustState,
): void {
  const through = answer.asOf.indexedThrough
  const byImage = bySubject(stated)
  for (const row of answer.items)
    checkRow(row, makeRow(question, row.image, byImage.get(row.image) ?? [], trust, through))
  checkOrder(answer.items)
  checkClaims(answer.unregistered, trust, ({ entry }) => madeClaim(question, stated, entry))
}

/** The server judges as of where its index ends, not as of the whole tree. */
export function makeRow(
  question: ComponentQuestion | StatedQuestion,
  image: ImageDigest,
  about: readonly AnyStated[],
  trust: TrustState,
  through: TreeSize,
): Row {
  if ('name' in question) return rowOf(question, image, about, trust, through)
  return foundRow(question, image, about, trust, through)
}

/** The server judges as of where its index ends: what came later says nothing yet. */
export function checkReach(through: TreeSize, attested: readonly CheckedAttestation[]): void {
  const later = attested.find(({ entry }) => entry.index >= through)
  if (later === undefined) return
  throw new Fault(
    'rows-differ',
    `entry ${later.entry.index}: expected entries below ${through}, where the answer's index ends`,
  )
}

/** A row taken out leaves its entries behind: what no row rests on is refused, but for control statements. */
export function checkUse(
  rowsRestOn: readonly LogIndex[],
  unregistered: RowsAnswer['unregistered'],
  attested: readonly CheckedAttestation[],
): void {
  const used = new Set(rowsRestOn)
  for (const claim of unregistered?.items ?? []) used.add(claim.entry)
  // Whoever revoked within an image scope rested on an entry: it proves the right, whatever else it says.
  for (const { statement } of attested) {
    const basis = statement.predicateType === REVOCATION ? basisOf(parseControl(statement)) : undefined
    if (basis !== undefined) used.add(basis)
  }
  const unused = attested.find(({ entry }) => !isControlType(entry.predicateType) && !used.has(entry.index))
  if (unused === undefined) return
  throw new Fault('rows-differ', `entry ${unused.entry.index}: expected a row that rests on it, got none`)
}

/** What a stranger's entry states of what was asked; undefined if it states nothing of it. */
function madeClaim(
  question: ComponentQuestion | StatedQuestion,
  all: readonly AnyStated[],
  entry: LogIndex,
): UnregisteredClaim | undefined {
  const found = all.find(({ facts }) => facts.index === entry)
  if (found === undefined) return undefined
  if (!('name' in question)) return found.states ? claimOf(found.facts) : undefined
  const { matches } = decide(question, [{ entry, versions: found.versions }])
  if (matches.length === 0) return undefined
  return claimOf(
    found.facts,
    matches.map((one) => one.purl),
  )
}

/** @throws Fault `bad-proof` (`rows-differ`) unless it is in its one spelling */
export function checkedQuestion(question: RowsAnswer['question']): ComponentQuestion | StatedQuestion {
  if (!('component' in question))
    return asBadProof('rows-differ', 'question', () => parseStatedQuestion(question))
  const parsed = asBadProof('rows-differ', 'question', () =>
    parseQuestion(question.component, question.range, parseVersOf),
  )
  if (parsed.asked.component === question.component && parsed.asked.range === question.range) return parsed
  throw new Fault(
    'rows-differ',
    `question: expected ${parsed.asked.component.slice(0, 100)} in canonical form`,
  )
}

/** What was signed there says of the question. */
export function statedBy(
  attestation: CheckedAttestation,
  question: ComponentQuestion | StatedQuestion,
): AnyStated {
  const { facts, lines, sbom } = attestedFacts(attestation)
  if (!('name' in question)) return { facts, versions: [], states: isStated(question, lines, sbom) }
  const listed = lines.filter((line) => line.kind === 'p' && line.name === question.name)
  return { facts, versions: listed.map((line) => line.version), states: false }
}

/** Under each digest what speaks of it, once. */
export function bySubject<S extends { readonly facts: EntryFacts }>(
  all: readonly S[],
): ReadonlyMap<string, readonly S[]> {
  const found = new Map<string, S[]>()
  for (const stated of all) {
    for (const digest of new Set(stated.facts.subjects.map((subject) => subject.digest))) {
      const others = found.get(digest)
      if (others === undefined) found.set(digest, [stated])
      else others.push(stated)
    }
  }
  return found
}

function checkRow(claimed: Row, full: Row): void {
  const made = { ...full, provenance: withoutUnclaimed(full.provenance, claimed.provenance) }
  if (made.matches.length === 0) {
    throw differs(claimed, `no row (${made.status} by the entries)`, claimed.status)
  }
  const names = Object.keys(made) as readonly (keyof Row)[]
  const other = names.find((name) => !isSame(claimed[name], made[name]))
  if (other === undefined) return
  throw differs(claimed, `${other} ${shown(made[other])}`, shown(claimed[other]))
}

/** Evidence of before `claimed` was shown has none. Leaving it out says nothing that is not so. */
function withoutUnclaimed(made: Row['provenance'], claimed: Row['provenance']): Row['provenance'] {
  return made.map((one, at) => {
    const { claimed: times, ...rest } = one
    return times === undefined || claimed[at]?.claimed !== undefined ? one : rest
  })
}

/** As JSON has them: what is undefined has no member. Both are read by one shape, so no list stands for an object. */
export function isSame(a: unknown, b: unknown): boolean {
  if (!isGroup(a) || !isGroup(b)) return a === b
  return Object.keys({ ...a, ...b }).every((name) => isSame(a[name], b[name]))
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function shown(value: unknown): string {
  return JSON.stringify(value).slice(0, 100)
}

function differs(row: Pick<Row, 'image'>, expected: string, got: string): Fault {
  return new Fault('rows-differ', `row ${row.image}: expected ${expected}, got ${got}`)
}

/** Strictly ascending, so that no row stands there twice. */
export function checkOrder(rows: readonly RestingRow[]): void {
  rows.forEach((row, i) => {
    const before = rows[i - 1]
    if (before !== undefined && compareRows(before, row) >= 0) {
      throw new Fault('rows-differ', `row ${row.image}: expected rows in order and each once`)
    }
  })
}
