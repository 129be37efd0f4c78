/**
 * The entries of the log, one after the other, into both maps: what each is posted under follows from what was signed,
 * of all or of a sample, else from its manifest as served; where both are at hand they are compared.
 */
import { parseControl } from '../attestation/control.ts'
import { attestationIdOf, parsePae } from '../attestation/pae.ts'
import { parseStatement } from '../attestation/statement.ts'
import { logIndex, type LogIndex, type TreeSize } from '../brand.ts'
import type { HashedRekord } from '../entry/hashed-rekord.ts'
import { Fault } from '../errors.ts'
import type { MapName } from '../map/output-log.ts'
import { parseManifest, type ManifestLine } from '../sbom/manifest.ts'
import { appendLeaves, emptyEdge, type RightEdge } from '../tlog/right-edge.ts'
import { leafHash } from '../tlog/tree-hash.ts'
import { foldControl, type TrustState } from '../trust/trust-state.ts'
import { componentFacts, statusFacts } from '../verify/map-facts.ts'
import { auditSigned, readSigned, type JudgedEntry, type SignedReader } from './audit-signed.ts'
import { formatAuditState, type AuditState, type KeptControl } from './audit-state.ts'
import { attempt, fetched, MAX_PROBLEMS, noteProblem } from './audit-walk.ts'
import { compareTrustRoot, readBody } from './audit.ts'
import type { RightMap } from './find-taken-out.ts'
import type { MapAudit } from './map-audit.ts'
import { ReadAhead } from './read-ahead.ts'
import type { Bundle } from './replay-log.ts'
import { isDrawn, type Sample } from './sample.ts'
import { manifestDifference, saysControl } from './served-manifest.ts'

export type Maps = Readonly<Record<MapName, MapAudit>>

interface IndexReplayParts {
  readonly about: string
  readonly reader: SignedReader
  readonly maps: Maps
  /** Manifests of the entries below are served. */
  readonly mapped: TreeSize
  readonly sample?: Sample
  /** Of an earlier audit. */
  readonly kept?: AuditState
}

/** Takes in the log's entries, in order. */
export class IndexReplay {
  readonly #parts: IndexReplayParts
  readonly #manifests: ReadAhead<Uint8Array>
  readonly #controls: KeptControl[]
  readonly #derivable: LogIndex[]
  #edge: RightEdge
  #derived: number

  constructor(parts: IndexReplayParts) {
    this.#parts = parts
    const { reader, kept, sample } = parts
    const { client, options } = reader.walk
    this.#edge = kept?.edge ?? emptyEdge
    this.#derived = kept?.derived ?? 0
    this.#derivable = [...(kept?.derivable ?? [])]
    this.#controls = [...(kept?.controls ?? [])]
    // Judged before; of a sample nothing is judged.
    if (sample === undefined) for (const one of this.#controls) foldKept(reader.trust, one)
    this.#manifests = new ReadAhead(
      (from, to) => client.maps.manifests(from as LogIndex, to as TreeSize, options),
      parts.mapped,
    )
  }

  get derived(): number {
    return this.#derived
  }

  get unreadable(): readonly LogIndex[] {
    return [...this.#parts.reader.unreadable].map(logIndex)
  }

  /** Those of them from which a manifest follows. */
  get derivable(): readonly LogIndex[] {
    return this.#derivable
  }

  /** What a map is made of now. */
  reached(map: MapName): Pick<RightMap, 'size' | 'controls'> {
    const { size } = this.#edge
    const { mapped } = this.#parts
    return { size: map === 'components' && mapped < size ? mapped : size, controls: this.#controls }
  }

  /** Whether both maps are of exactly the entries that were taken in; of later ones nobody has said yet which could be read. */
  get isExact(): boolean {
    return this.#edge.size <= this.#parts.mapped
  }

  /** Whether `isExact` will not hold of any further entry. */
  get isAtEnd(): boolean {
    return this.#edge.size === this.#parts.mapped
  }

  state(): Uint8Array {
    const { about, reader, maps } = this.#parts
    return formatAuditState({
      about,
      replay: reader.walk.replay,
      edge: this.#edge,
      derived: this.#derived,
      derivable: this.#derivable,
      controls: this.#controls,
      maps: { components: maps.components.replay.keep(), status: maps.status.replay.keep() },
    })
  }

  async take({ from, entries }: Bundle): Promise<void> {
    const { reader, sample } = this.#parts
    const bodies = entries.map((entry, i) => readBody(reader.walk, logIndex(from + i), entry))
    if (from === 0) await compareTrustRoot(reader.walk, bodies[0])
    const next = (at: number, judged?: JudgedEntry): Promise<void> =>
      this.#takeOne(logIndex(at), entries[at - from], bodies[at - from], judged)
    let at: number = from
    if (sample === undefined) {
      for await (const judged of auditSigned(reader, from, bodies)) {
        for (; at < judged.index; at++) await next(at)
        await next(at++, judged)
      }
    }
    for (; at < from + entries.length && reader.walk.problems.length < MAX_PROBLEMS; at++) await next(at)
  }

  async #takeOne(
    index: LogIndex,
    entry: Uint8Array | undefined,
    body: HashedRekord | undefined,
    given: JudgedEntry | undefined,
  ): Promise<void> {
    const { components, status } = this.#parts.maps
    if (entry === undefined) throw new Error(`entry ${index} is not in its bundle`)
    this.#edge = appendLeaves(this.#edge, [leafHash(entry)])
    const served = await this.#readManifest(index)
    const judged = given ?? (await this.#look(index, body, served?.lines))
    if (judged !== undefined) this.#postStatus(judged, served)
    if (index < this.#parts.mapped) this.#postComponents(index, served, judged)
    await components.reach(this.#edge)
    await status.reach(this.#edge)
  }

  /** As served; undefined if there is none, or none that can be read, which is noted. */
  async #readManifest(index: LogIndex): Promise<ServedManifest | undefined> {
    const { reader, mapped } = this.#parts
    if (index >= mapped) return undefined
    const where = `manifest of entry ${index}`
    const found = await fetched(() => this.#manifests.read(index))
    if ('cause' in found) {
      noteProblem(reader.walk, where, found.cause)
      return undefined
    }
    const lines = attempt(reader.walk, where, () => parseManifest(found.value))
    return lines && { bytes: found.value, lines }
  }

  /**
   * What was signed, where that has to be known: of a sample, of control statements, and where no manifest says which
   * these are.
   */
  async #look(
    index: LogIndex,
    body: HashedRekord | undefined,
    lines: readonly ManifestLine[] | undefined,
  ): Promise<JudgedEntry | undefined> {
    const { reader, sample } = this.#parts
    if (sample === undefined || body === undefined) return undefined
    const isWanted = lines === undefined || lines.length === 0 || saysControl(lines) || isDrawn(sample, index)
    return isWanted ? readSigned(reader, index, body) : undefined
  }

  #postStatus(judged: JudgedEntry, served: ServedManifest | undefined): void {
    const { reader, maps } = this.#parts
    const { index, statement } = judged
    this.#derived++
    const isReadable = !reader.unreadable.has(index)
    if (!isReadable && judged.derived !== undefined) this.#derivable.push(index)
    this.#compare(index, served, (isReadable && judged.derived) || [])
    const keys = attempt(reader.walk, `entry ${index}`, () => statusFacts(statement)) ?? []
    maps.status.replay.post(keys, index)
    if (keys.length > 0) this.#controls.push({ index, key: judged.key, signed: judged.signed })
  }

  #postComponents(
    index: LogIndex,
    served: ServedManifest | undefined,
    judged: JudgedEntry | undefined,
  ): void {
    const { reader, maps } = this.#parts
    const lines = judged === undefined ? (served?.lines ?? []) : judged.derived
    const isReadable = lines !== undefined && !reader.unreadable.has(index)
    const { keys, manifest } = componentFacts(lines ?? [], isReadable)
    maps.components.replay.post(keys, index)
    maps.components.replay.setManifest(index, manifest)
    if (lines !== undefined) maps.components.noteStated(index, lines, isReadable)
  }

  #compare(index: LogIndex, served: ServedManifest | undefined, derived: readonly ManifestLine[]): void {
    if (served === undefined) return
    const what = manifestDifference(index, served.bytes, derived)
    if (what === undefined) return
    const { walk } = this.#parts.reader
    noteProblem(walk, `manifest of entry ${index}`, new Fault('map-differs', what))
  }
}

interface ServedManifest {
  readonly bytes: Uint8Array
  readonly lines: readonly ManifestLine[]
}

function foldKept(trust: TrustState, { index, key, signed }: KeptControl): void {
  const control = parseControl(parseStatement(parsePae(signed).payload))
  if (control !== undefined) foldControl(trust, { index, attestation: attestationIdOf(signed), key, control })
}
