/** `attestree show key:…`, the part beside its revocations: which images it signed something about. */
import type { Client } from '../client/client.ts'
import type { FoundAnswer } from '../verify/answer.ts'
import { formatTable, plural, printWrapped } from './table.ts'
import { visible, type Terminal } from './terminal.ts'

/** More than a person reads; find --signer gives all. */
const IMAGES_SHOWN = 100

export interface SignedImages {
  readonly images: readonly {
    readonly image: string
    readonly names: readonly string[]
    /** What it signed about the image, ascending; each proven to be in the log, and to be signed by it. */
    readonly entries: readonly number[]
  }[]
  /** Whether there are others. */
  readonly more: boolean
}

/** @param uri `key:sha256:…` */
export async function signedImages(client: Client, uri: string): Promise<SignedImages> {
  const answer: FoundAnswer = await client.found({ signer: uri.slice('key:'.length), limit: IMAGES_SHOWN })
  const images = answer.items.map(({ image, names, matches }) => ({
    image,
    names,
    entries: matches.map((one) => one.entry),
  }))
  return { images, more: answer.next !== undefined }
}

export function printSignedImages(terminal: Terminal, uri: string, { images, more }: SignedImages): void {
  terminal.print('')
  if (images.length === 0) terminal.print('It has signed nothing about an image, as far as the server says.')
  else {
    terminal.print(
      `It signed statements about ${plural(images.length, 'image')}${more ? ', and others' : ''}:`,
    )
    const rows = images.map(({ image, names, entries }) => [
      entries.map((entry) => `#${entry}`).join(' '),
      names.join(' ') || '(no name)',
      image,
    ])
    for (const line of formatTable(['ENTRIES', 'IMAGE', 'DIGEST'], rows)) terminal.print(line)
    terminal.print('✓ Each entry is proven to be in the log, and signed by this key.')
    const taken = 'That they are about these images, and that there are no others, is the server’s word.'
    printWrapped(terminal, '? ', taken)
  }
  if (more)
    terminal.print(`All of them: attestree find --signer ${visible(uri.slice('key:'.length))} --limit 1000`)
}
