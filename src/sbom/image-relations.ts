/**
 * Which images belong together: an index, and the image that it names for each platform. Not read from a registry, but from what
 * signers state, where it says which is which:
 *
 *     subjects    several of one repository, some with a platform in their purl and some without: those are the index
 *     SPDX        `VARIANT_OF` between two packages, of which one has a platform in its purl (tools write both directions)
 *     CycloneDX   `metadata.component` without a platform, components of the same repository with one
 *     either      what the document is about is an index by its `mediaType`, and not what the statement is about
 *
 * A document that names another digest without saying which it is gives none: it may be about another image altogether.
 */
import { acceptedDigests } from '../attestation/digest.ts'
import { documentField, member, objectsOrNone, textOrNone, type Field } from '../attestation/field.ts'
import { isImageName } from '../attestation/image.ts'
import { isControlType, predicateKind } from '../attestation/predicate-types.ts'
import type { Statement, Subject } from '../attestation/statement.ts'
import { isObject } from '../encoding/strict-json.ts'
import { Fault } from '../errors.ts'
import { makeLine, type ManifestLine } from './manifest-line.ts'
import { describedIds } from './own-subject.ts'
import { platformOf } from './platform.ts'
import { parsePurl, type Purl } from './purl.ts'
import { idOf, listOf, readGraph, rootIds } from './spdx3.ts'

/** Digests are `sha256:…`; `platform` is empty where nobody says it. */
export interface ImageRelation {
  readonly index: string
  readonly image: string
  readonly platform: string
}

/** Of one statement. An index has a dozen images; each relation is two postings in the index. */
export const MAX_RELATIONS = 200

interface NamedImage {
  readonly digest: string
  /** `host/path`, or the last part of it where no more is said. */
  readonly repository: string
  readonly platform: string
  /** Says so itself. */
  readonly isIndex: boolean
}

/** As manifest lines (`i`); none of control statements, which are about no image. */
export function relationLines(statement: Statement): readonly ManifestLine[] {
  return imageRelations(statement).map(({ index, image, platform }) =>
    makeLine('i', index, '', { of: image, platform }),
  )
}

/** Each once, in the statement's order; only those of which the statement is about one side. */
export function imageRelations(statement: Statement): readonly ImageRelation[] {
  if (isControlType(statement.predicateType)) return []
  const subjects = statement.subjects.flatMap(subjectImages)
  const own = new Set(subjects.map((one) => one.digest))
  const found = new Map<string, ImageRelation>()
  for (const relation of [...pairsOf(subjects), ...documentRelations(statement, subjects)]) {
    const { index, image } = relation
    const key = `${index} ${image}`
    if (index === image || found.has(key) || !(own.has(index) || own.has(image))) continue
    found.set(key, relation)
    if (found.size >= MAX_RELATIONS) break
  }
  return [...found.values()]
}

/** Of each index with each platform image of the same repository. */
function* pairsOf(images: readonly NamedImage[]): Generator<ImageRelation> {
  const indexes = images.filter((one) => !isOfPlatform(one))
  for (const image of images.filter(isOfPlatform)) {
    for (const index of indexes) if (isSameRepository(index, image)) yield relationOf(index, image)
  }
}

function isOfPlatform({ platform, isIndex }: NamedImage): boolean {
  return platform !== '' && !isIndex
}

function relationOf(index: NamedImage, { digest: image, platform }: NamedImage): ImageRelation {
  return { index: index.digest, image, platform }
}

/** `pkg:oci/shop` without an address may be kept anywhere. */
function isSameRepository({ repository: a }: NamedImage, { repository: b }: NamedImage): boolean {
  const isBare = !a.includes('/') || !b.includes('/')
  return a === b || (isBare && lastPart(a) === lastPart(b))
}

function lastPart(repository: string): string {
  return repository.slice(repository.lastIndexOf('/') + 1)
}

function subjectImages({ name, digest }: Subject): readonly NamedImage[] {
  const [sha256] = acceptedDigests(digest).filter((one) => one.startsWith('sha256:'))
  if (sha256 === undefined || !isImageName(name)) return []
  const purl = imagePurl(name)
  if (purl !== undefined) return [namedBy(purl, name, sha256)]
  const repository = name.replace(/@.*$/s, '').replace(/:[^/:]*$/, '')
  return [{ digest: sha256, repository: repository.toLowerCase(), platform: '', isIndex: false }]
}

/** What a purl of an image with a digest names. */
function imageIn(text: string): readonly NamedImage[] {
  const purl = imagePurl(text)
  const digest = purl?.version ?? ''
  return purl !== undefined && /^sha256:[0-9a-f]{64}$/.test(digest) ? [namedBy(purl, text, digest)] : []
}

function namedBy({ namespace = '', name, qualifiers }: Purl, text: string, digest: string): NamedImage {
  const path = namespace === '' ? name : `${namespace}/${name}`
  return {
    digest,
    repository: (qualifiers['repository_url'] ?? path).toLowerCase(),
    platform: platformOf([text]),
    isIndex: /image\.index|manifest\.list/i.test(qualifiers['mediatype'] ?? ''),
  }
}

function imagePurl(text: string): Purl | undefined {
  if (!/^pkg:\/*(oci|docker)\//i.test(text)) return undefined
  try {
    return parsePurl(text, { lenient: true })
  } catch (cause) {
    if (cause instanceof Fault) return undefined
    throw cause
  }
}

function documentRelations(
  { predicateType, predicate }: Statement,
  subjects: readonly NamedImage[],
): readonly ImageRelation[] {
  const kind = predicateKind(predicateType)
  if ((kind !== 'cyclonedx' && kind !== 'spdx') || !isObject(predicate)) return []
  const whole = documentField({ subject: 'SBOM', reason: 'sbom-unacceptable' }, predicate)
  const { about, related } = kind === 'cyclonedx' ? inCycloneDx(whole) : inSpdx(whole)
  const indexes = about.filter(({ isIndex }) => isIndex)
  const ofSubjects = subjects
    .filter((subject) => !subject.isIndex && !indexes.some((one) => one.digest === subject.digest))
    .flatMap((subject) => indexes.map((index) => relationOf(index, subject)))
  return [...related, ...ofSubjects]
}

interface Told {
  /** What the document is about. */
  readonly about: readonly NamedImage[]
  readonly related: readonly ImageRelation[]
}

function inCycloneDx(whole: Field): Told {
  const metadata = member(whole, 'metadata')
  const component = isObject(metadata.value) ? member(metadata, 'component') : undefined
  if (component === undefined || !isObject(component.value)) return { about: [], related: [] }
  const about = imageIn(textOrNone(component, 'purl'))
  const [index] = about
  if (index === undefined || isOfPlatform(index)) return { about, related: [] }
  const listed = [...objectsOrNone(component, 'components'), ...objectsOrNone(whole, 'components')]
  const images = listed.flatMap((one) => imageIn(textOrNone(one, 'purl'))).filter(isOfPlatform)
  return { about, related: [...pairsOf([index, ...images])] }
}

function inSpdx(whole: Field): Told {
  const { roots, variants, purlsOf } =
    isObject(whole.value) && '@context' in whole.value ? spdx3(whole) : spdx2(whole)
  const imagesOf = (id: string): readonly NamedImage[] => (purlsOf.get(id) ?? []).flatMap(imageIn)
  return {
    about: [...roots].flatMap(imagesOf),
    related: variants.flatMap(([a, b]) => relationBetween(imagesOf(a)[0], imagesOf(b)[0])),
  }
}

/** Whichever is the variant of the other: the platform tells. */
function relationBetween(a: NamedImage | undefined, b: NamedImage | undefined): readonly ImageRelation[] {
  if (a === undefined || b === undefined || isOfPlatform(a) === isOfPlatform(b)) return []
  return [isOfPlatform(a) ? relationOf(b, a) : relationOf(a, b)]
}

interface SpdxTold {
  readonly roots: ReadonlySet<string>
  readonly variants: readonly (readonly [string, string])[]
  /** Of packages that are named here, by their ids. */
  readonly purlsOf: ReadonlyMap<string, readonly string[]>
}

function spdx2(whole: Field): SpdxTold {
  const relationships = member(whole, 'relationships').value
  const roots = describedIds(member(whole, 'documentDescribes').value, relationships)
  const variants = listOf(relationships).flatMap((one): [string, string][] =>
    isObject(one) && one['relationshipType'] === 'VARIANT_OF'
      ? [[idText(one['spdxElementId']), idText(one['relatedSpdxElement'])]]
      : [],
  )
  const wanted = new Set([...roots, ...variants.flat()])
  const purlsOf = new Map(
    objectsOrNone(whole, 'packages')
      .filter((one) => wanted.has(textOrNone(one, 'SPDXID')))
      .map((one) => [
        textOrNone(one, 'SPDXID'),
        objectsOrNone(one, 'externalRefs').map((reference) => textOrNone(reference, 'referenceLocator')),
      ]),
  )
  return { roots, variants, purlsOf }
}

function spdx3(whole: Field): SpdxTold {
  const graph = readGraph(whole)
  const variants = graph.relationships.flatMap((one): [string, string][] =>
    one['relationshipType'] === 'hasVariant'
      ? listOf(one['to']).map((to) => [idOf(one['from']), idOf(to)])
      : [],
  )
  const roots = rootIds(graph)
  const wanted = new Set([...roots, ...variants.flat()])
  const purlsOf = new Map(
    graph.packages
      .filter((one) => wanted.has(idOf(one.value)))
      .map((one) => [
        idOf(one.value),
        [
          textOrNone(one, 'software_packageUrl'),
          ...objectsOrNone(one, 'externalIdentifier').map((other) => textOrNone(other, 'identifier')),
        ],
      ]),
  )
  return { roots, variants, purlsOf }
}

function idText(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
