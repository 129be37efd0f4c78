/** A ledger in SQLite, made and served by the built program in a folder of its own. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { signStatement } from '../../src/attestation/sign-statement.ts'
import { trustRootStatement } from '../../src/attestation/trust-root.ts'
import { Client } from '../../src/client/client.ts'
import { currentTrustRoot } from '../../src/client/current-trust-root.ts'
import { firstContact, type FirstContact } from '../../src/client/first-contact.ts'
import { withSigner } from '../../src/cli/trust-add-signer.ts'
import { parseKeyFile } from '../../src/crypto/key-file.ts'
import type { SigningKey } from '../../src/crypto/signing-key.ts'
import type { SqliteFolders } from '../../src/storage/sqlite/storage.ts'
import { runProgram, startServerProcess, type ServerProcess } from './server-process.ts'
import { keys } from './test-ledger.ts'

/** Where the program keeps a ledger that it is started in. */
export function foldersIn(folder: string): SqliteFolders {
  const data = join(folder, 'attestree-data')
  return { data, signer: join(data, 'signer') }
}

/** A ledger in which `keys.ci` is registered as a builder; stopped. */
export async function createRegisteredLedger(at: string): Promise<FirstContact> {
  const init = await runProgram(['server', 'init'], at)
  if (init.code !== 0) throw new Error(`init exits with ${init.code}: ${init.stderr}`)
  const server = await startServerProcess([], at)
  const trust = await firstContact(server.url)
  const client = new Client({ url: server.url, ...trust })
  const { root, id } = await currentTrustRoot(client)
  const next = { ...withSigner(root, 'ci', keys.ci.publicKey, ['https://*']), version: 2, previous: id }
  await client.submit(signStatement(trustRootStatement(next), await administratorKey(at)))
  await stopServer(server)
  return trust
}

export async function administratorKey(at: string): Promise<SigningKey> {
  const config = join(at, 'config', 'attestree')
  const [log = ''] = await readdir(config)
  return parseKeyFile(await readFile(join(config, log, 'admin.key'), 'utf8'), '')
}

/** SIGTERM. @throws Error if it does not end in order */
export async function stopServer(server: ServerProcess): Promise<void> {
  const code = await server.stop()
  if (code !== 0) throw new Error(`SIGTERM exits with ${code}`)
}

/** Runs `use` while the ledger is served, and stops it in order. */
export async function whileServed<T>(
  folder: string,
  args: readonly string[],
  use: (url: string) => Promise<T>,
): Promise<T> {
  const server = await startServerProcess(args, folder)
  let result: T
  try {
    result = await use(server.url)
  } catch (cause) {
    await server.kill()
    throw cause
  }
  await stopServer(server)
  return result
}
