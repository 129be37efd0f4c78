/**
 * The SPDX licence list (https://spdx.org/licenses/), deprecated ids among them: which words are licences, and how they are
 * spelt. Manifests depend on it, so the list is pinned and another one is a new MANIFEST_VERSION.
 */
import deprecated from 'spdx-license-ids/deprecated.json' with { type: 'json' }
import current from 'spdx-license-ids/index.json' with { type: 'json' }

const spellings: ReadonlyMap<string, string> = new Map(
  [...current, ...deprecated].map((id) => [id.toLowerCase(), id]),
)

/** The list's spelling of an id in any case; undefined for what is not listed. */
export function listedLicence(id: string): string | undefined {
  return spellings.get(id.toLowerCase())
}
