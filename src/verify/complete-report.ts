/** What a proof of completeness establishes and what it leaves open (index.md 1), in sentences. */
import type { LogIndex, TreeSize } from '../brand.ts'
import { formatHex } from '../encoding/hex.ts'
import type { CompleteAnswer } from './complete-entries.ts'
import type { CheckedMapRoot } from './map-root.ts'
import type { NotEstablished } from './open-question.ts'

export function establishedBy({
  components,
  status,
  through,
  byManifest,
}: CompleteAnswer): readonly string[] {
  return [
    ...(byManifest.length === 0
      ? []
      : [
          `What ${byManifest.length} further entries state is in their manifests, as the map has them: ${entryList(byManifest)}.`,
        ]),
    `No row is missing as of size ${through}: every entry below that states what was asked, and every other one about the same images, was looked at (${published(components)}).`,
    `No revocation, annulment or trust root that touches them is missing as of size ${through} (${published(status)}).`,
    ...cosignedBy(components, status),
  ]
}

/** By whom, and as of when, of each that must be. */
export function cosignedBy(...roots: readonly CheckedMapRoot[]): readonly string[] {
  return roots.flatMap(({ cosigned }) => (cosigned ? [cosigned.sentence] : []))
}

/** Nobody reads more; whoever needs all of them has the report's data. */
const MAX_NAMED = 50

export function entryList(indexes: readonly LogIndex[]): string {
  const named = indexes.map((index) => `#${index}`)
  return [...named.slice(0, MAX_NAMED), ...(named.length > MAX_NAMED ? ['…'] : [])].join(' ')
}

export function published({ map, root, published: { origin, size } }: CheckedMapRoot): string {
  return `${map} map ${formatHex(root).slice(0, 16)}…, entry ${size - 1} of ${origin}`
}

/** Those whom the reader wants to have looked at it vouch for each. */
export function areCosigned(...roots: readonly CheckedMapRoot[]): boolean {
  return roots.every(({ cosigned }) => cosigned)
}

/** Open where nobody asks for cosignatures. */
export const AUDITED =
  'That the maps are right: the operator published them for everybody, and whoever replays the log finds a wrong one, but no auditor’s word was checked.'

/** @param size of the log, as the answer's checkpoint has it */
export function leftOpenBy(
  { components, status, through, unreadable, byManifest }: CompleteAnswer,
  size: TreeSize,
): readonly NotEstablished[] {
  const inMaps = Math.min(components.size, status.size)
  const why = through < inMaps ? 'the answer leaves them out' : 'they came after a map that this rests on'
  const open: NotEstablished[] = [
    ...(areCosigned(components, status)
      ? []
      : [
          {
            id: 'audited' as const,
            text: AUDITED + (byManifest.length === 0 ? '' : ' Nor that manifests say what was signed.'),
          },
        ]),
    {
      id: 'declared',
      text: 'What is in an image beside what its SBOMs declare.',
    },
  ]
  if (through < size) {
    open.unshift({
      id: 'newer',
      text: `What the log's entries from ${through} up to its size ${size} say: ${why}.`,
    })
  }
  if (unreadable > 0) {
    open.unshift({
      id: 'unreadable',
      text: `Whether an entry that nobody could read would add a row: there are ${unreadable}.`,
    })
  }
  return open
}
