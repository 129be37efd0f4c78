/**
 * URIs (RFC 3986) as predicate types and links: a scheme, a colon and something after it, in the characters
 * of a URI. They are compared as written and never resolved.
 */

/** They become keys of the index, and nobody can read longer ones. */
const MAX_URI = 2_048

// Not in a URI: space, control characters, " < > \ ^ ` { | } and everything beyond ASCII.
const uri = /^[A-Za-z][A-Za-z0-9+.-]*:[!#-;=?-[\]_a-z~]+$/

export function isUri(text: string): boolean {
  return text.length <= MAX_URI && uri.test(text)
}
