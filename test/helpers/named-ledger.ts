/** A ledger in memory that lists packages, CPEs and bare names which people may call the same. */
import { formatStatement } from '../../src/attestation/statement.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { createTestLedger, digestOf, keys, signEnvelope } from './test-ledger.ts'

export interface Listed {
  readonly name: string
  readonly version?: string
  readonly purl?: string
  readonly cpe?: string
}

export function sbomOf(image: string, components: readonly Listed[]): Uint8Array {
  return formatStatement({
    subjects: [{ name: `registry.test/${image}`, digest: { sha256: digestOf(image).slice(7) } }],
    predicateType: 'https://cyclonedx.org/bom',
    predicate: {
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      version: 1,
      components: components.map((one) => ({ type: 'library', ...one })),
    },
  })
}

export const purls = (...texts: readonly string[]): readonly Listed[] =>
  texts.map((purl) => ({ name: 'as the purl has it', purl }))

export const LOG4J = 'pkg:maven/org.apache.logging.log4j/log4j-core'
const SBOMS: readonly (readonly Listed[])[] = [
  purls(
    `${LOG4J}@2.14.1`,
    `${LOG4J}@2.17.1`,
    'pkg:maven/org.example/log4j-core@1',
    'pkg:npm/%40babel/core@7.0.0',
  ),
  purls(
    'pkg:npm/core@1.0.0',
    'pkg:npm/log4j-core-types@1',
    'pkg:golang/github.com/go-jose/go-jose/v3@v3.0.0',
  ),
  purls('pkg:deb/debian/liblzma5@5.6.1-1?upstream=xz-utils', 'pkg:pypi/typing-extensions@4.0'),
  [
    { name: 'OpenSSL', version: '3.0.1', cpe: 'cpe:2.3:a:openssl:openssl:3.0.1:*:*:*:*:*:*:*' },
    { name: 'Log4j-Core', version: '2.14.1' },
  ],
  purls(`${LOG4J}@2.15.0`, 'pkg:nuget/Newtonsoft.Json@13.0.1'),
]

/** Five images, in the entries from 1 on. */
export async function ledgerOfNames(): Promise<Ledger> {
  const ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
  for (const [at, listed] of SBOMS.entries())
    await ledger.submit(signEnvelope(sbomOf(`image-${at}`, listed), keys.ci))
  return ledger
}
