/** `attestree import dir`: everything is recorded or refused with a reason, and nothing twice. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { REVOCATION, SLSA_PROVENANCE_V02 } from '../../src/attestation/predicate-types.ts'
import { parseStatement } from '../../src/attestation/statement.ts'
import { signedEntry } from '../../src/client/signed-entry.ts'
import { prepareDocument } from '../../src/cli/import-document.ts'
import { documentsIn, filesUnder, readSubjects } from '../../src/cli/import-files.ts'
import { runImport, type ImportJob, type ImportRun } from '../../src/cli/import-run.ts'
import { documentImage } from '../../src/sbom/document-image.ts'
import { Unreachable } from '../../src/client/unreachable.ts'
import { utf8 } from '../../src/encoding/utf8.ts'
import { Fault } from '../../src/errors.ts'
import { faultOf } from '../helpers/fault-of.ts'
import { clientOf, payloads, tellStory, type Story } from '../helpers/story.ts'
import { digestOf, keys, sbomPayload, signEnvelope, testKey } from '../helpers/test-ledger.ts'

const HEX = digestOf('one').slice('sha256:'.length)
const cycloneDx = (about: object): string =>
  JSON.stringify({
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    metadata: { component: { type: 'container', ...about } },
    components: [{ type: 'library', name: 'lodash', version: '1.0.0', purl: 'pkg:npm/lodash@1.0.0' }],
  })
const spdx = (document: object): string =>
  JSON.stringify({ spdxVersion: 'SPDX-2.3', packages: [], ...document })

const kubernetes = {
  _type: 'https://in-toto.io/Statement/v0.1',
  subject: [{ name: 'kubectl', digest: { sha256: HEX, sha1: 'a'.repeat(40) } }],
  predicateType: SLSA_PROVENANCE_V02,
  predicate: { builder: { id: 'https://k8s.test/builder' }, buildType: 'https://k8s.test/v1' },
}

/** What each file of the folder becomes: its image's digest, or the reason. */
const folder: Readonly<Record<string, readonly [content: string | Uint8Array, becomes: string]>> = {
  'named.json': [cycloneDx({ name: 'registry.test/one:1', version: `sha256:${HEX}` }), 'recorded'],
  'deep/packed.json.gz': [gzipSync(spdx({ name: `registry.test/one@sha256:${HEX}` })), 'recorded'],
  'mapped.json': [cycloneDx({ name: 'shop' }), 'recorded'],
  [`file-sha256-${HEX}.json`]: [cycloneDx({ name: 'shop' }), 'recorded'],
  'statement.json': [JSON.stringify(kubernetes), 'recorded'],
  'lines.jsonl': [
    [signEnvelope(payloads.shop, keys.ci), signEnvelope(sbomPayload('new', ['a@1.0.0']), keys.ci)]
      .map((one) => new TextDecoder().decode(one))
      .join('\n'),
    'recorded',
  ],
  'nowhere.json': [cycloneDx({ name: 'shop' }), 'no-image-digest'],
  'bom.xml': ['<?xml version="1.0"?><bom/>', 'sbom-format-unsupported'],
  'graph.json': ['{"@context":"https://spdx.org/rdf/3.0.0/spdx-context.jsonld"}', 'no-image-digest'],
  'notes.md': ['# Notes', 'document-unknown'],
  'other.json': ['{"hello":1}', 'document-unknown'],
  'broken.json': ['{"bomFormat":', 'json-malformed'],
  'broken.gz': [new Uint8Array([0x1f, 0x8b, 1, 2]), 'encoding-malformed'],
  'keyless.json': [
    '{"payload":"","payloadType":"x","signatures":[{"sig":"","cert":"x"}]}',
    'keyless-not-supported-yet',
  ],
  'stranger.json': [signEnvelope(sbomPayload('x', []), testKey('nobody')), 'untrusted-signer'],
  'control.json': [
    JSON.stringify({ ...kubernetes, predicateType: REVOCATION, predicate: {} }),
    'statement-unacceptable',
  ],
}

describe('attestree import dir', () => {
  let root: string
  let story: Story

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'attestree-import-'))
    for (const [name, [content]] of Object.entries(folder)) {
      await mkdir(dirname(join(root, name)), { recursive: true })
      await writeFile(join(root, name), content)
    }
    await writeFile(
      join(root, '.subjects'),
      `# file image\nmapped.json\tregistry.test/two@${digestOf('two')}\n`,
    )
    story = await tellStory()
  })

  after(async () => {
    await story.ledger[Symbol.asyncDispose]()
    await rm(root, { recursive: true })
  })

  async function run(changes: Partial<ImportJob> = {}): Promise<ImportRun> {
    return runImport({
      client: clientOf(story.ledger),
      key: keys.ci,
      folder: root,
      files: await filesUnder(root),
      subjects: await readSubjects(join(root, '.subjects')),
      signal: new AbortController().signal,
      onProgress: () => undefined,
      ...changes,
    })
  }

  it('records or refuses each document for its reason; again, it records nothing and says what is there', async () => {
    const first = await run()
    const became = first.results.map((one) => [
      one.source,
      one.state === 'refused' ? one.fault.reason : one.state,
    ])
    const expected = Object.entries(folder).flatMap(([name, [, becomes]]) =>
      name === 'lines.jsonl'
        ? [
            [`${name}:1`, 'already-recorded'],
            [`${name}:2`, 'recorded'],
          ]
        : [[name, becomes]],
    )
    expect(became).to.have.deep.members(expected)
    expect(first.stoppedBy).to.equal(undefined)

    const size = (await story.ledger.status()).asOf.treeSize
    const again = await run()
    expect(again.results.filter((one) => one.state === 'recorded')).to.deep.equal([])
    expect(again.results.filter((one) => one.state === 'already-recorded')).to.have.length(7)
    expect((await story.ledger.status()).asOf.treeSize).to.equal(size)
  })

  it('wraps what nobody signed as its own statement, which says where it came from and keeps every byte', async () => {
    const { results } = await run()
    const mapped = results.find((one) => one.source === 'mapped.json')
    if (mapped === undefined || mapped.state === 'refused') throw new Error('mapped.json was not recorded')
    const [index] = mapped.entries
    if (index === undefined) throw new Error('no entry')
    const { payload, entry, statement } = await signedEntry(clientOf(story.ledger), index)
    expect(entry.keyId).to.equal(keys.ci.publicKey.id)
    expect(statement.subjects).to.deep.equal([
      { name: 'registry.test/two', digest: { sha256: digestOf('two').slice(7) } },
    ])
    const text = new TextDecoder().decode(payload)
    expect(text).to.include('"annotations":{"importedFrom":"mapped.json"}')
    expect(text.endsWith(`"predicate":${cycloneDx({ name: 'shop' })}}`)).to.equal(true)
  })

  it('stops where it is not the document’s fault, and keeps what it has done', async () => {
    const fetch: typeof globalThis.fetch = async () => {
      throw new TypeError('fetch failed')
    }
    const client = clientOf(story.ledger)
    Object.defineProperty(client, 'attestation', {
      value: () => fetch('').catch((cause) => unreachable(cause)),
    })
    const { stoppedBy, results } = await run({ client })
    expect(stoppedBy).to.be.instanceOf(Unreachable)
    expect(results.some((one) => one.state === 'refused')).to.equal(true)
    expect(results.some((one) => one.state === 'recorded')).to.equal(false)
  })

  it('given up, it says so and takes nothing new', async () => {
    const { stoppedBy } = await run({ signal: AbortSignal.abort(new Error('enough')) })
    expect(stoppedBy?.message).to.equal('enough')
  })

  it('given up while a busy server makes it wait, it ends at once and tells what was done', async () => {
    const giveUp = new AbortController()
    const client = clientOf(story.ledger)
    let asked = 0
    client.attestation = async () => {
      // Once all workers wait: for what the server asks for, a minute.
      if (++asked === 7) setImmediate(() => giveUp.abort(new Error('enough')))
      throw new Fault('shutting-down', 'ledger: shutting down', { facts: { retryAfterSeconds: 60 } })
    }
    const { stoppedBy, results } = await run({ client, signal: giveUp.signal })
    expect(stoppedBy?.message).to.equal('enough')
    expect(results.some((one) => one.state === 'refused')).to.equal(true)
  })

  it('keeps the subjects and the predicate of an unsigned statement', async () => {
    const [document] = await documentsIn(root, 'statement.json', undefined)
    if (document === undefined) throw new Error('no document')
    const prepared = prepareDocument(document, keys.ci.publicKey.id)
    if (prepared.kind !== 'statement') throw new Error('not wrapped')
    const statement = parseStatement(prepared.payload)
    expect(statement.subjects).to.deep.equal(kubernetes.subject)
    expect(statement).to.deep.include({ predicateType: SLSA_PROVENANCE_V02, predicate: kubernetes.predicate })
  })

  it('refuses a mapping that is none, with its line', async () => {
    const cases = ['one.json', 'one.json shop:latest', `a x@${digestOf('a')}\na x@${digestOf('a')}`]
    for (const text of cases) {
      await writeFile(join(root, '.wrong'), `# mapping\n${text}\n`)
      const refused = await readSubjects(join(root, '.wrong')).catch((cause: unknown) => String(cause))
      expect(refused, text).to.match(/UsageError: .*\.wrong:[23]: /)
    }
  })
})

function unreachable(cause: unknown): never {
  throw new Unreachable('no-answer', 'https://ledger.test', 'no answer', cause)
}

describe('the image of a document', () => {
  const image = (text: string) => documentImage(JSON.parse(text) as never)

  it('is found where syft and trivy write it, most explicit first', () => {
    const digest = `sha256:${HEX}`
    const cases: readonly (readonly [string, string])[] = [
      [cycloneDx({ name: 'registry.test/one:1', version: digest }), 'registry.test/one:1'],
      [
        cycloneDx({
          name: 'one',
          purl: `pkg:oci/one@sha256%3A${HEX}?repository_url=registry.test%2Fa%2Fone`,
        }),
        'registry.test/a/one',
      ],
      [
        cycloneDx({
          name: 'x',
          properties: [{ name: 'aquasecurity:trivy:RepoDigest', value: `registry.test/one@${digest}` }],
        }),
        'registry.test/one',
      ],
      [spdx({ name: `puppet/one@${digest}` }), 'puppet/one'],
      [
        spdx({ name: 'x', documentNamespace: `https://anchore.com/syft/image/a/one@sha256-${HEX}-1-2` }),
        'a/one',
      ],
      [
        spdx({ name: 'x', packages: [{ attributionTexts: ['ImageID: x', `RepoDigest: one@${digest}`] }] }),
        'one',
      ],
      [cycloneDx({ name: 'Not A Name', version: digest }), ''],
    ]
    for (const [text, name] of cases) expect(image(text), text).to.deep.equal({ name, digest })
  })

  it('is never a component’s, a layer’s or a configuration’s digest', () => {
    const packages = [
      { name: 'glibc', externalRefs: [{ referenceLocator: `pkg:oci/glibc@sha256:${HEX}` }] },
      { name: 'x', attributionTexts: [`ImageID: sha256:${HEX}`, `DiffID: sha256:${HEX}`] },
    ]
    expect(image(spdx({ name: 'x', packages }))).to.equal(undefined)
    expect(image(cycloneDx({ name: 'one', version: '1.0' }))).to.equal(undefined)
  })

  it('what is no JSON is refused before anybody asks for its image, with what converts it as it stands there', () => {
    const document = { source: 'a.spdx.gz', bytes: utf8('SPDXVersion: SPDX-2.3\n'), told: undefined }
    const fault = faultOf(() => prepareDocument(document, keys.ci.publicKey.id))
    expect(fault?.reason).to.equal('sbom-format-unsupported')
    expect(fault?.hint).to.match(/^Convert it: gunzip --keep a\.spdx\.gz && pyspdxtools -i a\.spdx /)
  })
})
