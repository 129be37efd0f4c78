/** `attestree server start`: opens the ledger, serves it, and stops in order. */
import { Fault } from '../errors.ts'
import { createAdmission, type Admission } from '../http/admission.ts'
import { createApp } from '../http/app.ts'
import { createSchemaCheck, type SchemaCheck } from '../http/schema-check.ts'
import { parseTokens } from '../http/submit-tokens.ts'
import { startServer, type RunningServer } from '../http/serve.ts'
import { Ledger } from '../ledger/ledger.ts'
import { parseCosignerKey } from '../tlog/cosignature.ts'
import { formatVerifierKey } from '../tlog/signed-note.ts'
import type { CliContext } from './context.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'
import { createIndexThread } from './index-thread.ts'
import {
  createLedger,
  ledgerFolders,
  ledgerState,
  openLedgerFolder,
  type LedgerFolders,
} from './ledger-folder.ts'
import { reportError } from './report-error.ts'
import type { StartFlags } from './server-flags.ts'
import { printCreated, warnOfSharedFolder } from './server-init.ts'
import { DEFAULT_ORIGIN } from './settings.ts'
import { readSecret } from './submit-token.ts'
import { systemClock } from './system-clock.ts'
import { plural } from './table.ts'
import { visible } from './terminal.ts'

/** README 2.7: SIGTERM drains within 10 s; what is not done by then was not acknowledged. */
const DRAIN_MS = 10_000

export async function runServer(context: CliContext, flags: StartFlags): Promise<void> {
  const folders = ledgerFolders(flags.data, flags.signerDir)
  if (flags.create === true && ledgerState(folders) === 'nothing')
    await create(context, folders, flags.origin ?? DEFAULT_ORIGIN)
  await using admission = createAdmission()
  const ledger = await openLedger(context, folders, flags, admission)
  await using schema = createSchemaCheck()
  const server = await serve(context, ledger, flags, schema).catch(async (cause: unknown) => {
    // The threads of its storage would keep this process alive, and its lock with it.
    await ledger[Symbol.asyncDispose]()
    throw cause
  })
  // Before anybody is told that it runs: whoever reads that may stop it.
  const stop = stopped(context)
  await printStarted(context, folders, ledger, server).catch(async (cause: unknown) => {
    await server.close()
    await ledger[Symbol.asyncDispose]()
    throw cause
  })
  await stop
  await drain(context, server, ledger)
}

async function create(context: CliContext, folders: LedgerFolders, origin: string): Promise<void> {
  // `npm start` must not stop to ask: a new ledger for trying things out has no passphrase unless one is set.
  const settings = { ...context.settings, passphrase: context.settings.passphrase ?? '' }
  printCreated(context, folders, origin, await createLedger(folders, origin, settings, systemClock))
  context.terminal.print('')
}

async function openLedger(
  context: CliContext,
  folders: LedgerFolders,
  flags: StartFlags,
  admission: Admission,
): Promise<Ledger> {
  const { storage, logKey, origin } = await openLedgerFolder(folders, context.settings, {
    writerThread: flags.readOnly !== true,
    onIndexPutAside: (cause) =>
      context.terminal.note(`${context.terminal.color.yellow('!')} ${cause.message}`),
  })
  try {
    if (flags.origin !== undefined && flags.origin !== origin) {
      throw new Fault(
        'other-origin',
        `ledger: expected the origin ${flags.origin}, but this one is ${origin}`,
        {
          hint: 'An origin is fixed when a ledger is created. Leave out --origin, or name another --data.',
        },
      )
    }
    return await Ledger.open(storage, {
      origin,
      logKey,
      clock: systemClock,
      version: context.version,
      cosigners: (flags.auditor ?? []).map(parseCosignerKey),
      admit: (body, registered) => admission.admit(body, registered),
      reading: admission,
      follow: createIndexThread(folders, origin),
      onFatal: (cause) => exitAtOnce(context, cause),
      onIndexStopped: (cause) => sayStopped(context, 'The index stopped following the log', cause),
      onMapStopped: (map, cause) =>
        sayStopped(context, `No further root of the ${map} map is published`, cause),
      ...(flags.readOnly === true ? { readOnly: 'started with --read-only' } : {}),
    })
  } catch (cause) {
    await storage[Symbol.asyncDispose]()
    throw cause
  }
}

const REPAIR =
  'Make the index again, also while the ledger is served: attestree index rebuild. Whatever else is damaged, attestree server check finds.'

/** Nothing may be written after this: what was acknowledged is safe, and the next start finishes the rest. */
function exitAtOnce({ terminal }: CliContext, cause: unknown): never {
  reportError(terminal, cause, true)
  process.exit(exitCodeOf(cause) === EXIT.mustNotSign ? EXIT.mustNotSign : EXIT.storageFailed)
}

/** The log is sound and goes on; answers say how far the index reaches, and what they prove. */
function sayStopped({ terminal }: CliContext, what: string, cause: unknown): void {
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
  terminal.note(`${terminal.color.yellow('!')} ${what}: ${visible(text)}`)
  terminal.note(`  ${(cause instanceof Fault ? cause.hint : undefined) ?? REPAIR}`)
}

async function serve(
  context: CliContext,
  ledger: Ledger,
  flags: StartFlags,
  schema: SchemaCheck,
): Promise<RunningServer> {
  const { submitTokens: path } = flags
  const tokens = path === undefined ? undefined : parseTokens(await readSecret(path), path)
  const app = createApp(ledger, {
    schema,
    rateLimit: flags.rateLimit,
    trustedProxies: flags.trustProxy,
    ...(tokens === undefined ? {} : { submitTokens: tokens }),
    report: (cause, requestId) => {
      const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
      for (const line of text.split('\n'))
        context.terminal.note(`request ${visible(requestId)}: ${visible(line)}`)
    },
  })
  return startServer(app, { host: flags.host, port: flags.port })
}

async function printStarted(
  context: CliContext,
  folders: LedgerFolders,
  ledger: Ledger,
  server: RunningServer,
): Promise<void> {
  const { terminal } = context
  terminal.print(`attestree · ${ledger.logKey.name} · ${server.url}`)
  terminal.print(`  Log key     ${formatVerifierKey(ledger.logKey)}`)
  const isEmpty = await printStatus(context, ledger)
  if (ledger.readOnly !== undefined)
    terminal.note(`${terminal.color.yellow('!')} Read-only: ${ledger.readOnly}`)
  warnOfSharedFolder(context, folders)
  if (isEmpty) {
    terminal.print('')
    terminal.print('Try next, in another terminal:')
    for (const line of nextCommands(server.url)) terminal.print(`  ${line}`)
  }
  terminal.print('')
  terminal.print('Stop with Ctrl-C.')
}

/** What the index says. A damaged one keeps no ledger from serving its log. @returns whether the log has no image yet */
async function printStatus(context: CliContext, ledger: Ledger): Promise<boolean> {
  const { terminal } = context
  try {
    const { asOf, trustRoot, coverage } = await ledger.status()
    terminal.print(`  Trust root  ${trustRoot.id}  (version ${trustRoot.version})`)
    const behind = asOf.treeSize - asOf.indexedThrough
    terminal.print(
      `  ${plural(asOf.treeSize, 'entry', 'entries')}, ${plural(coverage.images, 'image')}, ${coverage.withSbom} with an SBOM${behind > 0 ? `; the index is ${behind} behind and catches up` : ''}`,
    )
    return behind === 0 && coverage.images === 0
  } catch (cause) {
    if (!(cause instanceof Fault) || cause.reason !== 'integrity-error') throw cause
    sayStopped(context, 'The index cannot be read', cause)
    return false
  }
}

function nextCommands(url: string): readonly string[] {
  return [
    `npx attestree trust init ${url}`,
    'npx attestree key new builder',
    'npx attestree trust add-signer ci --key builder.pub \\',
    "  --types 'https://cyclonedx.org/bom*' 'https://spdx.dev/Document*' 'https://slsa.dev/provenance/*'",
    'npm sbom --sbom-format cyclonedx > sbom.json',
    'npx attestree submit example.com/app@sha256:<digest> --sbom sbom.json --key builder.key',
    "npx attestree find pkg:npm/commander --range '<15'",
  ]
}

function stopped({ terminal }: CliContext): Promise<void> {
  return new Promise((resolve) => {
    let asked = false
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(EXIT.interrupted)
        asked = true
        terminal.note('Stopping: running requests are answered first.')
        resolve()
      })
    }
  })
}

async function drain(context: CliContext, server: RunningServer, ledger: Ledger): Promise<void> {
  const tooLong = setTimeout(() => {
    context.terminal.note('Stopping took too long; what was not answered was not acknowledged.')
    process.exit(EXIT.ok)
  }, DRAIN_MS)
  await server.close()
  await ledger[Symbol.asyncDispose]()
  clearTimeout(tooLong)
  context.terminal.note('Stopped.')
}
