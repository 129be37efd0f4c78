/** Which ledger a command talks to, and by what it is believed: the trust file. */
import { join } from 'node:path'
import { checkTrustRoot } from '../client/check-trust-root.ts'
import { Client } from '../client/client.ts'
import type { PinStore } from '../client/pins.ts'
import { parseTrustFile, trustIn, type TrustedLog, type TrustFile } from '../client/trust-file.ts'
import type { LogTrust } from '../verify/evidence.ts'
import { parseUtf8 } from '../encoding/utf8.ts'
import type { CliContext } from './context.ts'
import { readInput } from './key-store.ts'
import { filePins } from './pin-files.ts'
import { findTrustFile } from './settings.ts'
import { submitToken } from './submit-token.ts'
import { systemClock } from './system-clock.ts'
import { UsageError } from './usage-error.ts'

/** The flags of every command that needs trust. */
export interface TrustFlags {
  readonly trust?: string
  readonly server?: string
}

async function readTrustFile(
  context: CliContext,
  flags: TrustFlags,
): Promise<{ readonly path: string; readonly file: TrustFile }> {
  const path = findTrustFile(context.settings, flags.trust)
  if (path === undefined) {
    throw new UsageError(
      'trust file: there is none here, and nothing is believed without one',
      'Make one: attestree trust init URL',
    )
  }
  return { path, file: parseTrustFile(parseUtf8(await readInput(path), path), path) }
}

export async function trustedLog(context: CliContext, flags: TrustFlags): Promise<TrustedLog> {
  const { path, file } = await readTrustFile(context, flags)
  const server = flags.server ?? context.settings.server
  const [first, ...others] = file.logs.filter((log) => server === undefined || sameServer(log.url, server))
  if (first === undefined) {
    throw new UsageError(
      `${path}: no log at ${server ?? 'any URL'} is trusted there`,
      'Add it: attestree trust init URL',
    )
  }
  if (others.length > 0) {
    throw new UsageError(
      `${path}: ${others.length + 1} logs are trusted there; say which`,
      `--server ${first.url}`,
    )
  }
  return first
}

/** By what this log's files are judged, without asking anybody. */
export async function trustedHere(context: CliContext, flags: TrustFlags): Promise<LogTrust> {
  return trustIn(await trustedLog(context, flags), systemClock.now)
}

/** A client whose log begins with the trust root of the trust file. @throws as `checkTrustRoot` */
export async function connect(context: CliContext, flags: TrustFlags): Promise<Client> {
  const log = await trustedLog(context, flags)
  const token = await submitToken(context.settings)
  const client = new Client({
    url: log.url,
    ...trustIn(log, systemClock.now),
    pins: pinsOf(context),
    ...(token === undefined ? {} : { token }),
  })
  await checkTrustRoot(client)
  return client
}

/** Connects when it is first called, and once: what is wrong with a question is said before anybody is asked. */
export function connector(context: CliContext, flags: TrustFlags): () => Promise<Client> {
  let connected: Promise<Client> | undefined
  return () => (connected ??= connect(context, flags))
}

/** What every command of this user has seen of every log. */
export function pinsOf({ settings }: CliContext): PinStore {
  return filePins(join(settings.stateFolder, 'pins'))
}

function sameServer(a: string, b: string): boolean {
  return withSlash(a) === withSlash(b)
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`
}
