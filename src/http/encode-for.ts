/** Compression of bytes that are text for the most part, for those who ask for it. */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Request, Response } from 'express'

const compress = promisify(gzip)

/**
 * Entries and statements are JSON and shrink to a third or less; hashes do not shrink at all. Only for who asked: tlog-tiles
 * would allow it for everybody. Each coding has an ETag of its own, since that is made of the bytes sent.
 */
export async function encodeFor(
  request: Request,
  response: Response,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  response.vary('Accept-Encoding')
  if (request.acceptsEncodings('gzip', 'identity') !== 'gzip') return bytes
  response.setHeader('content-encoding', 'gzip')
  return compress(bytes)
}
