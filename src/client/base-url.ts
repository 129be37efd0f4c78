/** The address of a ledger, as people write it, made ready for joining paths to it. */
import { Fault } from '../errors.ts'

/**
 * @returns a URL that ends with "/"
 * @throws Fault `malformed` (`parameter-malformed`)
 */
export function baseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new Fault(
      'parameter-malformed',
      `server: expected an http or https URL, got ${text.slice(0, 100)}`,
      {
        hint: 'Write it like https://ledger.example.com',
      },
    )
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new Fault(
      'parameter-malformed',
      'server: expected a URL without user, password, query and fragment',
    )
  }
  return url.pathname.endsWith('/') ? url : new URL(`${url.href}/`)
}
