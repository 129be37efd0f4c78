/**
 * Components, and what an SBOM amounts to once it is read, in whatever format it came.
 *
 * A poor document is taken (README 2.7, "Poor documents"): a component without purl or version, or with a purl that
 * nobody can read, stays in the list and is counted, so that a builder can be told what cannot be searched for.
 * cyclonedx.ts and spdx.ts read the formats; manifest.ts draws the lines.
 */
import { Fault, type FaultDetails } from '../errors.ts'
import type { Cpe } from './cpe.ts'
import { normaliseDistro, wholeModule } from './identity.ts'
import { parsePurl, type Purl } from './purl.ts'

/** README 2.7, "Limits": each component is a line of the manifest and a posting in the index. */
export const MAX_COMPONENTS = 100_000

/**
 * README 2.7, "Limits", once more: each hash of a package is a line for each of its purls. Those beyond the first purl's are
 * counted, since a list of the one times a list of the other makes of one megabyte more lines than fit into memory.
 */
const MAX_REPEATED_HASHES = 100_000

export interface Component {
  readonly name: string
  /** As stated beside the purl; empty if it is not. */
  readonly version: string
  readonly purl?: Purl
  /** A purl as written that breaks the rules of its type but can be understood (`purl` is set), or cannot be read. */
  readonly poorPurl?: string
  /** Of a package: `sha256:<hex>` and so on, of the algorithms of hashes.ts. */
  readonly hashes?: readonly string[]
  /** Of one without a purl that can be understood: nothing else is found by them. */
  readonly cpes?: readonly Cpe[]
  /** The source package as stated beside the purl: `name` or `name@version`. */
  readonly source?: string
  /** Names and expressions as written (licence.ts). */
  readonly licences?: readonly string[]
  /** A file, the operating system, or what the SBOM is about: nobody looks for it by its name. */
  readonly isNoPackage?: true
}

/** What a component may state beside its name, version and purl. */
export type ComponentDetails = Pick<Component, 'hashes' | 'cpes' | 'source' | 'licences'>

/** The program that wrote the SBOM: without path and version, in lower case; empty if none is named. */
export interface SbomTool {
  readonly name: string
  readonly version: string
}

export interface SbomDocument {
  /** For people: `CycloneDX 1.5`, `SPDX 2.3`. */
  readonly format: string
  readonly tool: SbomTool
  /** The operating system that the document describes, as `<id>-<major>[.<minor>]`; empty if it names none, or several. */
  readonly system: string
  /** When it says it was made, as written; empty if it does not. */
  readonly created: string
  /** Digests by which it names what it is about (own-subject.ts); none if it names none. */
  readonly about: readonly string[]
  /** Nested ones too, in the document's order. */
  readonly components: readonly Component[]
  /** What the components state, each once. */
  readonly licences: readonly string[]
}

/** Without those that are empty. */
export function statedDetails(details: ComponentDetails): ComponentDetails {
  return Object.fromEntries(Object.entries(details).filter(([, value]) => value.length > 0))
}

/** `purl` as the document writes it, if it does. Never refuses: what cannot be read is kept as `poorPurl`. */
export function makeComponent(
  name: string,
  version: string,
  purl: string | undefined,
  details: ComponentDetails = {},
): Component {
  if (purl === undefined || purl === '') return { name, version, ...details }
  const { cpes: _, ...found } = details
  const conforming = purlOrUndefined(purl, false)
  if (conforming !== undefined) return { name, version, ...found, purl: wholeModule(conforming, name) }
  const understood = purlOrUndefined(purl, true)
  if (understood === undefined) return { name, version, ...details, poorPurl: purl }
  return { name, version, ...found, poorPurl: purl, purl: wholeModule(understood, name) }
}

function purlOrUndefined(text: string, lenient: boolean): Purl | undefined {
  try {
    return parsePurl(text, { lenient })
  } catch (cause) {
    if (cause instanceof Fault) return undefined
    throw cause
  }
}

/** The purl's version, else the component's (tools cut the latter short: search.md 4); empty if neither states one. */
export function versionOf(component: Component): string {
  return component.purl?.version ?? component.version
}

/** The tool's name as it is compared: behind the last "/", in lower case. */
export function makeTool(name: string, version: string): SbomTool {
  return {
    name: name
      .slice(name.lastIndexOf('/') + 1)
      .trim()
      .toLowerCase(),
    version,
  }
}

/** The one system among all that are named: of two, nobody can say which a package belongs to. */
export function systemOf(systems: readonly { readonly name: string; readonly version: string }[]): string {
  const [first = '', ...others] = new Set(
    systems.map(({ name, version }) => normaliseDistro(`${name}-${version}`, '')),
  )
  return others.length === 0 ? first : ''
}

export function makeSbomDocument(
  format: string,
  tool: SbomTool,
  components: readonly Component[],
  { system = '', about = [], created = '' }: Partial<Pick<SbomDocument, 'system' | 'about' | 'created'>> = {},
): SbomDocument {
  const licences = statedLicences(components)
  return { format, tool, system, created, about, components, licences }
}

/** A package with many purls is many components with one list, which is read once. */
function statedLicences(components: readonly Component[]): readonly string[] {
  const licences = new Set<string>()
  for (const list of new Set(components.map((one) => one.licences)))
    for (const licence of list ?? []) licences.add(licence)
  return [...licences]
}

/**
 * What is common to the components of a package, counted over a document.
 *
 * @throws Fault `too-large` (`component-limit`)
 */
export function createHashCount(pointer: string): (ofPackage: readonly Component[]) => void {
  let repeated = 0
  return (ofPackage) => {
    const [first, ...others] = ofPackage
    repeated += others.length * (first?.hashes?.length ?? 0)
    if (repeated <= MAX_REPEATED_HASHES) return
    throw new Fault(
      'component-limit',
      `SBOM: expected at most ${MAX_REPEATED_HASHES} hashes of packages with several purls, got more`,
      { pointer, facts: { limit: MAX_REPEATED_HASHES } },
    )
  }
}

/** @throws Fault `too-large` (`component-limit`) */
export function checkComponentCount(count: number, pointer: string): void {
  if (count <= MAX_COMPONENTS) return
  const details: FaultDetails = { pointer, facts: { limit: MAX_COMPONENTS } }
  throw new Fault('component-limit', `SBOM: expected at most ${MAX_COMPONENTS} components, got more`, details)
}
