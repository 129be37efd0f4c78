/** What a fraud proof shows, for people and as JSON. */
import { formatBase64 } from '../encoding/base64.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { formatHex } from '../encoding/hex.ts'
import { isManifestKey, unreadableKey } from '../map/keys.ts'
import type { FraudReport } from '../verify/fraud-proof.ts'

export function fraudJson({ root, key, published, earlier, ...report }: FraudReport): object {
  return {
    ...report,
    root: formatHex(root),
    key: formatBase64(key),
    outputSize: published.size,
    ...(earlier && { earlier: { ...earlier, root: formatHex(earlier.root) } }),
  }
}

export function fraudSentence(report: FraudReport): string {
  const { map, entry, wrong, key, line, size, earlier } = report
  if (earlier !== undefined)
    return `the ${map} map of size ${size} ${saysOf(report, !earlier.isListed)}, that of size ${earlier.size} ${saysOf(report, earlier.isListed)}: an entry is never listed otherwise later`
  const what = line === undefined ? `key ${formatHex(key)}` : line.replaceAll('\t', ' ').trimEnd()
  if (wrong === 'manifest')
    return `the ${map} map commits to another manifest of entry #${entry} than was signed`
  if (wrong === 'missing') return `the ${map} map does not list entry #${entry} under what it states: ${what}`
  return `the ${map} map lists entry #${entry} under what it does not state: ${what}`
}

function saysOf({ entry, key }: FraudReport, isListed: boolean): string {
  if (isManifestKey(key))
    return `commits to ${isListed ? 'one manifest' : 'another manifest'} of entry #${entry}`
  const where = equalBytes(key, unreadableKey)
    ? 'among those that could not be read'
    : `under key ${formatHex(key)}`
  return `${isListed ? 'lists' : 'does not list'} entry #${entry} ${where}`
}
