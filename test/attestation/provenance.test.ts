import { expect } from 'chai'
import { describe, it } from 'mocha'
import {
  SLSA_PROVENANCE_V01,
  SLSA_PROVENANCE_V02,
  SLSA_PROVENANCE_V1,
} from '../../src/attestation/predicate-types.ts'
import { parseProvenance } from '../../src/attestation/provenance.ts'
import { STATEMENT_V1, type Statement } from '../../src/attestation/statement.ts'
import type { JsonObject, JsonValue } from '../../src/encoding/strict-json.ts'
import { expectFault } from '../helpers/expect-fault.ts'

const commit = '8f70009fde0c94ade6ce2a054b94718c819126ec'
const other = 'aaf024b5e8dc5e08e4414583203968ca0a5ec043'
const sha256 = 'ab'.repeat(32)

function statement(predicateType: string, predicate: JsonObject | string | undefined): Statement {
  return { type: STATEMENT_V1, subjects: [{ name: 'x', digest: { sha256 } }], predicateType, predicate }
}

function v1(definition: JsonObject, builder: JsonValue = { id: 'https://b' }): Statement {
  return statement(SLSA_PROVENANCE_V1, { buildDefinition: definition, runDetails: { builder } })
}

function sources(one: Statement): readonly string[] {
  return (parseProvenance(one)?.sources ?? []).map((source) => `${source.repo}@${source.commit}`)
}

function dependency(uri: string, digest: JsonObject, name = ''): JsonObject {
  return { uri, digest, ...(name === '' ? {} : { name }) }
}

/** What the producers of formats.md C/1.4 write, and the sources in it. */
const producers: readonly (readonly [producer: string, one: Statement, expected: readonly string[]])[] = [
  [
    'GitHub',
    v1({
      buildType: 'https://actions.github.io/buildtypes/workflow/v1',
      externalParameters: {
        workflow: {
          ref: 'refs/heads/main',
          repository: 'https://github.com/o/r',
          path: '.github/workflows/x.yml',
        },
      },
      resolvedDependencies: [dependency('git+https://github.com/o/r@refs/heads/main', { gitCommit: commit })],
    }),
    [`github.com/o/r@${commit}`],
  ],
  [
    'BuildKit',
    v1({
      buildType: 'https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md',
      externalParameters: {
        configSource: {
          uri: 'https://github.com/o/r.git#main',
          digest: { sha1: commit },
          path: 'Dockerfile',
        },
      },
      resolvedDependencies: [
        dependency('pkg:docker/alpine@latest?platform=linux%2Famd64', { sha256 }),
        dependency('https://github.com/o/lib.git#v2', { sha1: other }),
        dependency('https://example.com/tool.tar.gz', { sha256 }),
      ],
    }),
    [`github.com/o/r@${commit}`, `github.com/o/lib@${other}`],
  ],
  [
    'BuildKit, from a local directory',
    v1({ externalParameters: { configSource: { path: 'Dockerfile' } }, resolvedDependencies: [] }),
    [],
  ],
  [
    'Tekton',
    v1({
      buildType: 'https://tekton.dev/chains/v2/slsa',
      resolvedDependencies: [
        dependency('git+https://github.com/tektoncd/catalog.git', { sha1: other }, 'pipeline'),
        dependency('git+https://github.com/tektoncd/catalog.git', { sha1: other }, 'task'),
        dependency('oci://registry.example/git-init', { sha256 }),
        dependency('git+https://github.com/o/r.git', { sha1: commit }, 'inputs/result'),
      ],
    }),
    [`github.com/o/r@${commit}`],
  ],
  [
    'GitLab, which calls a commit sha256',
    statement(SLSA_PROVENANCE_V02, {
      builder: { id: 'https://gitlab.example/o/r/-/runners/1' },
      invocation: {
        configSource: { uri: 'https://gitlab.example/o/r', digest: { sha256: commit }, entryPoint: 'build' },
      },
      materials: [
        dependency('https://gitlab.example/o/r', { sha256: commit }),
        dependency('https://gitlab.example/o/file.zip', { sha1: other }),
      ],
    }),
    [`gitlab.example/o/r@${commit}`],
  ],
  [
    'krel, which puts commits in quotes',
    statement(SLSA_PROVENANCE_V02, {
      builder: { id: 'https://git.k8s.io/release/docs/krel' },
      invocation: { configSource: { entryPoint: 'https://git.k8s.io/release/gcb/stage/cloudbuild.yaml' } },
      materials: [dependency('git+https://github.com/kubernetes/kubernetes', { sha1: `'${other}'` })],
    }),
    [`github.com/kubernetes/kubernetes@${other}`],
  ],
  [
    'Google Cloud Build, with the commit in the URI',
    statement(SLSA_PROVENANCE_V02, { materials: [{ uri: `https://source.example/o/r/commit/${commit}` }] }),
    [`source.example/o/r@${commit}`],
  ],
  [
    'Google Cloud Build, v0.1',
    statement('https://slsa.dev/provenance/v0.1', {
      builder: { id: 'https://cloudbuild.googleapis.com/GoogleHostedWorker@v0.3' },
      recipe: {
        type: 'https://cloudbuild.googleapis.com/CloudBuildYaml@v0.1',
        entryPoint: 'cloudbuild.yaml',
      },
      metadata: { buildStartedOn: '2022-01-01T00:00:00Z' },
      materials: [dependency('https://github.com/o/r', { sha1: commit })],
    }),
    [`github.com/o/r@${commit}`],
  ],
  [
    'Google Cloud Build, v1',
    v1({
      buildType: 'https://cloud.google.com/build/gcb-buildtypes/google-worker/v1',
      externalParameters: {
        buildConfigSource: {
          ref: 'refs/heads/main',
          repository: 'git+https://github.com/o/r',
          path: 'x.yaml',
        },
      },
      resolvedDependencies: [
        dependency('git+https://github.com/o/r@refs/heads/main', { gitCommit: commit }),
        { uri: `gcr.io/cloud-builders/docker@sha256:${sha256}`, digest: { sha256 } },
      ],
    }),
    [`github.com/o/r@${commit}`],
  ],
  [
    'slsa-github-generator',
    statement(SLSA_PROVENANCE_V02, {
      builder: { id: 'https://github.com/slsa-framework/slsa-github-generator/.github/workflows/x.yml@v1' },
      buildType: 'https://github.com/slsa-framework/slsa-github-generator/container@v1',
      invocation: {
        configSource: {
          uri: 'git+https://github.com/o/r@refs/tags/v1',
          digest: { sha1: commit },
          entryPoint: '.github/workflows/x.yml',
        },
        environment: { github_sha1: other },
      },
      materials: [dependency('git+https://github.com/o/r@refs/tags/v1', { sha1: commit })],
    }),
    [`github.com/o/r@${commit}`],
  ],
  [
    'slsa-github-generator, by its delegator',
    v1({
      buildType: 'https://github.com/slsa-framework/slsa-github-generator/delegator-generic@v0',
      externalParameters: { inputs: {}, vars: {} },
      resolvedDependencies: [dependency('git+https://github.com/o/r@refs/heads/main', { sha1: commit })],
    }),
    [`github.com/o/r@${commit}`],
  ],
]

const sha512 = 'cd'.repeat(64)

/** Dependencies, and the base images among them. */
const images: readonly (readonly [dependency: JsonObject, expected: readonly string[]])[] = [
  [
    dependency('pkg:docker/alpine@latest?platform=linux%2Famd64', { sha256, sha512 }),
    [`sha256:${sha256}`, `sha512:${sha512}`],
  ],
  [
    dependency('pkg:oci/alpine?repository_url=r.example', { sha256: sha256.toUpperCase() }),
    [`sha256:${sha256}`],
  ],
  [dependency('oci://r.example/base', { sha256 }), [`sha256:${sha256}`]],
  [dependency('docker-image://r.example/base:1', { sha256 }), [`sha256:${sha256}`]],
  [{ uri: `oci://r.example/base@sha256:${sha256}` }, [`sha256:${sha256}`]],
  [{ uri: `pkg:oci/base@sha256%3A${sha256}?arch=arm64` }, [`sha256:${sha256}`]],
  [dependency('pkg:docker/x@1?ref_type=blob', { sha256 }), []],
  [dependency('pkg:docker/x@1?platform=a&ref_type=bundle', { sha256 }), []],
  [dependency('pkg:npm/docker@1', { sha256 }), []],
  [dependency('https://example.com/tool.tar.gz', { sha256 }), []],
  [dependency('pkg:docker/alpine@3', { sha256: 'short' }), []],
  [{ uri: 'pkg:docker/alpine@3', digest: 'no object' }, []],
  [{ uri: 'pkg:docker/alpine@3' }, []],
  [{ name: 'no uri' }, []],
]

describe('provenance', () => {
  it('gives the source commits as each producer writes them', () => {
    for (const [producer, one, expected] of producers) expect(sources(one), producer).to.deep.equal(expected)
  })

  it('names the builder as written, and none where there is none', () => {
    expect(parseProvenance(v1({}, { id: 'https://Builder/ä', version: {} }))?.builder).to.equal(
      'https://Builder/ä',
    )
    for (const builder of [null, {}, { id: '' }, { id: null }])
      expect(parseProvenance(v1({}, builder))?.builder).to.equal('')
    expect(parseProvenance(statement(SLSA_PROVENANCE_V02, { builder: { id: 'b' } }))?.builder).to.equal('b')
  })

  it('gives the base images, and no downloads, bundles or tools', () => {
    for (const [one, expected] of images) {
      const title = JSON.stringify(one)
      expect(parseProvenance(v1({ resolvedDependencies: [one, one] }))?.baseImages, title).to.deep.equal(
        expected,
      )
      for (const type of [SLSA_PROVENANCE_V02, ...SLSA_PROVENANCE_V01]) {
        // Digests of a wrong shape are refused in no version: they were admitted before they were read.
        expect(parseProvenance(statement(type, { materials: [one] }))?.baseImages, title).to.deep.equal(
          expected,
        )
      }
    }
    const step = dependency('oci://registry.example/git-init', { sha256 })
    for (const one of [
      v1({ buildType: 'https://tekton.dev/chains/v2/slsa', resolvedDependencies: [step] }),
      statement(SLSA_PROVENANCE_V02, { buildType: 'tekton.dev/v1beta1/TaskRun', materials: [step] }),
    ])
      expect(parseProvenance(one)?.baseImages).to.deep.equal([])
  })

  it('gives the times that the signer claims, as written, and refuses none', () => {
    const [startedOn, finishedOn] = ['2026-01-01T00:00:00Z', 'yesterday']
    const v02 = { metadata: { buildStartedOn: startedOn, buildFinishedOn: finishedOn } }
    for (const one of [
      statement(SLSA_PROVENANCE_V1, { runDetails: { metadata: { startedOn, finishedOn } } }),
      statement(SLSA_PROVENANCE_V02, v02),
      statement('https://in-toto.io/Provenance/v0.1', v02),
    ])
      expect(parseProvenance(one)?.claimed).to.deep.equal({ startedOn, finishedOn })
    for (const metadata of [null, 'x', [], { startedOn: 1 }, { startedOn: '' }])
      expect(
        parseProvenance(statement(SLSA_PROVENANCE_V1, { runDetails: { metadata } }))?.claimed,
      ).to.deep.equal({})
  })

  it('v0.1 of the wrong shape states nothing: it was recorded before anyone read it', () => {
    for (const predicate of [{ materials: {} }, { builder: 7 }, { materials: ['x'] }]) {
      expect(parseProvenance(statement('https://slsa.dev/provenance/v0.1', predicate))).to.deep.equal({
        builder: '',
        sources: [],
        baseImages: [],
        claimed: {},
      })
    }
  })

  it('tells commits by their length and leaves other git objects out', () => {
    const digest = {
      gitCommit: commit,
      gitTree: other,
      gitBlob: other,
      gitTag: other,
      sha1: commit.toUpperCase(),
      goModuleH1: 'h1:x',
    }
    expect(
      sources(v1({ resolvedDependencies: [dependency('git+https://h.example/r', digest)] })),
    ).to.deep.equal([`h.example/r@${commit}`])
    expect(
      sources(v1({ resolvedDependencies: [dependency('git+https://h.example/r', { sha256 })] })),
    ).to.deep.equal([`h.example/r@${sha256}`])
    expect(sources(v1({ resolvedDependencies: [{ uri: 'git+https://h.example/r@main' }] }))).to.deep.equal([])
  })

  it('may be empty, and is nothing for other predicates', () => {
    const empty = { builder: '', sources: [], baseImages: [], claimed: {} }
    for (const type of [SLSA_PROVENANCE_V1, SLSA_PROVENANCE_V02, ...SLSA_PROVENANCE_V01]) {
      expect(parseProvenance(statement(type, undefined))).to.deep.equal(empty)
      expect(parseProvenance(statement(type, {}))).to.deep.equal(empty)
    }
    expect(parseProvenance(statement('https://slsa.dev/provenance/v9', {}))).to.equal(undefined)
  })

  it('of the wrong shape is refused with its place', () => {
    const refused: readonly (readonly [string, Statement])[] = [
      ['/predicate', statement(SLSA_PROVENANCE_V1, 'text')],
      ['/predicate/buildDefinition', statement(SLSA_PROVENANCE_V1, { buildDefinition: [] })],
      ['/predicate/buildDefinition/resolvedDependencies', v1({ resolvedDependencies: {} })],
      ['/predicate/buildDefinition/resolvedDependencies/0', v1({ resolvedDependencies: ['x'] })],
      ['/predicate/buildDefinition/resolvedDependencies/0/uri', v1({ resolvedDependencies: [{ uri: 1 }] })],
      ['/predicate/runDetails/builder/id', v1({}, { id: 7 })],
      [
        '/predicate/materials/0/digest',
        statement(SLSA_PROVENANCE_V02, { materials: [{ uri: 'git+https://h/r', digest: 'x' }] }),
      ],
    ]
    for (const [pointer, one] of refused) {
      expect(expectFault('predicate-unacceptable', () => parseProvenance(one), pointer).pointer).to.equal(
        pointer,
      )
    }
  })
})
