/** A search in plain words: why something matches, what was asked, and how it is said in a sentence. */
import type { JudgementReason } from '../sbom/advisory/affected.ts'
import type {
  MatchWay,
  SearchMatch,
  SearchPart,
  SearchQuestion,
  SearchRow,
  SearchVex,
} from '../verify/search.ts'

const ways: Readonly<Record<MatchWay, string>> = {
  purl: 'purl',
  alias: 'another name of the package',
  source: 'source package',
  cpe: 'CPE',
  hash: 'hash',
  name: 'name',
}

const reasons: Readonly<Record<JudgementReason, string>> = {
  'version-listed': 'its version is named',
  'in-range': 'version in the range',
  'out-of-range': 'version out of the range',
  'other-distro': 'of another distribution',
  'no-version': 'no version stated',
  'no-order': 'version cannot be ordered',
  'no-distro': 'no release of the distribution stated',
  'no-range': 'the advisory names no versions',
  'git-range': 'the advisory names commits only',
  'range-unreadable': 'the advisory’s range is not understood',
  'name-only': 'by name only, without a purl',
}

/** `purl, version in the range (GHSA-…)`; of a hash or a CPE as asked, that alone. */
export function whyOf({ why, reason, part }: SearchMatch, question: SearchQuestion): string {
  const asked = question.parts[part]
  const isAsAsked = reason === 'version-listed' && (why === 'hash' || why === 'cpe')
  const words = reason === 'in-range' && meansAny(asked) ? 'any version was asked for' : reasons[reason]
  const from = asked?.from === undefined ? '' : ` (${asked.from})`
  return `${ways[why]}${isAsAsked ? '' : `, ${words}`}${from}`
}

function meansAny(part: SearchPart | undefined): boolean {
  if (part?.kind !== 'package') return false
  return part.affected.ranges.some(
    (one) => one.kind === 'vers' && one.range.constraints[0]?.comparator === '*',
  )
}

/** `whyOf` for people: with how sure that is. */
export function sureWhyOf(match: SearchMatch, question: SearchQuestion): string {
  return `${whyOf(match, question)}, ${match.confidence} confidence`
}

/** `syft 1.4.1`; '' if the SBOM names no tool. */
export function toolOf({ madeBy }: SearchRow, entry: number): string {
  const { tool = '', toolVersion = '' } = madeBy.find((one) => one.entry === entry) ?? {}
  return `${tool} ${toolVersion}`.trim()
}

/** The component without its version. */
export function nameOf({ component, version }: SearchMatch): string {
  const at = component.lastIndexOf('@')
  return version === '' || at <= 0 ? component : component.slice(0, at)
}

/** For people, who compare versions: `1.1.1n-0+deb11u3`, where a package URL writes `1.1.1n-0%2Bdeb11u3`. */
export function shownComponent(match: SearchMatch): string {
  return match.version === '' ? match.component : `${nameOf(match)}@${match.version}`
}

export function versionOf({ version }: SearchMatch): string {
  return version === '' ? '(no version)' : version
}

/** The name that an image is shown by. */
export function imageName({ names, image }: Pick<SearchRow, 'names' | 'image'>): string {
  return names[0] ?? image
}

/** Justifications are words of a list; whoever writes more is read in the JSON. */
const MAX_JUSTIFICATION = 100

/** Which statements lift the row: `lifted by #12 (security, vulnerable_code_not_present)`. */
export function liftedBy({ vex = [] }: SearchRow): string {
  const by = vex
    .filter(({ status }) => status === 'not_affected' || status === 'fixed')
    .map(
      ({ entry, signer, status, justification }) =>
        `#${entry} (${signer}, ${shortOf(justification) || status})`,
    )
  return `lifted by ${unique(by).join(', ')}`
}

/** `VEX #12: security says not_affected (vulnerable_code_not_present) of CVE-2021-44228 in pkg:…` */
export function vexText({
  entry,
  signer,
  status,
  justification,
  vulnerability,
  components,
}: SearchVex): string {
  const why = justification === '' ? '' : ` (${shortOf(justification)})`
  return `VEX #${entry}: ${signer} says ${status}${why} of ${vulnerability} in ${components.join(' ')}`
}

/** `prod (eu-1) since 2026-11-10T00:00:00Z, says ci #12, disputed by #14`, each once. */
export function deploymentsOf({ deployments = [] }: SearchRow): readonly string[] {
  return unique(
    deployments.map(({ environment, cluster, from, until, signer, entry, disputedBy }) => {
      const period = until === null ? `since ${from}` : `from ${from} until ${until}`
      const others = disputedBy.map((one) => `#${one}`).join(' ')
      const disputed = others === '' ? '' : `, disputed by ${others}`
      const place = cluster === null ? environment : `${environment} (${cluster})`
      return `${place} ${period}, says ${signer} #${entry}${disputed}`
    }),
  )
}

/** `platform image (linux/amd64) of sha256:… registry.example/shop:1.4, says #12`, for each index and platform image. */
export function lineageOf({ lineage = [] }: Pick<SearchRow, 'lineage'>): readonly string[] {
  return lineage.map(({ is, image, platform, names, entries }) => {
    const of = platform === '' ? '' : ` (${platform})`
    const what = is === 'index' ? `platform image${of} of` : `index of${of}`
    return `${[what, image, ...names].join(' ')}, says ${entries.map((entry) => `#${entry}`).join(' ')}`
  })
}

function shortOf(justification: string): string {
  return justification.slice(0, MAX_JUSTIFICATION)
}

export function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)]
}
