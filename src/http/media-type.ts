/**
 * What a request says about its body: media type (RFC 9110, 8.3) and content coding (8.4). Checked before a byte
 * of the body is read, since Express and its parsers take `text/plain`, `utf-7` and every coding they know.
 */
import type { IncomingMessage } from 'node:http'
import { Fault } from '../errors.ts'

export type ContentCoding = 'identity' | 'gzip'

const mediaType =
  /^\s*([!#$%&'*+.^_`|~\w-]+\/[!#$%&'*+.^_`|~\w-]+)((?:\s*;\s*[\w-]+=(?:"[^"\\]*"|[^\s;"]+))*)\s*$/
const charset = /;\s*charset=(?:"([^"]*)"|([^\s;"]+))/gi

/** @throws Fault `media-type-unsupported` for anything but `application/json`, in UTF-8 if it names a charset. */
export function checkJsonType(request: IncomingMessage): void {
  const type = request.headers['content-type']
  if (type === undefined || countOf(request, 'content-type') > 1)
    throw unsupported('Content-Type', 'application/json', type && 'two of them')
  const [, essence, parameters] = mediaType.exec(type) ?? []
  if (essence?.toLowerCase() !== 'application/json')
    throw unsupported('Content-Type', 'application/json', type)
  for (const [, quoted, plain] of (parameters ?? '').matchAll(charset)) {
    if ((quoted ?? plain)?.toLowerCase() !== 'utf-8') throw unsupported('charset', 'utf-8', quoted ?? plain)
  }
}

/** Of two fields Node shows the first; another reader might take the second. */
export function countOf({ rawHeaders }: IncomingMessage, field: string): number {
  const isNamed = (text: string, at: number): boolean =>
    at % 2 === 0 && text.length === field.length && text.toLowerCase() === field
  return rawHeaders.filter(isNamed).length
}

/** @throws Fault `media-type-unsupported` for any coding but gzip, and for two of them. */
export function contentCoding(request: IncomingMessage): ContentCoding {
  const coding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (coding === 'gzip' || coding === 'identity') return coding
  throw unsupported('Content-Encoding', 'gzip or identity', coding)
}

function unsupported(subject: string, expected: string, got: string | undefined): Fault {
  return new Fault(
    'media-type-unsupported',
    `${subject}: expected ${expected}, got ${got?.slice(0, 100) ?? 'none'}`,
    {
      hint: 'Send Content-Type: application/json, and the body as it is or with Content-Encoding: gzip.',
    },
  )
}
