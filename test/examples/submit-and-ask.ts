/** The SDK: record what is in an image, ask which images contain a package, keep the proof. */
import { Client, collectEvidence, signStatement, verifiedImages } from 'attestree'
import type { ClientOptions, SigningKey } from 'attestree'

const IMAGE = 'b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c'

/**
 * @param ledger its url, its log key and its trust root, as a trust file has them
 * @returns the indexes of its entries: on stable storage, and proven to be in the log
 */
export async function record(ledger: ClientOptions, sbom: object, builder: SigningKey): Promise<string[]> {
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'registry.example.com/shop', digest: { sha256: IMAGE } }],
    predicateType: 'https://cyclonedx.org/bom',
    predicate: sbom,
  }
  const payload = new TextEncoder().encode(JSON.stringify(statement))
  const { entries } = await new Client(ledger).submit(signStatement(payload, builder))
  return Object.keys(entries)
}

/** @returns the images, and a file that proves them to anybody, without the ledger */
export async function find(ledger: ClientOptions): Promise<{ images: string[]; evidence: Uint8Array }> {
  const client = new Client(ledger)
  const question = { component: 'pkg:npm/lodash', range: '<4.17.21' }
  const { answer } = await verifiedImages(client, question)
  const evidence = await collectEvidence(client, question)
  return { images: answer.items.map(({ image }) => image), evidence }
}
