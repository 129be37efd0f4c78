/** Images without an SBOM that counts, by themselves and beside a search. */
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { logIndex } from '../../src/brand.ts'
import { printUnknown } from '../../src/cli/find-unknown.ts'
import { searchCsv, searchNdjson, unknownCsv, unknownNdjson } from '../../src/cli/search-files.ts'
import { printSearch } from '../../src/cli/search-summary.ts'
import { createColors, type Terminal } from '../../src/cli/terminal.ts'
import { allUnknown, type UnknownImages } from '../../src/cli/unknown-images.ts'
import type { UnknownImageRow, UnknownImagesAnswer } from '../../src/verify/unknown-answer.ts'
import { answerOf, asked, digestOf, pagesOf } from './search-answers.ts'

const built: UnknownImageRow = {
  image: digestOf('7'),
  names: ['registry.test/\u001b[2Jbuilt:1', 'registry.test/built:2'],
  revoked: true,
  entry: logIndex(4),
  sboms: [logIndex(5)],
  provenance: [{ entry: logIndex(4), builder: 'https://ci.test/b', commits: ['git.test/x@dddd'] }],
}
const bare: UnknownImageRow = {
  ...built,
  image: digestOf('8'),
  names: [],
  revoked: false,
  sboms: [],
  provenance: [],
}

const { entries, asOf } = answerOf([])
const coverage = { images: 9, withSbom: 7, unknown: 2, unreadableEntries: 0 }

function answer(items: readonly UnknownImageRow[], next?: string): UnknownImagesAnswer {
  const rest = { coverage, entries, asOf, assurance: 'rows', notEstablished: ['complete', 'rows'] } as const
  return { question: {}, items, ...(next === undefined ? {} : { next }), ...rest }
}

const whole: UnknownImages = { answer: answer([built, bare]), isWhole: true }

function printed(print: (terminal: Terminal) => void, columns?: number): string {
  const lines: string[] = []
  const sink = { write: () => undefined, note: () => undefined, color: createColors(false), columns }
  print({ ...sink, print: (line = '') => void lines.push(line) })
  return lines.join('\n')
}

describe('unknown images', () => {
  it('are listed with why, who built them, and on whose word, whatever the width, steering no terminal', () => {
    for (const columns of [undefined, 90]) {
      const text = printed((terminal) => printUnknown(terminal, whole), columns).replaceAll(/\s+/g, ' ')
      for (const fact of [
        built.image,
        bare.image,
        'https://ci.test/b',
        'SBOM #5 does not count',
        'unknown, revoked',
      ])
        expect(text).to.include(fact)
      expect(text).to.include('2 images have no SBOM that counts.').and.include('is the server’s word')
      expect(text).to.not.include('\u001b')
      expect(text).to.not.include('The server counts')
    }
    const fewer = { answer: answer([built]), isWhole: true }
    expect(printed((terminal) => printUnknown(terminal, fewer))).to.include(
      '! The server counts 2 and lists 1.',
    )
  })

  it('stand in CSV in the columns of a search, with state unknown, and its end record tells a cut', () => {
    const [header = '', first = '', , end = ''] = unknownCsv(whole).split('\r\n')
    expect(first.split(',').length).to.equal(header.split(',').length)
    expect(first)
      .to.match(/^unknown,sha256:7{64},/)
      .and.include('https://ci.test/b')
    expect(end).to.match(/^#END,2,origin=log\.test,.*unknown=2/)
    expect(unknownCsv({ ...whole, isWhole: false })).to.include('limited=true')
    const last = unknownNdjson(whole).trimEnd().split('\n').at(-1) ?? ''
    expect(JSON.parse(last)).to.deep.equal({ kind: 'End', count: 2, complete: true })
  })

  it('stand beside a search in every form, and a number other than the counted one is told', () => {
    const found = { ...pagesOf(), unknown: [built] }
    expect(searchCsv(found)).to.match(/\r\nunknown,sha256:7{64},.*\r\n#END,6,/)
    expect(searchNdjson(found)).to.include('{"kind":"Unknown","toldBy":"server","image":"sha256:7777')
    const text = printed((terminal) => printSearch(terminal, found, asked, undefined))
    expect(text).to.include(built.image).and.not.include('lists 1')
    const two = printed((terminal) =>
      printSearch(terminal, { ...pagesOf(), unknown: [built, bare] }, asked, undefined),
    )
    expect(two).to.include('! The server counts 1 unknown images and lists 2.')
    const without = printed((terminal) => printSearch(terminal, pagesOf(), asked, undefined))
    expect(without).to.include('--unknown lists them')
  })

  it('are followed over short and empty pages to the end, or to the limit', async () => {
    const pages: Readonly<Record<string, UnknownImagesAnswer>> = {
      '': answer([built], 'a'),
      a: answer([], 'b'),
      b: answer([bare]),
    }
    const client = {
      unknownImages: ({ cursor = '' }: { readonly cursor?: string } = {}) =>
        Promise.resolve(pages[cursor] ?? answer([])),
    }
    const all = await allUnknown(client, {})
    expect([all.answer.items, all.isWhole]).to.deep.equal([[built, bare], true])
    const one = await allUnknown(client, {}, 1)
    expect([one.answer.items, one.isWhole]).to.deep.equal([[built], false])
  })
})
