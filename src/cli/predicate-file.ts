/** Documents a builder hands over: which predicate type each is of, told from its own words. */
import { CYCLONEDX, SLSA_PROVENANCE_V02, SLSA_PROVENANCE_V1, SPDX } from '../attestation/predicate-types.ts'
import { isOpenVex, readCycloneDxVex, readOpenVex } from '../attestation/vex.ts'
import { isObject, parseJson, type JsonObject } from '../encoding/strict-json.ts'
import { Fault } from '../errors.ts'
import { otherFormat } from '../sbom/other-format.ts'
import { readInput } from './key-store.ts'
import { UsageError } from './usage-error.ts'

/** A document and what it is; the bytes are signed as they are. */
export interface PredicateFile {
  readonly path: string
  readonly bytes: Uint8Array
  readonly predicateType: string
}

export async function readSbomFile(path: string): Promise<PredicateFile> {
  const bytes = await readInput(path)
  refuseOtherFormats(path, bytes)
  const document = readObject(path, bytes)
  if (document['bomFormat'] === 'CycloneDX') return { path, bytes, predicateType: CYCLONEDX }
  if ('spdxVersion' in document || '@context' in document) return { path, bytes, predicateType: SPDX }
  refuseOwnFormats(path, document)
  throw new UsageError(
    `${path}: expected an SBOM in CycloneDX or SPDX JSON`,
    'Make one: npm sbom --sbom-format cyclonedx > sbom.json, or syft IMAGE -o cyclonedx-json',
  )
}

export async function readProvenanceFile(path: string): Promise<PredicateFile> {
  const bytes = await readInput(path)
  const document = readObject(path, bytes)
  if ('buildDefinition' in document) return { path, bytes, predicateType: SLSA_PROVENANCE_V1 }
  if ('builder' in document && 'buildType' in document)
    return { path, bytes, predicateType: SLSA_PROVENANCE_V02 }
  if ('_type' in document) {
    throw new UsageError(
      `${path}: expected a provenance predicate, got a whole statement`,
      'Give its "predicate" alone; attestree makes the statement: jq .predicate FILE > predicate.json',
    )
  }
  throw new UsageError(`${path}: expected SLSA provenance v1 (buildDefinition) or v0.2 (builder, buildType)`)
}

/**
 * OpenVEX, or CycloneDX with analyses. The ledger would record any: what nobody could read later is refused here.
 *
 * @throws Fault `unacceptable` (`predicate-unacceptable`), with the place
 */
export async function readVexFile(path: string): Promise<PredicateFile> {
  const bytes = await readInput(path)
  const document = readObject(path, bytes)
  const isCycloneDx = document['bomFormat'] === 'CycloneDX'
  const predicateType = isCycloneDx ? CYCLONEDX : document['@context']
  if (typeof predicateType !== 'string' || !(isCycloneDx || isOpenVex(predicateType)))
    throw new UsageError(
      `${path}: expected VEX as OpenVEX ("@context": "https://openvex.dev/ns/…") or CycloneDX JSON`,
      'A draft to edit: attestree find --osv ADVISORY -o openvex=vex.json',
    )
  const statements = isCycloneDx ? readCycloneDxVex(document) : readOpenVex(document)
  if (statements.length === 0)
    throw new UsageError(`${path}: expected VEX, got no vulnerability with an analysis`)
  return { path, bytes, predicateType }
}

function refuseOtherFormats(path: string, bytes: Uint8Array): void {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    throw new UsageError(`${path}: expected JSON, got gzip`, `gunzip ${path}`)
  const other = otherFormat(new TextDecoder().decode(bytes.subarray(0, 4096)), path)
  if (other === undefined) return
  throw new Fault('sbom-format-unsupported', `${path}: expected JSON, got ${other.format}`, {
    hint: other.command,
  })
}

/** What the tools write by default: their own JSON, which they convert themselves. */
function refuseOwnFormats(path: string, document: JsonObject): void {
  const [tool, hint] =
    'artifacts' in document && 'descriptor' in document
      ? ["syft's own JSON", `syft convert ${path} -o cyclonedx-json=sbom.json`]
      : 'ArtifactName' in document && 'Results' in document
        ? ["trivy's own JSON", `trivy convert --format cyclonedx --output sbom.json ${path}`]
        : ['', '']
  if (tool === '') return
  throw new Fault('sbom-format-unsupported', `${path}: expected CycloneDX or SPDX JSON, got ${tool}`, {
    hint,
  })
}

function readObject(path: string, bytes: Uint8Array): JsonObject {
  const value = parseJson(bytes, { subject: path })
  if (!isObject(value)) throw new UsageError(`${path}: expected a JSON object`)
  return value
}
