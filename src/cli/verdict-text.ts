/** Why a verdict is what it is, in one line. */
import type { Verdict } from '../verify/answer.ts'

export function reasonsOf(verdict: Verdict): string {
  return verdict.reasons
    .map(({ code, mode, cutoff, entry, annulledBy }) => {
      const cut = cutoff === undefined ? '' : ` since size ${cutoff.treeSize}`
      const annulled = annulledBy === undefined ? '' : `, annulled by #${annulledBy}`
      return `${code}${mode === 'since' ? cut : ''}${entry === undefined ? '' : ` (#${entry})`}${annulled}`
    })
    .join('; ')
}
