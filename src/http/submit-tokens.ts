/**
 * Submit tokens (README 2.7, "Exposure"): with them, only who sends one of them may submit (RFC 6750, `Bearer`). They keep
 * strangers from the door; what may be recorded is decided by signatures and grants, as without them. Reads need none.
 *
 * Only hashes of tokens are kept, and all are compared in the same time, so that neither a dump nor a clock tells one.
 */
import { timingSafeEqual } from 'node:crypto'
import type { RequestHandler } from 'express'
import { sha256 } from '../crypto/sha256.ts'
import { utf8 } from '../encoding/utf8.ts'
import { Fault } from '../errors.ts'

/** 20 characters of base64 are 120 bits: nobody tries them out. */
const MIN_TOKEN_CHARS = 20
const MAX_TOKEN_CHARS = 512
/** Each is compared at every submission. */
const MAX_TOKENS = 1_000

/**
 * One token a line; empty lines, and lines that begin with "#", are left out.
 *
 * @throws Fault `malformed` (`parameter-malformed`) with the line's number; never with the token
 */
export function parseTokens(text: string, subject: string): readonly string[] {
  const tokens: string[] = []
  for (const [at, line] of text.split('\n').entries()) {
    const token = line.trim()
    if (token === '' || token.startsWith('#')) continue
    if (!isToken(token)) {
      throw new Fault(
        'parameter-malformed',
        `${subject}: line ${at + 1}: expected a token of ${MIN_TOKEN_CHARS} to ${MAX_TOKEN_CHARS} letters, digits and -._~+/`,
        { hint: 'Make one: openssl rand -base64 32' },
      )
    }
    tokens.push(token)
  }
  if (tokens.length === 0 || tokens.length > MAX_TOKENS)
    throw new Fault(
      'parameter-malformed',
      `${subject}: expected 1 to ${MAX_TOKENS} tokens, got ${tokens.length}`,
    )
  return tokens
}

/** RFC 6750, section 2.1 (b64token). */
function isToken(text: string): boolean {
  return text.length >= MIN_TOKEN_CHARS && text.length <= MAX_TOKEN_CHARS && /^[\w.~+/-]+=*$/.test(text)
}

/**
 * Lets a request pass that brings one of the tokens; any, if no list is given.
 *
 * @throws Fault `malformed` (`parameter-malformed`) for an empty list: whoever gives one did not mean "anybody"
 */
export function requireToken(tokens: readonly string[] | undefined): RequestHandler {
  if (tokens === undefined) return (_request, _response, next) => next()
  if (tokens.length === 0)
    throw new Fault('parameter-malformed', 'submit tokens: expected at least one, got an empty list', {
      hint: 'Leave the list out to let anybody submit.',
    })
  const known = tokens.map((token) => sha256(utf8(token)))
  return (request, response, next) => {
    const [, token] = /^Bearer +(\S{1,512})$/i.exec(request.headers.authorization ?? '') ?? []
    if (token === undefined) {
      response.setHeader('www-authenticate', 'Bearer realm="submit"')
      throw new Fault('token-required', 'authorization: expected a submit token, got none', {
        hint: 'Ask the operator for one. The command line reads ATTESTREE_TOKEN_FILE, or ATTESTREE_TOKEN.',
      })
    }
    const given = sha256(utf8(token))
    // All of them, so that the time tells nothing.
    const matches = known.map((one) => timingSafeEqual(one, given))
    if (!matches.includes(true)) {
      throw new Fault('token-refused', 'authorization: expected a submit token of this ledger, got another', {
        hint: 'It may have been replaced: ask the operator.',
      })
    }
    next()
  }
}
