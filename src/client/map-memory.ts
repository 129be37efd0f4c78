/**
 * Answers that may prove that they are complete: the output logs of both maps are remembered as the log itself is
 * (log-memory.ts). A root of before the one that was seen last is refused: a revocation that was in the newer one may be missing.
 */
import { outputLogKey, type MapName } from '../map/output-log.ts'
import type { AsOf } from '../verify/answer.ts'
import type { Completeness } from '../verify/completeness-wire.ts'
import { openSigned } from '../verify/map-root.ts'
import type { Shape } from '../verify/shape.ts'
import { seeOutputLog } from './ask-maps.ts'
import type { Asker, CallOptions, Sent } from './asker.ts'

/**
 * As `Asker.ask`, and what the proof rests on continues every output checkpoint that was seen before.
 *
 * @throws Fault `bad-proof` (`log-rolled-back`, `log-forked`, …) as `seeOutputLog`; as `Asker.ask`
 */
export function askUnderMaps<T extends { readonly asOf: AsOf; readonly complete?: Completeness }>(
  asker: Asker,
  path: string,
  shape: Shape<T>,
  options: CallOptions,
  sent?: Sent,
): Promise<T> {
  const noteOf =
    (map: MapName) =>
    ({ complete }: T): string | undefined => {
      const note = complete?.[map]?.map.checkpoint
      if (note !== undefined)
        openSigned(`${map} map: output log`, note, outputLogKey(asker.trust.logKey, map))
      return note
    }
  const ask = () => asker.ask(path, shape, options, sent)
  const underStatus = () => seeOutputLog(asker, 'status', options, ask, noteOf('status'))
  return seeOutputLog(asker, 'components', options, underStatus, noteOf('components'))
}
