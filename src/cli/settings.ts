/**
 * The whole configuration: what the CLI takes from the environment, and where it keeps files. Flags are declared by the
 * commands; a flag wins over the environment.
 *
 *     ATTESTREE_TRUST          the trust file           --trust    ./attestree-trust.yaml, then <config>/attestree/trust.yaml
 *     ATTESTREE_SERVER         which log of it          --server   the only one
 *     ATTESTREE_PASSPHRASE     for key files            (never a flag)
 *     ATTESTREE_TOKEN          submit token             (never a flag)
 *     ATTESTREE_TOKEN_FILE     the same, from a file    (never a flag)
 *     XDG_CONFIG_HOME          <config>                            ~/.config
 *     XDG_STATE_HOME           <state>                             ~/.local/state
 *     NO_COLOR, FORCE_COLOR    colours
 *     COLUMNS                  how wide the reader's terminal is, where stdout is a pipe
 */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

export interface Settings {
  /** `<config>/attestree` */
  readonly configFolder: string
  /** `<state>/attestree`: what was seen before (pin-files.ts) */
  readonly stateFolder: string
  readonly trustFile: string | undefined
  readonly server: string | undefined
  /** Undefined: ask, where somebody can answer. Empty is a passphrase. */
  readonly passphrase: string | undefined
  /** Of the submitter; it wins over the file. */
  readonly token: string | undefined
  readonly tokenFile: string | undefined
}

export const DEFAULT_DATA_FOLDER = 'attestree-data'
export const DEFAULT_HOST = '127.0.0.1'
export const DEFAULT_PORT = 8700
export const DEFAULT_ORIGIN = 'localhost'
const LOCAL_TRUST_FILE = 'attestree-trust.yaml'

export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const config = env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config')
  const state = env['XDG_STATE_HOME'] ?? ''
  return {
    configFolder: join(config, 'attestree'),
    // A relative one is none (XDG base directories): the memory would depend on where somebody stands.
    stateFolder: join(isAbsolute(state) ? state : join(homedir(), '.local', 'state'), 'attestree'),
    trustFile: env['ATTESTREE_TRUST'],
    server: env['ATTESTREE_SERVER'],
    passphrase: env['ATTESTREE_PASSPHRASE'],
    token: env['ATTESTREE_TOKEN'],
    tokenFile: env['ATTESTREE_TOKEN_FILE'],
  }
}

/** Where the trust file is: as told, else in this folder, else in the user's configuration. Undefined if there is none. */
export function findTrustFile(settings: Settings, told: string | undefined): string | undefined {
  const named = told ?? settings.trustFile
  if (named !== undefined) return named
  return [LOCAL_TRUST_FILE, join(settings.configFolder, 'trust.yaml')].find((path) => existsSync(path))
}
