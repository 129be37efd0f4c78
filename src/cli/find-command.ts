/**
 * `attestree find`: which images contain a component, or have a commit, builder, …. Here are its flags; find-search.ts asks for
 * components, find-stated.ts for what statements say beside them.
 */
import { Command, Option } from 'commander'
import { treeSize, type TreeSize } from '../brand.ts'
import { STATED_KINDS } from '../verify/found-rows.ts'
import { NAME_MATCHES } from '../verify/names-answer.ts'
import type { TrustFlags } from './connection.ts'
import type { CliContext } from './context.ts'
import { findOutputOption } from './find-output.ts'
import { findSearch, type FindSearchFlags } from './find-search.ts'
import { findStated } from './find-stated.ts'
import { findUnknown } from './find-unknown.ts'
import { serverOption, trustOption } from './output-flag.ts'
import { oneSpelling, withQuestionFlags, type StatedFlags } from './question.ts'
import { GROUPINGS } from './search-groups.ts'
import { SCOPE_FLAGS, withScopeFlags } from './search-scope.ts'
import { parseInterval } from './watch-command.ts'
import { UsageError } from './usage-error.ts'

export type QuestionFlags = TrustFlags & StatedFlags

type FindFlags = QuestionFlags & FindSearchFlags

const EXAMPLES = `
Examples:
  attestree find pkg:npm/lodash --range '<4.17.21'
  attestree find log4j-core --range '<2.17.1'
  attestree find openssl --ecosystem Debian -o json
  attestree find log4j --match prefix
  attestree find --osv GHSA-jfh8-c2jp-5v3q.json -o table -o csv=hits.csv -o openvex=draft.json
  attestree find --osv advisory.json --repo 'registry.example/shop/*' --group-by base
  attestree find --osv advisory.json --environment prod
  attestree find --osv advisory.json --recorded-after 2026-11-20T00:00Z --all-sboms
  attestree find --osv advisory.json --watch -o ndjson
  attestree find --unknown --repo 'registry.example/shop/*'
  attestree find --osv advisory.json --hide-lifted
  attestree find --iocs shai-hulud.csv --ecosystem npm
  attestree find --cpe a:openssl:openssl:3.0.1
  attestree find --base registry.example/base@sha256:…
  attestree find --licence AGPL-3.0-only

A name means every package that an SBOM lists under it, whatever its ecosystem: log4j-core, org.apache.logging.log4j:log4j-core,
@babel/core, github.com/go-jose/go-jose/v3, xz-utils. Which ones is printed. Components without a package URL that have the name
are undetermined.

Lists (--iocs) have a package on each line: a purl, NAME@VERSION, or CSV with the columns purl | name,version |
ecosystem,name,version, in any order if the first line names them. A line without a version means every version.

Scope: --environment means what runs there by the word of whoever deployed it (deploy record), now or --deployed-at. SBOMs are looked
at from the entry on, or before it, that a size or a time means; an image that has SBOMs of other times alone is left out.

VEX statements that were submitted (OpenVEX, or analyses in CycloneDX) are shown beside the rows of an advisory: of each signer
who may, the newest. They change no status; an image is "lifted" if they say of all that was found in it that it is not
affected, or fixed, and no other signer says that it is.

Exit code 16: an advisory names packages that nothing can be looked for by; the rest was answered.
`

export function findCommand(context: CliContext): Command {
  const command = new Command('find').description(
    'which images contain a component (or have a commit, builder, …), with proof for each row',
  )
  return withSearchFlags(withQuestion(command))
    .option('--hide-lifted', 'leave out images of which VEX statements lift all that --osv found')
    .addOption(new Option('--at <SIZE>', 'as of a tree size').argParser(parseSize))
    .addOption(new Option('--group-by <WHAT>', 'the table in groups').choices(GROUPINGS))
    .addOption(new Option('--unknown', 'the images without an SBOM that counts (too, or alone)'))
    .option('--watch', 'go on asking while the log grows, and print what is new')
    .option('--interval <SECONDS>', 'how often, with --watch (default: 60)', parseInterval)
    .option(
      '--limit <NUMBER>',
      'rows to show, 1 to 1000 (default: all of a search for components, else 100)',
      parseLimit,
    )
    .addOption(findOutputOption())
    .addHelpText('after', EXAMPLES)
    .action((component: string | undefined, flags: FindFlags) => find(context, component, flags))
}

/** What a search has beside a package URL; `get evidence` has them too. */
export function withSearchFlags(command: Command): Command {
  const packages = command
    .addOption(list('--osv <FILE>', 'packages of an advisory of OSV or GitHub ("-": stdin; repeatable)'))
    .addOption(list('--iocs <FILE>', 'packages of a list, one a line or CSV ("-": stdin; repeatable)'))
    .addOption(
      new Option(
        '--ecosystem <NAME>',
        'of a name, or of names in the list that have none: npm, PyPI, Maven, …',
      ),
    )
    .addOption(new Option('--match <HOW>', 'how a name is meant (default: exact)').choices(NAME_MATCHES))
    .addOption(
      list(
        '--cpe <CPE>',
        'components without a purl: part:vendor:product[:version], or a CPE name (repeatable)',
      ),
    )
  return withScopeFlags(packages)
}

function list(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text, before: readonly string[] | undefined) => [
    ...(before ?? []),
    text,
  ])
}

/** The arguments that `find` and `get evidence` share. */
export function withQuestion(command: Command): Command {
  return withQuestionFlags(command).addOption(serverOption()).addOption(trustOption())
}

function parseLimit(text: string): number {
  const limit = Number(text)
  if (!/^\d{1,4}$/.test(text) || limit < 1 || limit > 1000)
    throw new UsageError(`--limit: expected a number from 1 to 1000, got ${text}`)
  return limit
}

function parseSize(text: string): TreeSize {
  if (!/^\d{1,16}$/.test(text))
    throw new UsageError(`--at: expected a tree size such as 48211, got ${text.slice(0, 100)}`)
  return treeSize(Number(text))
}

/** Flags of a search for many packages, which statements cannot be asked together with. */
const SEARCH_FLAGS = [
  'osv',
  'iocs',
  'ecosystem',
  'match',
  'cpe',
  ...SCOPE_FLAGS,
  'groupBy',
  'hideLifted',
  'unknown',
  'watch',
] as const

type AnyFlags = StatedFlags & { readonly [name in (typeof SEARCH_FLAGS)[number]]?: unknown }

/** Whether many packages are asked for, or a part of the images. */
export function isSearch(flags: AnyFlags): boolean {
  return SEARCH_FLAGS.some((name) => flags[name] !== undefined)
}

/** @throws UsageError if statements are asked for beside a search */
export function refuseStated(flags: AnyFlags): void {
  const stated = STATED_KINDS.find((kind) => kind !== 'hash' && flags[kind] !== undefined)
  const searched = SEARCH_FLAGS.find((name) => flags[name] !== undefined)
  if (stated === undefined || searched === undefined) return
  const flag = searched.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  throw new UsageError(
    `question: expected --${stated} by itself, got --${flag} too`,
    'Ask for one after the other.',
  )
}

async function find(context: CliContext, component: string | undefined, given: FindFlags): Promise<void> {
  const flags = oneSpelling(given)
  refuseStated(flags)
  if (flags.interval !== undefined && flags.watch === undefined)
    throw new UsageError('--interval goes with --watch')
  if (flags.unknown === true && !asksForPackages(component, flags)) return findUnknown(context, flags)
  const isStated = STATED_KINDS.some((kind) => kind !== 'hash' && flags[kind] !== undefined)
  return isStated ? findStated(context, component, flags) : findSearch(context, component, flags)
}

/** Whether anything is asked for beside the images of which nobody knows what is inside. */
function asksForPackages(component: string | undefined, flags: FindFlags): boolean {
  const { hash, osv, iocs, cpe, groupBy, range, ecosystem, match, hideLifted, watch } = flags
  return [component, hash, osv, iocs, cpe, groupBy, range, ecosystem, match, hideLifted, watch].some(
    (one) => one !== undefined,
  )
}
