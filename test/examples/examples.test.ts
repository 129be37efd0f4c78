/** The examples of README.md are programs: they are compiled with the tests, run here, and quoted as they stand. */
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { formatVerifierKey, generateSigningKey } from 'attestree'
import { repositoryRoot } from '../helpers/repository.ts'
import { startExample } from './embedded-ledger.ts'
import { find, record } from './submit-and-ask.ts'
import { check } from './verify-evidence.ts'

const SBOM = {
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  components: [{ type: 'library', name: 'lodash', version: '4.17.20', purl: 'pkg:npm/lodash@4.17.20' }],
}

/** From the first line after the file's comment. */
const codeOf = (file: string): string =>
  readFileSync(join(import.meta.dirname, file), 'utf8').replace(/^\/\*\*.*\*\/\n/, '')

describe('examples', () => {
  it('start a ledger, record an SBOM, find the image, and verify the evidence without the ledger', async () => {
    const builder = generateSigningKey('ecdsa-p256', randomBytes)
    const ledger = await startExample(builder)
    let evidence: Uint8Array
    try {
      expect(await record(ledger, SBOM, builder)).to.deep.equal(['1'])
      const found = await find(ledger)
      expect(found.images).to.have.length(1)
      evidence = found.evidence
    } finally {
      await ledger.close()
    }
    const verify = (file: Uint8Array): string =>
      check(file, formatVerifierKey(ledger.logKey), ledger.trustRoot)
    // That no image is missing is proven as well: it is not among what is not established.
    expect(verify(evidence))
      .to.match(/^1 images, each proven/)
      .and.not.contain('complete')
    const text = new TextDecoder().decode(evidence)
    expect(verify(new TextEncoder().encode(text.replace('"affected"', '"unknown"')))).to.match(/^refused/)
    // Closing again is nothing new; asking it is an error that says so.
    await ledger.close()
    const failure: unknown = await find(ledger).catch((cause: unknown) => cause)
    expect(failure).to.have.property('name', 'Unreachable')
  })

  it('stand in README.md as they are', () => {
    const readme = readFileSync(join(repositoryRoot, 'README.md'), 'utf8')
    const files = readdirSync(import.meta.dirname).filter((name) => !name.endsWith('.test.ts'))
    expect(files).to.have.length(3)
    expect(files.filter((file) => !readme.includes(`\`\`\`ts\n${codeOf(file)}\`\`\`\n`))).to.deep.equal([])
  })
})
