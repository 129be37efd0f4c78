import { expect } from 'chai'
import { describe, it } from 'mocha'
import type { JsonValue } from '../../src/encoding/strict-json.ts'
import { introductionOf, MAX_PATHS, readDependencies } from '../../src/sbom/dependency-graph.ts'
import { cycloneDx, spdx, spdx3 } from './documents.ts'

function introduced(
  document: JsonValue,
  name: string,
): readonly [relation: string, paths: readonly string[]] {
  const { relation, paths } = introductionOf(readDependencies(document), (node) => node.name === name)
  return [relation, paths.map((path) => path.map((node) => node.name).join(' > '))]
}

const component = (name: string): JsonValue => ({ type: 'library', 'bom-ref': name, name })

function withEdges(edges: Readonly<Record<string, readonly string[]>>): JsonValue {
  const names = [...new Set([...Object.keys(edges), ...Object.values(edges).flat()])]
  return cycloneDx({
    metadata: { component: component('app') },
    components: names.filter((name) => !['app', 'nobody'].includes(name)).map(component),
    dependencies: Object.entries(edges).map(([ref, dependsOn]) => ({ ref, dependsOn })),
  })
}

describe('dependency graphs', () => {
  it('of CycloneDX give the shortest ways from the root, and tell direct from transitive', () => {
    const document = withEdges({ app: ['web', 'log'], web: ['log', 'deep'], deep: ['core'], log: ['core'] })
    expect(introduced(document, 'log')).to.deep.equal(['direct', ['app > log']])
    expect(introduced(document, 'core')).to.deep.equal(['transitive', ['app > log > core']])
    expect(introduced(document, 'absent')).to.deep.equal(['unknown', []])
  })

  it('say unknown where a document has no edges, and who holds a component where nothing depends on it', () => {
    expect(introduced(cycloneDx(), 'zlib')[0]).to.equal('unknown')
    expect(introduced(cycloneDx(), 'semver')).to.deep.equal(['unknown', ['core > semver']])
  })

  it('of SPDX read both directions, and the base image', () => {
    const relation = (from: string, type: string, to: string): JsonValue => ({
      spdxElementId: from,
      relationshipType: type,
      relatedSpdxElement: to,
    })
    const document = spdx({
      relationships: [
        relation('SPDXRef-DOCUMENT', 'DESCRIBES', 'SPDXRef-3'),
        relation('SPDXRef-3', 'CONTAINS', 'SPDXRef-2'),
        relation('SPDXRef-1', 'DEPENDENCY_OF', 'SPDXRef-2'),
        relation('SPDXRef-3', 'DESCENDANT_OF', 'SPDXRef-1'),
        relation('SPDXRef-1', 'DEPENDS_ON', 'SPDXRef-absent'),
      ],
    })
    expect(introduced(document, 'curl')).to.deep.equal(['transitive', ['app > Flask > curl']])
    expect(readDependencies(document).bases.map((node) => node.purl)).to.deep.equal([
      'pkg:apk/alpine/curl@7.83.0-r0?arch=x86_64',
    ])
  })

  it('of SPDX 3 are found by the same words', () => {
    expect(introduced(spdx3(), 'curl')).to.deep.equal(['direct', ['app > curl']])
    expect(introduced(spdx3(), 'Flask')).to.deep.equal(['direct', ['app > Flask']])
  })

  it('with circles, edges to nothing and to themselves end', () => {
    const document = withEdges({ app: ['a'], a: ['b', 'a'], b: ['c'], c: ['b', 'a', 'nobody'] })
    expect(introduced(document, 'c')).to.deep.equal(['transitive', ['app > a > b > c']])
    const alone = withEdges({ a: ['b'], b: ['a'] })
    expect(introduced(alone, 'a')).to.deep.equal(['transitive', []])
    expect(readDependencies('text').nodes.size + readDependencies({ components: 3 }).nodes.size).to.equal(0)
  })

  it(`give at most ${MAX_PATHS} ways of a component that 20,000 others need, without delay`, () => {
    const names = Array.from({ length: 20_000 }, (_, i) => `n${i}`)
    const chain = names.map((name, i) => [name, [names[i + 1] ?? 'log', 'log']] as const)
    const document = withEdges(Object.fromEntries(chain))
    const [relation, paths] = introduced(document, 'log')
    expect(relation).to.equal('transitive')
    expect(paths).to.deep.equal(['n0 > log'])
    const wide = withEdges(Object.fromEntries(names.map((name) => [name, ['log']])))
    expect(introduced(wide, 'log')[1]).to.have.length(MAX_PATHS)
  })
})
