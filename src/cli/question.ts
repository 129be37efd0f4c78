/** The question of `find` and `get evidence`: from flags to what the SDK asks, and as a sentence for people. */
import { Option, type Command } from 'commander'
import type { FoundQuery, ImagesQuery } from '../client/client.ts'
import type { RowsAnswer } from '../verify/answer.ts'
import { STATED_KINDS } from '../verify/found-rows.ts'
import { parseImageArgument } from './reference.ts'
import { visible } from './terminal.ts'
import { UsageError } from './usage-error.ts'

export interface StatedFlags {
  readonly range?: string
  readonly commit?: string
  readonly builder?: string
  readonly signer?: string
  readonly type?: string
  readonly base?: string
  readonly licence?: string
  /** As `licence`. */
  readonly license?: string
  readonly hash?: string
}

/** Adds COMPONENT and the flags that may stand for it. */
export function withQuestionFlags(command: Command): Command {
  return command
    .argument('[COMPONENT]', 'pkg:type/name or pkg:type/name@version, or a name such as log4j-core')
    .option('--range <RANGE>', "versions, e.g. '<4.17.21', '>=1.0.0,<1.2.0' or VERS")
    .addOption(new Option('--commit <HEX>', 'instead: built from this commit, written out'))
    .addOption(new Option('--builder <ID>', 'instead: built by this builder, as the provenance has it'))
    .addOption(new Option('--signer <KEY>', 'instead: with a statement signed by this key, sha256:…'))
    .addOption(new Option('--type <TYPE>', 'instead: with a statement of this predicate type, written out'))
    .addOption(new Option('--base <IMAGE>', 'instead: built on this image, sha256:… or NAME@sha256:…'))
    .addOption(new Option('--licence <ID>', 'instead: with a component under this licence, an SPDX id'))
    .addOption(new Option('--license <ID>', 'another spelling of --licence'))
    .addOption(new Option('--hash <DIGEST>', 'instead: with a component of this hash, sha256:…, sha512:…'))
}

/** Of `get evidence`. @throws UsageError if it is none, or two */
export function questionOf(component: string | undefined, flags: StatedFlags): ImagesQuery | FoundQuery {
  const isStated = STATED_KINDS.some((one) => flags[one] !== undefined)
  if (component === undefined || isStated) return statedOf(component, flags)
  return { component, ...(flags.range === undefined ? {} : { range: flags.range }) }
}

/** By what statements say beside components. @throws UsageError if it is none, or two */
export function statedOf(component: string | undefined, flags: StatedFlags): FoundQuery {
  const [kind, another] = STATED_KINDS.filter((one) => flags[one] !== undefined)
  if (kind === undefined) throw notOne('nothing')
  if (component !== undefined) throw notOne(`a component and --${kind}`)
  if (another !== undefined) throw notOne(`--${kind} and --${another}`)
  if (flags.range !== undefined) throw new UsageError('--range goes with a package URL or a name')
  return statedQuestion(kind, flags[kind] ?? '')
}

/** `--license` as `--licence`. @throws UsageError if both are given */
export function oneSpelling<Flags extends StatedFlags>(flags: Flags): Flags {
  const { license } = flags
  if (license === undefined) return flags
  if (flags.licence !== undefined) throw notOne('--licence and --license')
  return { ...flags, licence: license, license: undefined }
}

function statedQuestion(kind: (typeof STATED_KINDS)[number], text: string): FoundQuery {
  switch (kind) {
    case 'commit':
      return { commit: text }
    case 'builder':
      return { builder: text }
    case 'signer':
      return { signer: text.replace(/^key:/, '') }
    case 'type':
      return { type: text }
    case 'base':
      return { base: /^sha(384|512):/.test(text) ? text : parseImageArgument(text) }
    case 'licence':
      return { licence: text }
    case 'hash':
      return { hash: text }
  }
}

function notOne(got: string): UsageError {
  const kinds = STATED_KINDS.map((kind) => `--${kind}`).join(', ')
  return new UsageError(
    `question: expected a package URL or a name, or one of ${kinds}, or --osv, --iocs, --cpe or (in find) --unknown, got ${got}`,
    'For example: attestree find pkg:npm/lodash, attestree find log4j-core, or attestree find --licence AGPL-3.0-only',
  )
}

/** What comes behind "images that", with the question's own text made safe: "contain …", "were built by …". */
export function predicateOf(question: RowsAnswer['question']): string {
  if ('component' in question) {
    const { component, range } = question
    return `contain ${visible(range === undefined ? component : `${component} in ${range}`)}`
  }
  if ('commit' in question) return `were built from commit ${visible(question.commit)}`
  if ('builder' in question) return `were built by ${visible(question.builder)}`
  if ('signer' in question) return `have a statement signed by ${visible(question.signer)}`
  if ('type' in question) return `have a statement of the type ${visible(question.type)}`
  if ('base' in question) return `were built on the image ${visible(question.base)}`
  if ('licence' in question) return `list a component under ${visible(question.licence)}`
  return `list a component with the hash ${visible(question.hash)}`
}
