import { expect } from 'chai'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, it } from 'mocha'
import { CYCLONEDX, SLSA_PROVENANCE_V02, SPDX } from '../../src/attestation/predicate-types.ts'
import { spliceStatement } from '../../src/attestation/statement.ts'
import { advisoryParts } from '../../src/client/advisory-parts.ts'
import { Client } from '../../src/client/client.ts'
import { auditLog } from '../../src/client/audit.ts'
import { collectEvidence } from '../../src/client/evidence.ts'
import { firstContact } from '../../src/client/first-contact.ts'
import { verifiedImages } from '../../src/client/verified-images.ts'
import { verifiedSearch } from '../../src/client/verified-search.ts'
import { createApp } from '../../src/http/app.ts'
import { startServer } from '../../src/http/serve.ts'
import { openSqliteStorage } from '../../src/storage/sqlite/storage.ts'
import { verifyEvidence } from '../../src/verify/evidence.ts'
import type { SearchAnswer } from '../../src/verify/search.ts'
import { parseSearchQuestion } from '../../src/verify/search-wire.ts'
import { expectSound } from '../helpers/check-ledger.ts'
import { knownAdvisories, osvJson } from './advisories.ts'
import { foundBy } from './found-by.ts'
import { packagesIn, verdictsOf, type ListedPackage } from './oracle.ts'
import { createTestLedger, digestOf, keys, signEnvelope } from '../helpers/test-ledger.ts'

/** Real documents lie outside the repository: ATTESTREE_CORPUS, else ../shared/corpus. */
const corpus = resolve(import.meta.dirname, '../..', process.env['ATTESTREE_CORPUS'] ?? '../shared/corpus')

/** Names that several of the documents have, in several ecosystems. */
const asked = [
  'pkg:npm/read-package-json',
  'pkg:deb/debian/libgmp10',
  'pkg:golang/golang.org/x/sys',
  'pkg:pypi/pip',
  'pkg:rpm/amazon/expat',
  'pkg:maven/commons-codec/commons-codec',
]

interface RealSbom {
  readonly image: string
  readonly digest: `sha256:${string}`
  readonly bytes: Uint8Array
  readonly predicateType: string
}

/** Several real images: some seen by syft and by trivy, some by one of them. */
function realSboms(): readonly RealSbom[] {
  return ['images', 'dockerhub'].flatMap((folder) =>
    readdirSync(join(corpus, folder)).map((file) => {
      const bytes = gunzipSync(readFileSync(join(corpus, folder, file)))
      const digest = /sha256-([0-9a-f]{64})/.exec(file)?.[1]
      return {
        image: `registry.example/${folder}/${digest === undefined ? file.toLowerCase().replace(/[^a-z0-9]+/g, '-') : 'image'}`,
        digest: digest === undefined ? digestOf(file) : (`sha256:${digest}` as const),
        bytes: new Uint8Array(bytes),
        predicateType: folder === 'images' ? SPDX : CYCLONEDX,
      }
    }),
  )
}

/** Real documents, of other images with versions that were affected, or fixed, and with a group that a tool guessed. */
function changedSboms(): readonly RealSbom[] {
  const log4j = 'org.apache.logging.log4j/log4j-core'
  const changes = [
    ...['2.0-beta8', '2.0-beta9', '2.3', '2.3.1', '2.12.1', '2.12.2', '2.14.1', '2.15.0'].map((version) => [
      /org\.apache\.logging\.log4j\/log4j-core@2\.17\.[12]/g,
      `${log4j}@${version}`,
    ]),
    [/org\.apache\.logging\.log4j\/log4j-core@2\.17\.[12]/g, 'log4j-core/log4j-core@2.14.1'],
    [/commons-text@1\.[48]/g, 'commons-text@1.10.0'],
    [/spring-beans@5\.2\.21\.RELEASE/g, 'spring-beans@5.3.17'],
    [/spring-beans@5\.2\.21\.RELEASE/g, 'spring-beans@5.2.19.RELEASE'],
    [/spring-beans@5\.2\.21\.RELEASE/g, 'spring-beans@5.2.20.RELEASE'],
  ] as const
  const originals = realSboms().map((sbom) => ({ sbom, text: new TextDecoder().decode(sbom.bytes) }))
  return changes.flatMap(([written = '', changed = '']) => {
    const original = originals.find(({ text }) => text.search(written) >= 0)
    if (original === undefined) throw new Error(`no document has ${String(written)}`)
    const bytes = new TextEncoder().encode(original.text.replaceAll(written, String(changed)))
    return { ...original.sbom, digest: digestOf(String(changed)), bytes }
  })
}

function statement(sbom: RealSbom): Uint8Array {
  const subjects = [{ name: sbom.image, digest: { sha256: sbom.digest.slice('sha256:'.length) } }]
  return spliceStatement({ subjects, predicateType: sbom.predicateType }, sbom.bytes)
}

/** Every purl in a document, by a plain walk that shares nothing with the readers. */
function purlsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.startsWith('pkg:') ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(purlsIn)
}

/** The digests of images of which some SBOM names exactly this package, by text alone. */
function truth(sboms: readonly RealSbom[], component: string): readonly string[] {
  const named = sboms.filter((sbom) =>
    purlsIn(JSON.parse(new TextDecoder().decode(sbom.bytes))).some(
      (purl) => purl.split(/[@?#]/)[0] === component,
    ),
  )
  return [...new Set(named.map((sbom) => sbom.digest))].sort()
}

describe('real documents', function () {
  this.timeout(120_000)
  it('are logged, found exactly where their text names a package, proven, and verified offline', async function () {
    if (!existsSync(corpus)) {
      console.log(`    skipped, no real documents at ${corpus} (set ATTESTREE_CORPUS)`)
      return this.skip()
    }
    const folder = await mkdtemp(join(tmpdir(), 'attestree-corpus-'))
    const storage = await openSqliteStorage({
      data: join(folder, 'data'),
      signer: join(folder, 'signer'),
      create: true,
    })
    const ledger = await createTestLedger(storage)
    const server = await startServer(createApp(ledger, { report: (cause) => console.error(cause) }), {
      host: '127.0.0.1',
      port: 0,
    })
    try {
      const client = new Client({ url: server.url, ...(await firstContact(server.url)) })
      const sboms = [...realSboms(), ...changedSboms()]
      for (const sbom of sboms) await client.submit(signEnvelope(statement(sbom), keys.ci))
      await submitProvenance(client)

      for (const component of asked) {
        const { answer, report } = await verifiedImages(client, { component, limit: 1000 })
        const expected = truth(sboms, component)
        expect(expected.length, component).to.be.greaterThan(1)
        expect(answer.items.map((row) => row.image).sort(), component).to.deep.equal(expected)
        expect(report.rows).to.have.length(answer.items.length)
        const { images, affected, notAffected, undetermined, unknown } = answer.coverage
        expect(affected + notAffected + undetermined + unknown).to.equal(images)
      }
      await expectListFound(client, sboms)
      await expectRangesFound(client, sboms)
      await expectAdvisoriesFound(client, sboms)
      const evidence = await collectEvidence(client, {
        component: 'pkg:npm/read-package-json',
        range: '<3',
      })
      // The documents have it in 2.1.1 and in 5.0.2.
      expect(verifyEvidence(evidence, client.trust).rows.map((row) => row.status)).to.deep.equal(['affected'])
      expect((await auditLog(client, { deep: true })).problems).to.deep.equal([])
      await expectSound(storage)
    } finally {
      await server.close()
      await ledger[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    }
  })
})

/** Exactly the images that a plain scan of the documents' JSON finds, affected ones and those of which nobody can tell. */
async function expectAdvisoriesFound(client: Client, sboms: readonly RealSbom[]): Promise<void> {
  const { parts } = advisoryParts(new TextEncoder().encode(JSON.stringify(knownAdvisories.map(osvJson))))
  // One question for all of them: each answer is verified from the signed bytes of all documents that it rests on.
  const { answer } = await verifiedSearch(client, { parts, scope: {} }, { limit: 1000 })
  // The same rows follow from lines of the manifests, and no other.
  const whole = await verifiedSearch(client, { parts, scope: {} }, { proof: 'complete', whole: true })
  expect(whole.answer.items).to.deep.equal(answer.items)
  expect(whole.complete?.byManifest).to.have.length.above(20)
  const packagesOf = new Map<string, ListedPackage[]>()
  for (const { digest, bytes } of sboms) {
    const packages = packagesIn(JSON.parse(new TextDecoder().decode(bytes)))
    packagesOf.set(digest, [...(packagesOf.get(digest) ?? []), ...packages])
  }
  let affected = 0
  for (const [digest, packages] of packagesOf) {
    const expected = verdictsOf(knownAdvisories, packages)
    expect(foundBy(answer, digest, parts), digest).to.deep.equal(Object.fromEntries(expected))
    affected += [...expected.values()].filter((verdict) => verdict === 'affected').length
  }
  expect(affected).to.be.greaterThan(200)
}

/** Packages whose purls are the same however they are folded, so that text can be compared with text. */
const plainPurl = /^(pkg:(?:npm|golang|maven|gem|cargo|nuget|composer)\/[a-z0-9._/-]+)@([0-9A-Za-z.-]+)$/
const LISTED = 400

/** By purl, the digests of the images of which a document names it. */
function imagesByPurl(sboms: readonly RealSbom[]): ReadonlyMap<string, ReadonlySet<string>> {
  const where = new Map<string, Set<string>>()
  for (const { bytes, digest } of sboms) {
    for (const written of purlsIn(JSON.parse(new TextDecoder().decode(bytes)))) {
      // Go's module names are the same in any case, and tools do not agree on it.
      const purl = written.startsWith('pkg:golang/') ? written.toLowerCase() : written
      if (plainPurl.test(purl)) where.set(purl, (where.get(purl) ?? new Set()).add(digest))
    }
  }
  return where
}

/** Packages in several versions of three numbers, of which nobody needs an ecosystem's rules to say which is lower. */
async function expectRangesFound(client: Client, sboms: readonly RealSbom[]): Promise<void> {
  const numbersOf = (version: string): readonly number[] => version.replace(/^v/, '').split('.').map(Number)
  const compare = (a: string, b: string): number => {
    const [x, y] = [numbersOf(a), numbersOf(b)]
    return (x[0] ?? 0) - (y[0] ?? 0) || (x[1] ?? 0) - (y[1] ?? 0) || (x[2] ?? 0) - (y[2] ?? 0)
  }
  const versions = new Map<string, Map<string, ReadonlySet<string>>>()
  for (const [purl, images] of imagesByPurl(sboms)) {
    const [, key = '', version = ''] = plainPurl.exec(purl) ?? []
    versions.set(key, (versions.get(key) ?? new Map<string, ReadonlySet<string>>()).set(version, images))
  }
  const plain = [...versions].filter(
    ([, found]) => found.size > 1 && [...found.keys()].every((version) => /^v?\d+\.\d+\.\d+$/.test(version)),
  )
  expect(plain.length).to.be.greaterThan(100)
  const asked = plain.map(([key, found]) => {
    const ascending = [...found.keys()].sort(compare)
    const fixed = ascending[Math.ceil(ascending.length / 2)] ?? ''
    const images = ascending
      .filter((one) => compare(one, fixed) < 0)
      .flatMap((one) => [...(found.get(one) ?? [])])
    return { key, fixed, images: [...new Set(images)].sort() }
  })
  const parts = asked.map(({ key, fixed }) => {
    const type = /^pkg:([^/]+)/.exec(key)?.[1] ?? ''
    const ranges = [{ type, events: [{ introduced: '0' }, { fixed }] }]
    return { keys: [key], type, names: 'installed', ranges }
  })
  const { answer } = await verifiedSearch(client, parseSearchQuestion({ parts }), { limit: 1000 })
  expect(asked.map(({ key }, part) => ({ key, images: affectedBy(answer, part) }))).to.deep.equal(
    asked.map(({ key, images }) => ({ key, images })),
  )
}

function affectedBy({ items }: SearchAnswer, part: number): readonly string[] {
  return items
    .filter(({ matches }) => matches.some((one) => one.part === part && one.status === 'affected'))
    .map(({ image }) => image)
    .sort()
}

/** A list of real packages, each in one version, in one question: found exactly in the documents whose text names them. */
async function expectListFound(client: Client, sboms: readonly RealSbom[]): Promise<void> {
  const where = imagesByPurl(sboms)
  // Spread over all ecosystems, those that several images have first.
  const listed = [...where].sort(([, a], [, b]) => b.size - a.size).filter((_, i) => i < 50 || i % 7 === 0)
  const wanted = listed.slice(0, LISTED)
  expect(wanted.length).to.equal(LISTED)
  const parts = wanted.map(([purl]) => {
    const [, key = '', version = ''] = plainPurl.exec(purl) ?? []
    return { keys: [key], type: /^pkg:([^/]+)/.exec(key)?.[1] ?? '', names: 'installed', listed: [version] }
  })
  const { answer } = await verifiedSearch(client, parseSearchQuestion({ parts }), { limit: 1000 })
  const found = wanted.map(([purl], part) => ({ purl, images: affectedBy(answer, part) }))
  expect(found).to.deep.equal(wanted.map(([purl, images]) => ({ purl, images: [...images].sort() })))
}

/** Real provenance of Kubernetes: its subjects are binaries, so they are recorded and searchable, but are no images. */
async function submitProvenance(client: Client): Promise<void> {
  const before = await imagesOnceIndexed(client)
  const text = gunzipSync(readFileSync(join(corpus, 'kubernetes', 'kube-slsa-v1.24.1.json.gz'))).toString(
    'utf8',
  )
  const document = JSON.parse(text) as {
    subject: { name: string; digest: Record<string, string> }[]
    predicate: object
  }
  const subjects = document.subject.filter((subject) => subject.digest['sha256'] !== undefined)
  const predicate = new TextEncoder().encode(JSON.stringify(document.predicate))
  await client.submit(
    signEnvelope(spliceStatement({ subjects, predicateType: SLSA_PROVENANCE_V02 }, predicate), keys.ci),
  )
  expect(await imagesOnceIndexed(client)).to.equal(before)
}

/** The index follows what is acknowledged; a count of it says nothing before it has caught up. */
async function imagesOnceIndexed(client: Client): Promise<number> {
  let { asOf, coverage } = await client.status()
  while (asOf.indexedThrough < asOf.treeSize) ({ asOf, coverage } = await client.status())
  return coverage.images
}
