/**
 * Known advisories over images that lie on both sides of each of their boundaries: exactly the images that a plain scan of the
 * documents finds, by an oracle of its own (issue 6, "Ground truth"). Over real documents, corpus.test.ts asks the same.
 */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { CYCLONEDX, SPDX } from '../../src/attestation/predicate-types.ts'
import { spliceStatement } from '../../src/attestation/statement.ts'
import { advisoryParts } from '../../src/client/advisory-parts.ts'
import { verifiedSearch } from '../../src/client/verified-search.ts'
import { openMemoryStorage } from '../../src/storage/memory/storage.ts'
import { clientOf } from '../helpers/story.ts'
import { createTestLedger, digestOf, keys, signEnvelope } from '../helpers/test-ledger.ts'
import { knownAdvisories, osvJson } from './advisories.ts'
import { foundBy } from './found-by.ts'
import { judgedPackages, judgingAdvisories } from './judged-packages.ts'
import { cycloneDx, spdx } from './made-documents.ts'
import { madeImages, type MadeImage } from './made-images.ts'
import { packagesIn, verdictsOf } from './oracle.ts'

/** Documents of names alone do not count (contracts.md 2). */
const other = { name: 'other', version: '1.0.0', purl: 'pkg:npm/other@1.0.0' }

describe('known advisories', () => {
  it('find exactly the images that the text of their SBOMs shows affected, and those of which nobody can tell', async () => {
    const images = madeImages()
    const { found, withdrawn } = await search(images, knownAdvisories.map(osvJson))
    expect(withdrawn).to.deep.equal(['GO-2022-0617', 'GO-2024-2527'])
    let verdicts = 0
    for (const { name, documents } of images) {
      const expected = verdictsOf(
        knownAdvisories,
        documents.flatMap(({ predicate }) => packagesIn(predicate)),
      )
      expect(found(name), name).to.deep.equal(Object.fromEntries(expected))
      verdicts += expected.size
    }
    expect(verdicts).to.be.greaterThan(1000)
  })

  it('find packages of distributions and of other ecosystems where a person does', async () => {
    const images = judgedPackages.map(([, , , listed], at) => ({
      name: `registry.example/judged-${at}`,
      documents: [
        listed.sourceInfo !== undefined
          ? { predicateType: SPDX, predicate: spdx([listed, other]) }
          : { predicateType: CYCLONEDX, predicate: cycloneDx([listed, other]) },
      ],
    }))
    const { found } = await search(images, judgingAdvisories)
    for (const [at, [rule, id, verdict]] of judgedPackages.entries())
      expect(found(images[at]?.name ?? ''), rule).to.deep.equal(
        verdict === undefined ? {} : { [id]: verdict },
      )
  })
})

async function search(images: readonly MadeImage[], advisories: readonly object[]) {
  await using ledger = await createTestLedger(openMemoryStorage(), { batchWindowMs: 0 })
  for (const image of images)
    await Promise.all(statementsOf(image).map((one) => ledger.submit(signEnvelope(one, keys.ci))))
  const { parts, withdrawn } = advisoryParts(new TextEncoder().encode(JSON.stringify(advisories)))
  const { answer } = await verifiedSearch(clientOf(ledger), { parts, scope: {} }, { limit: 1000 })
  return { withdrawn, found: (name: string) => foundBy(answer, digestOf(name), parts) }
}

function statementsOf({ name, documents }: MadeImage): readonly Uint8Array[] {
  const subjects = [{ name, digest: { sha256: digestOf(name).slice('sha256:'.length) } }]
  return documents.map(({ predicateType, predicate }) =>
    spliceStatement({ subjects, predicateType }, new TextEncoder().encode(JSON.stringify(predicate))),
  )
}
