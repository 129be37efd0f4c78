/** Where an image runs, and since when, as a manifest line (`e`); the note is for people alone. */
import { parseDeployment } from '../attestation/deployment.ts'
import { predicateKind } from '../attestation/predicate-types.ts'
import type { Statement } from '../attestation/statement.ts'
import { makeLine, type ManifestLine } from './manifest-line.ts'

/** None if it is no deployment. @throws Fault `unacceptable` (`predicate-unacceptable`), `unsupported` */
export function deploymentLines(statement: Statement): readonly ManifestLine[] {
  if (predicateKind(statement.predicateType) !== 'deployment') return []
  const { environment, cluster = '', from, until = '' } = parseDeployment(statement)
  return [makeLine('e', environment, '', { cluster, from, until })]
}
