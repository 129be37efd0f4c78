/** Sentences that every answer of rows ends with: how far it reaches, and what was checked here. */
import type { Fault } from '../errors.ts'
import type { AsOf } from '../verify/answer.ts'
import type { CompleteAnswer } from '../verify/complete-entries.ts'
import { cosignedBy } from '../verify/complete-report.ts'
import type { CheckedMapRoot, Cosigned } from '../verify/map-root.ts'
import { plural } from './table.ts'
import { visible } from './terminal.ts'

/** What each row was made of. */
export function eachRow(complete?: Pick<CompleteAnswer, 'byManifest'>): string {
  const lined = complete?.byManifest.length ?? 0
  const of =
    lined === 0 ? '' : `, or of ${plural(lined, 'entry', 'entries')} from the manifest in the published map`
  return `Each row was made again here from what was signed${of}, and is proven to be in the log.`
}

const SERVERS_WORD = 'The counts, and that no row is missing, are the server’s word.'
const COUNTS_WORD = 'The counts of other images are the server’s word.'

/** Whether a row may be missing, and on whose word. */
export function missingSentence(
  { treeSize }: AsOf,
  { complete, unproven }: { readonly complete?: CompleteAnswer; readonly unproven?: Fault },
): readonly [mark: string, sentence: string] {
  if (complete === undefined) {
    const why = unproven === undefined ? '' : ` It could not be proven: ${visible(unproven.message)}`
    return ['? ', `${SERVERS_WORD}${why}`]
  }
  const size = complete.through
  const newer =
    treeSize > size
      ? `; what ${plural(treeSize - size, 'newer entry', 'newer entries')} say is not in it`
      : ''
  const what = `No row is missing, and no revocation behind them, as of ${plural(size, 'entry', 'entries')}`
  const by = cosignedBy(complete.components, complete.status)
  const vouched = by.length === 0 ? ', which auditors replay.' : `. ${by.map(visible).join(' ')}`
  return ['✓ ', `${what}${newer}: proven by the published maps${vouched} ${COUNTS_WORD}`]
}

/** Whether a revocation may be missing, and on whose word. @param size as of which none is; undefined: the server's word */
export function notRevokedSentence(
  { treeSize }: AsOf,
  {
    size,
    unproven,
    cosigned,
  }: { readonly size?: number; readonly unproven?: Fault; readonly cosigned?: Cosigned | undefined },
): readonly [mark: string, sentence: string] {
  if (size === undefined) {
    const why = unproven === undefined ? '' : ` It could not be proven: ${visible(unproven.message)}`
    return ['? ', `That no revocation was left out is the server’s word.${why}`]
  }
  const newer = treeSize > size ? `, of ${treeSize}` : ''
  const age =
    cosigned === undefined
      ? ', which auditors replay. Its age is the server’s word.'
      : `, at witnessed time ${cosigned.at}. ${visible(cosigned.sentence)}`
  return [
    '✓ ',
    `No revocation is missing as of size ${size}${newer}: proven by the published status map${age}`,
  ]
}

/** For JSON: absent where nobody asks for it. */
export function cosignedJson(...roots: readonly CheckedMapRoot[]): object {
  const named = roots.flatMap(({ map, cosigned }) =>
    cosigned === undefined ? [] : [[map, { at: cosigned.at, by: cosigned.by }] as const],
  )
  return named.length === 0 ? {} : { cosigned: Object.fromEntries(named) }
}

/** Of rows of unknown images: each entry is proven, what it means is not. */
export const UNKNOWN_IS_SERVERS_WORD =
  'That no SBOM of these images counts, and that no image is missing, is the server’s word; each entry in KNOWN BY is proven to be in the log.'
/** Of a search by a name. */
export const NAMES_WORD =
  'That the name means these packages and no others is the server’s word: one that it left out was not looked for.'
export const VEX_WORD =
  'That no newer VEX statement takes back one that is shown, or says otherwise, is the server’s word.'

/** Of a search in an environment. */
export const TIMES_WORD =
  'Where and when an image ran is the claim of whoever recorded it; what nobody recorded is not here.'

export function asOfSentence({ asOf }: { readonly asOf: AsOf }): string {
  return `As of ${plural(asOf.treeSize, 'entry', 'entries')} of ${visible(asOf.origin)}. ${indexSentence(asOf)}`
}

function indexSentence({ treeSize, indexedThrough, recordedAt }: AsOf): string {
  const behind = treeSize - indexedThrough
  // Because the index is behind, or since an earlier size was asked for.
  if (behind > 0)
    return `Answered as of size ${indexedThrough}, without the ${plural(behind, 'newer entry', 'newer entries')}.`
  return recordedAt === null
    ? 'Index up to date.'
    : `Index up to date (newest: ${visible(recordedAt)}, the server’s word).`
}
