/**
 * A whole ledger inside a Node program, in one call: created in empty storage, opened, served over HTTP, closed in
 * order. The command line does the same step by step (cli/server-start.ts), since it talks to a person in between.
 */
import { logIndex, type AttestationId } from '../brand.ts'
import type { SigningKey } from '../crypto/signing-key.ts'
import { createLog } from '../ledger/create.ts'
import { Ledger, type LedgerOptions } from '../ledger/ledger.ts'
import type { Clock, Storage } from '../ledger/ports.ts'
import { parseCosignerKey } from '../tlog/cosignature.ts'
import type { VerifierKey } from '../tlog/signed-note.ts'
import { createAdmission, type Admission } from './admission.ts'
import { createApp, type AppOptions } from './app.ts'
import { createSchemaCheck, type SchemaCheck } from './schema-check.ts'
import { startServer, type RunningServer } from './serve.ts'

/** What stands between strangers and the log is as for `createApp`. */
export interface StartLedgerOptions extends Pick<
  AppOptions,
  'submitTokens' | 'rateLimit' | 'trustedProxies'
> {
  /** The log's name for ever: a bare host name. */
  readonly origin: string
  /** Ed25519. Who has it and the signer state can sign a second history: keep both apart from the data. */
  readonly logKey: SigningKey
  /** `openSqliteStorage` or `openMemoryStorage`; it belongs to the ledger from now on, and is closed with it. */
  readonly storage: Storage
  /** The machine's time: `{ now: Date.now, sleep: setTimeout }`, the latter of `node:timers/promises`. */
  readonly clock: Clock
  /** Whose cosignatures of the maps are taken and shown: vkeys, as `attestree auditor run` prints them. @default nobody’s */
  readonly auditors?: readonly string[]
  /** For empty storage: trust root v1, signed by its administrator (an envelope). Not looked at otherwise. */
  readonly trustRoot?: Uint8Array
  /** @default 127.0.0.1 */
  readonly host?: string
  /** @default any free port */
  readonly port?: number
  /**
   * Told of every failure of ours, and where: a request's id, `log`, `index`, `components map` or `status map`.
   * `console.error` will do.
   */
  readonly report: (cause: unknown, where: string) => void
  /** Told once when the log cannot go on: it serves reads only from then on. Restart it. @default as `report` */
  readonly onFatal?: LedgerOptions['onFatal']
  /** Told once when the index cannot follow the log any further. @default as `report` */
  readonly onIndexStopped?: LedgerOptions['onIndexStopped']
}

export interface EmbeddedLedger {
  /** Where it is served, without a slash at the end. */
  readonly url: string
  /** For clients: together with `trustRoot`, whom they trust. */
  readonly logKey: VerifierKey
  readonly trustRoot: AttestationId
  readonly ledger: Ledger
  /** Answers running requests, then closes the ledger and its storage. */
  close(): Promise<void>
}

/**
 * Starts a ledger. Resolves when it takes requests; if it cannot, `storage` is closed.
 *
 * @throws Fault as `createLog`, `Ledger.open` and `startServer`
 */
export async function startLedger(options: StartLedgerOptions): Promise<EmbeddedLedger> {
  const [admission, schema] = [createAdmission(), createSchemaCheck()]
  let ledger: Ledger | undefined
  try {
    ledger = await openLedger(options, admission)
    const trustRoot = await firstTrustRootOf(ledger)
    const server = await serve(ledger, schema, options)
    return {
      url: server.url,
      logKey: ledger.logKey,
      trustRoot,
      ledger,
      close: closing(server, ledger, [admission, schema]),
    }
  } catch (cause) {
    await (ledger ?? options.storage)[Symbol.asyncDispose]()
    await admission[Symbol.asyncDispose]()
    throw cause
  }
}

async function openLedger(options: StartLedgerOptions, admission: Admission): Promise<Ledger> {
  const { origin, logKey, storage, trustRoot, clock, report, auditors = [] } = options
  if (trustRoot !== undefined && (await isEmpty(storage)))
    await createLog({ origin, key: logKey, store: storage.log, signer: storage.signer }, trustRoot, clock)
  return Ledger.open(storage, {
    origin,
    logKey,
    clock,
    version: 'embedded',
    cosigners: auditors.map(parseCosignerKey),
    admit: (body, registered) => admission.admit(body, registered),
    reading: admission,
    onFatal: options.onFatal ?? ((cause) => report(cause, 'log')),
    onIndexStopped: options.onIndexStopped ?? ((cause) => report(cause, 'index')),
    onMapStopped: (map, cause) => report(cause, `${map} map`),
  })
}

/** One without the other is left to `Ledger.open`, which refuses it by its reason. */
async function isEmpty({ log, signer }: Storage): Promise<boolean> {
  return (await log.size()) === 0 && (await signer.read()) === undefined
}

/** What clients write down for good is version 1, leaf 0; later ones follow from it. */
async function firstTrustRootOf(ledger: Ledger): Promise<AttestationId> {
  const first = (await ledger.entry(logIndex(0))).entries['0']
  if (first === undefined) throw new Error('opened a ledger without a trust root')
  return first.attestation
}

function serve(ledger: Ledger, schema: SchemaCheck, options: StartLedgerOptions): Promise<RunningServer> {
  const { host = '127.0.0.1', port = 0 } = options
  return startServer(createApp(ledger, { ...guardsOf(options), schema }), { host, port })
}

function guardsOf({ report, submitTokens, rateLimit, trustedProxies }: StartLedgerOptions): AppOptions {
  return {
    report,
    ...(submitTokens === undefined ? {} : { submitTokens }),
    ...(rateLimit === undefined ? {} : { rateLimit }),
    ...(trustedProxies === undefined ? {} : { trustedProxies }),
  }
}

function closing(
  server: RunningServer,
  ledger: Ledger,
  threads: readonly AsyncDisposable[],
): () => Promise<void> {
  let closed: Promise<void> | undefined
  const close = async (): Promise<void> => {
    await server.close()
    await ledger[Symbol.asyncDispose]()
    for (const thread of threads) await thread[Symbol.asyncDispose]()
  }
  return () => (closed ??= close())
}
