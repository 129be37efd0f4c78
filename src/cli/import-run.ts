/**
 * The run of an import: each file is read, prepared and submitted by itself, several at once. What is recorded already is
 * found by its attestation id and not sent again, so an import that was interrupted is taken up by running it again.
 */
import { formatSubmission, parseEnvelope } from '../attestation/envelope.ts'
import { attestationIdOf, pae } from '../attestation/pae.ts'
import { IN_TOTO_PAYLOAD_TYPE, signStatement } from '../attestation/sign-statement.ts'
import type { AttestationId, LogIndex } from '../brand.ts'
import type { Client } from '../client/client.ts'
import { recordedAlready, submitMissing, type Standing } from '../client/submit-missing.ts'
import type { SigningKey } from '../crypto/signing-key.ts'
import { Fault, type FaultClass, type Reason } from '../errors.ts'
import type { DocumentImage } from '../sbom/document-image.ts'
import { prepareDocument, type ImportDocument } from './import-document.ts'
import { documentsIn } from './import-files.ts'
import { pause } from './pause.ts'

/** Enough to share batches of the log; an SBOM of the largest size is held in memory for each. */
const AT_ONCE = 8
/** A server that is busy is asked again this often before the import stops. */
const TRIES = 5
const DEFAULT_WAIT_S = 2
const MAX_WAIT_S = 60

export type ImportResult =
  | {
      readonly source: string
      readonly state: 'recorded' | 'already-recorded'
      readonly attestation: AttestationId
      readonly entries: readonly LogIndex[]
    }
  | { readonly source: string; readonly state: 'refused'; readonly fault: Fault }

export interface ImportJob {
  readonly client: Client
  readonly key: SigningKey
  readonly folder: string
  /** Inside of the folder. */
  readonly files: readonly string[]
  readonly subjects: ReadonlyMap<string, DocumentImage>
  readonly signal: AbortSignal
  readonly onProgress: (doneFiles: number, results: readonly ImportResult[]) => void
}

export interface ImportRun {
  /** In the order of the files, then of the lines in them; of those that were come to. */
  readonly results: readonly ImportResult[]
  /** Why it ended before the last file. */
  readonly stoppedBy: Error | undefined
}

export async function runImport(job: ImportJob): Promise<ImportRun> {
  const byFile = new Map<string, ImportResult[]>()
  const all: ImportResult[] = []
  let done = 0
  let stoppedBy: Error | undefined
  const waiting = job.files.values()
  const work = async (): Promise<void> => {
    for (const file of waiting) {
      const results: ImportResult[] = []
      byFile.set(file, results)
      for await (const result of importFile(job, file)) {
        results.push(result)
        all.push(result)
      }
      job.onProgress(++done, all)
      if (stoppedBy !== undefined) return
    }
  }
  const guarded = (): Promise<void> =>
    work().catch((cause: unknown) => {
      stoppedBy ??= cause instanceof Error ? cause : new Error(String(cause))
    })
  await Promise.all(Array.from({ length: AT_ONCE }, guarded))
  return { results: job.files.flatMap((file) => byFile.get(file) ?? []), stoppedBy }
}

async function* importFile(job: ImportJob, file: string): AsyncGenerator<ImportResult> {
  const documents = await documentsIn(job.folder, file, job.subjects.get(file)).catch((cause: unknown) =>
    refusalOf(file, cause),
  )
  if ('fault' in documents) return yield documents
  for (const document of documents) {
    job.signal.throwIfAborted()
    yield await importOne(job, document).catch((cause: unknown) => refusalOf(document.source, cause))
  }
}

async function importOne(job: ImportJob, document: ImportDocument): Promise<ImportResult> {
  const prepared = prepareDocument(document, job.key.publicKey.id)
  const standing = await patiently(job.signal, () =>
    prepared.kind === 'envelope'
      ? submitMissing(job.client, prepared.body, { signal: job.signal })
      : submitStatement(job, prepared.payload),
  )
  const { attestation, entries } = standing
  return {
    source: document.source,
    state: standing.new ? 'recorded' : 'already-recorded',
    attestation,
    entries,
  }
}

/** Signatures by ECDSA differ each time; the attestation and its signer do not. */
async function submitStatement({ client, key, signal }: ImportJob, payload: Uint8Array): Promise<Standing> {
  const id = attestationIdOf(pae(IN_TOTO_PAYLOAD_TYPE, payload))
  const isOurs = (entries: readonly { readonly keyId: string }[]): boolean =>
    entries.some((entry) => entry.keyId === key.publicKey.id)
  const known = await recordedAlready(client, id, isOurs, { signal })
  return known ?? submitMissing(client, submissionOf(payload, key), { signal })
}

/** With its key: where unregistered signers are taken, the ledger has to be told it. */
function submissionOf(payload: Uint8Array, key: SigningKey): Uint8Array {
  const envelope = parseEnvelope(signStatement(payload, key))
  return formatSubmission({ envelope, publicKeys: [key.publicKey.spki] })
}

/** Asks again where the server says that it is busy. */
async function patiently<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await ask()
    } catch (cause) {
      if (!(cause instanceof Fault) || cause.class !== 'busy' || tried === TRIES) throw cause
      const told = cause.facts['retryAfterSeconds']
      const seconds = Math.min(typeof told === 'number' ? told : DEFAULT_WAIT_S, MAX_WAIT_S)
      await pause(1000 * seconds, signal)
    }
  }
}

/** What is wrong with a document, and not with the log, the server or the way to it. */
const ofDocuments: ReadonlySet<FaultClass> = new Set([
  'malformed',
  'unacceptable',
  'unsupported',
  'bad-signature',
  'untrusted',
  'revoked',
  'too-large',
])
/** Of these classes, but about the log or the client. */
const ofTheLog: ReadonlySet<Reason> = new Set(['pin-malformed', 'wrong-log-key', 'wrong-trust-root'])

/** @throws whatever is no refusal of the document */
function refusalOf(source: string, cause: unknown): ImportResult & { readonly state: 'refused' } {
  if (!(cause instanceof Fault) || !ofDocuments.has(cause.class) || ofTheLog.has(cause.reason)) throw cause
  return { source, state: 'refused', fault: cause }
}
