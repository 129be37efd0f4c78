/**
 * What changes between two versions of the trust root, line by line, for whoever signs it: everything a version allows
 * stands in one of its lines, so that no change is invisible. Order and layout of the JSON mean nothing and are no change.
 */
import type { Grant, TrustRoot } from '../attestation/trust-root.ts'
import { visible, type Terminal } from './terminal.ts'

/** `- ` lines that go, then `+ ` lines that come; none if both allow the same. */
export function diffTrustRoots(before: TrustRoot, after: TrustRoot): readonly string[] {
  const [old, next] = [linesOf(before), linesOf(after)]
  return [
    ...old.filter((line) => !next.includes(line)).map((line) => `- ${line}`),
    ...next.filter((line) => !old.includes(line)).map((line) => `+ ${line}`),
  ]
}

export function printDiff({ print, color }: Terminal, lines: readonly string[]): void {
  for (const line of lines) print(`  ${(line.startsWith('-') ? color.red : color.green)(visible(line))}`)
}

/** Each right once, sorted within its kind. Keys follow from their ids, and the version is said beside. */
function linesOf({ log, admission, admins, principals, grants }: TrustRoot): readonly string[] {
  const people = Object.entries(principals)
  return [
    `log ${log}`,
    `admission ${admission}`,
    `${admins.threshold} of the administrators must sign`,
    ...sorted(admins.principals.map((name) => `${name} is an administrator`)),
    ...sorted(
      people.map(([name, { kind }]) => `${name} is a principal${kind === undefined ? '' : ` (${kind})`}`),
    ),
    ...sorted(people.flatMap(([name, { keys }]) => keys.map((key) => `${name} holds ${key}`))),
    ...sorted(grants.flatMap(grantLines)),
  ]
}

function grantLines(grant: Grant): readonly string[] {
  if (grant.role === 'revoke') return [`${grant.to} may revoke${revokeText(grant.images)}`]
  return grant.predicateTypes.map((type) => `${grant.to} may submit ${type}${submitText(grant)}`)
}

/** What a right to revoke reaches. */
export function revokeText(images: readonly string[] | undefined): string {
  return images === undefined ? '' : ` images${scopeText(images).replace(' about', ' in')}`
}

/** Where a right to submit reaches; nothing if everywhere. */
export function submitText({ environments, images }: Extract<Grant, { role: 'submit' }>): string {
  // Quoted: a name may have commas in it, and no two rights may look the same.
  const quoted = environments?.toSorted().map((one) => JSON.stringify(one))
  const places = quoted === undefined ? '' : ` in ${quoted.join(', ')}`
  return places + scopeText(images)
}

/** Which images a right reaches; nothing if all. */
function scopeText(images: readonly string[] | undefined): string {
  return images === undefined ? '' : ` about ${images.toSorted().join(', ')}`
}

function sorted(lines: readonly string[]): readonly string[] {
  return [...new Set(lines)].sort()
}
