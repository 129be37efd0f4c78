/**
 * What tools write into the free text of SPDX documents, in every version: sentences about the source package, names of
 * tools with their version, words for "not stated".
 */
import { makeTool, type SbomTool } from './component.ts'

/** Looking for the version is quadratic in the worst case; real names have fewer than 50 characters. */
const MAX_TOOL_LENGTH = 1_000

/** trivy's sentence about the source package, as `name` or `name@version`; other tools write here where they looked. */
export function sourceIn(sourceInfo: string): string {
  const [, name = '', version] = /^built package from: (\S+)(?: (\S+))?$/.exec(sourceInfo) ?? []
  return version === undefined ? name : `${name}@${version}`
}

/** Empty for SPDX's words for "not stated". */
export function statedText(text: string): string {
  return text === 'NONE' || text === 'NOASSERTION' ? '' : text
}

/**
 * `syft-0.64.0`, `buildkit-v0.12.0-rc1`, `npm/cli-10.8.2`: a version begins with a digit, and has a dot or ends the
 * text. syft writes `syft-[not provided]` where it was built without one.
 */
export function splitToolVersion(text: string): SbomTool {
  if (text.length > MAX_TOOL_LENGTH) return makeTool(text, '')
  const [, name = text, version = ''] = /^(.+?)-(v?\d+\.\S*|v?\d+|\[not provided\])$/.exec(text) ?? []
  return makeTool(name, version === '[not provided]' ? '' : version)
}
