/**
 * PEM (RFC 7468): one block, one label, nothing around it but white space.
 *
 * What is in it is the business of crypto/. Nothing of the text is repeated in a message: it may be a secret.
 */
import { Fault } from '../errors.ts'
import { formatBase64, parseBase64 } from './base64.ts'

/** An RSA private key of 4096 bits takes 3.3 kB, in cosign's key file 5 kB. */
const MAX_PEM_CHARACTERS = 32_768

/** Base64 in lines of 64, and a final newline. */
export function formatPem(label: string, der: Uint8Array): string {
  const lines = formatBase64(der).match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

const block = /^-----BEGIN ([A-Z0-9 ]{1,60})-----[ \t]*\n([A-Za-z0-9+/=\n]*)-----END ([A-Z0-9 ]{1,60})-----$/

/**
 * The bytes of the only block. Lines may have any length and end in LF or CR LF.
 *
 * @throws Fault `malformed` (`pem-malformed`, `base64-malformed`)
 */
export function parsePem(text: string, label: string, subject = 'PEM'): Uint8Array {
  const found = readPem(text, subject)
  if (found.label !== label) {
    throw new Fault('pem-malformed', `${subject}: expected PEM labelled ${label}, got ${found.label}`)
  }
  return found.der
}

/** The only block with its label. @throws Fault as parsePem */
export function readPem(text: string, subject = 'PEM'): { label: string; der: Uint8Array } {
  if (text.length > MAX_PEM_CHARACTERS) {
    throw new Fault(
      'pem-malformed',
      `${subject}: expected at most ${MAX_PEM_CHARACTERS} characters, got ${text.length}`,
    )
  }
  const [, label, body, end] = block.exec(text.replaceAll('\r\n', '\n').trim()) ?? []
  if (label === undefined || body === undefined || label !== end) {
    throw new Fault(
      'pem-malformed',
      `${subject}: expected one PEM block and nothing else, got something else`,
    )
  }
  return { label, der: parseBase64(body.replaceAll('\n', ''), subject) }
}
