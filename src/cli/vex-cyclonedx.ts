/**
 * A search as a draft of CycloneDX VEX (1.6): the images with what was found inside, and for each advisory an analysis
 * that is `in_triage`, since nobody has decided yet.
 */
import { parsePurl } from '../sbom/purl.ts'
import type { SearchMatch } from '../verify/search.ts'
import { versionOf, whyOf } from './search-words.ts'
import {
  DRAFT,
  imagePurl,
  noteOf,
  vexFindings,
  type VexContext,
  type VexFinding,
  type VexImage,
} from './vex-findings.ts'

export function cycloneDxVex(context: VexContext): object {
  const findings = vexFindings(context)
  const content = {
    components: imagesOf(findings).map((one) => imageComponent(one, context)),
    vulnerabilities: findings.map((one) => vulnerabilityOf(one, context)),
  }
  const { origin, treeSize, rootHash } = context.answer.asOf
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: context.serial,
    version: 1,
    metadata: {
      timestamp: context.now,
      tools: { components: [{ type: 'application', name: 'attestree', version: context.version }] },
      properties: properties({
        draft: DRAFT,
        log: origin,
        treeSize: String(treeSize),
        rootHash,
      }),
    },
    ...content,
  }
}

/** Each once, with what any advisory found in it. */
function imagesOf(findings: readonly VexFinding[]): readonly VexImage[] {
  const images = new Map<string, VexImage>()
  for (const one of findings.flatMap(({ images: found }) => found)) {
    const known = images.get(one.image)
    images.set(one.image, { ...one, matches: [...(known?.matches ?? []), ...one.matches] })
  }
  return [...images.values()]
}

function imageComponent(one: VexImage, context: VexContext): object {
  const purl = imagePurl(one)
  const matches = [...new Map(one.matches.map((match) => [match.component, match])).values()]
  return {
    type: 'container',
    'bom-ref': one.image,
    name: one.names[0] ?? one.image,
    version: one.image,
    hashes: [{ alg: 'SHA-256', content: one.image.slice('sha256:'.length) }],
    ...(purl === undefined ? {} : { purl }),
    components: matches.map((match) => foundComponent(one, match, context)),
  }
}

function foundComponent(one: VexImage, match: SearchMatch, { answer }: VexContext): object {
  const isPurl = match.component.startsWith('pkg:')
  const { namespace, name } = isPurl
    ? parsePurl(match.component, { lenient: true })
    : { name: match.component }
  return {
    type: 'library',
    'bom-ref': refOf(one, match),
    ...(namespace === undefined ? {} : { group: namespace }),
    name,
    ...(match.version === '' ? {} : { version: match.version }),
    ...(isPurl ? { purl: match.component } : {}),
    properties: properties({ sbomEntry: String(match.entry), why: whyOf(match, answer.question) }),
  }
}

function vulnerabilityOf(finding: VexFinding, context: VexContext): object {
  const { advisory, aliases, status, images } = finding
  return {
    'bom-ref': `${advisory}#${status}`,
    id: advisory,
    source: { url: `https://osv.dev/vulnerability/${encodeURIComponent(advisory)}` },
    ...(aliases.length === 0 ? {} : { properties: properties({ aliases: aliases.join(' ') }) }),
    analysis: { state: 'in_triage', detail: noteOf(finding, context) },
    affects: images.flatMap((one) => affectsOf(one)),
  }
}

function affectsOf(one: VexImage): readonly object[] {
  const byComponent = new Map<string, SearchMatch>()
  for (const match of one.matches) {
    if (byComponent.get(match.component)?.status !== 'affected') byComponent.set(match.component, match)
  }
  return [...byComponent.values()].map((match) => ({
    ref: refOf(one, match),
    versions: [{ version: versionOf(match), status: match.status === 'affected' ? 'affected' : 'unknown' }],
  }))
}

function refOf({ image }: VexImage, { component }: SearchMatch): string {
  return `${image}#${component}`
}

function properties(values: Readonly<Record<string, string>>): readonly object[] {
  return Object.entries(values).map(([name, value]) => ({ name: `attestree:${name}`, value }))
}
