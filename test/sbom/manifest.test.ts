import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import {
  CYCLONEDX,
  DEPLOYMENT,
  REVOCATION,
  SLSA_PROVENANCE_V02,
  SLSA_PROVENANCE_V1,
  SPDX,
  TRUST_ROOT,
} from '../../src/attestation/predicate-types.ts'
import {
  parseStatement,
  STATEMENT_V1,
  type Statement,
  type Subject,
} from '../../src/attestation/statement.ts'
import { keyId } from '../../src/brand.ts'
import { compareBytes } from '../../src/encoding/bytes.ts'
import type { JsonObject } from '../../src/encoding/strict-json.ts'
import { parseUtf8, utf8 } from '../../src/encoding/utf8.ts'
import { sortLines } from '../../src/sbom/manifest-line.ts'
import {
  formatLine,
  formatManifest,
  manifestOf,
  MANIFEST_VERSION,
  parseLine,
  parseManifest,
  type ManifestLine,
} from '../../src/sbom/manifest.ts'
import { expectFault } from '../helpers/expect-fault.ts'
import { cycloneDx, spdx } from './documents.ts'

const key = keyId(`sha256:${'0f'.repeat(32)}`)
const digest = 'e3'.repeat(32)
const sha512 = 'cf'.repeat(64)
const image: Subject = { name: 'registry.example/app', digest: { sha256: digest } }

function statement(
  predicateType: string,
  predicate: JsonObject,
  subjects: readonly Subject[] = [image],
): Statement {
  return { type: STATEMENT_V1, subjects, predicateType, predicate }
}

function manifestText(one: Statement): string {
  return parseUtf8(formatManifest(manifestOf(one, key)))
}

/** TAB for tabs, so that they can be seen. */
function tabs(...lines: readonly string[]): string {
  return lines.map((line) => `${line.replaceAll('→', '\t')}\n`).join('')
}

const signer = `k→sha256:${'0f'.repeat(32)}→`
const subject = `s→sha256:${digest}→→name=registry.example/app`

/** Changing one of these means a new MANIFEST_VERSION. */
const golden: readonly (readonly [title: string, one: Statement, expected: string])[] = [
  [
    'a CycloneDX SBOM',
    statement(CYCLONEDX, cycloneDx(), [
      {
        name: 'pkg:docker/registry.example/app@2.0?platform=linux%2Farm%2Fv7',
        digest: { sha512, sha256: digest, sha1: 'ff' },
      },
      { name: '', digest: { sha256: digest } },
    ]),
    tabs(
      signer,
      'n→no%20purl→1',
      'p→pkg:deb/debian/zlib1g→1:1.2.11+dfsg-4→arch=amd64→distro=debian-12→src=zlib@1:1.2.11+dfsg-4',
      'p→pkg:npm/%2540babel/core→7.0.0',
      'p→pkg:npm/semver→5.7.1',
      'p→pkg:oci/app→sha256:beef',
      `s→sha256:${digest}→`,
      `s→sha256:${digest}→→name=pkg:docker/registry.example/app@2.0?platform=linux%252Farm%252Fv7`,
      `s→sha512:${sha512}→→name=pkg:docker/registry.example/app@2.0?platform=linux%252Farm%252Fv7`,
      't→https://cyclonedx.org/bom→',
      'w→syft→1.4.1→platform=linux/arm/v7',
    ),
  ],
  [
    'an SPDX SBOM',
    statement(`${SPDX}/v2.3`, spdx()),
    tabs(
      signer,
      'n→app→',
      'p→pkg:apk/alpine/curl→7.83.0-r0→arch=x86_64',
      'p→pkg:pypi/flask→2.0',
      subject,
      't→https://spdx.dev/Document/v2.3→',
      'w→syft→0.64.0',
    ),
  ],
  [
    'SLSA provenance v1',
    statement(SLSA_PROVENANCE_V1, {
      buildDefinition: {
        resolvedDependencies: [
          {
            uri: 'git+https://GitHub.com/o/R.git@refs/heads/main',
            digest: { gitCommit: 'aaf024b5e8dc5e08e4414583203968ca0a5ec043' },
          },
          { uri: 'pkg:docker/alpine@3', digest: { sha256: digest } },
        ],
      },
      runDetails: { builder: { id: 'https://github.com/o/r/.github/workflows/build.yml@refs/heads/main' } },
    }),
    tabs(
      'b→https://github.com/o/r/.github/workflows/build.yml@refs/heads/main→',
      `d→sha256:${digest}→`,
      'g→github.com/o/R→aaf024b5e8dc5e08e4414583203968ca0a5ec043',
      signer,
      subject,
      't→https://slsa.dev/provenance/v1→',
    ),
  ],
  [
    'SLSA provenance v0.2',
    statement(SLSA_PROVENANCE_V02, {
      builder: { id: 'krel 1' },
      materials: [
        {
          uri: 'git+https://github.com/kubernetes/kubernetes',
          digest: { sha1: "'AAF024b5e8dc5e08e4414583203968ca0a5ec043'" },
        },
      ],
    }),
    tabs(
      'b→krel%201→',
      'g→github.com/kubernetes/kubernetes→aaf024b5e8dc5e08e4414583203968ca0a5ec043',
      signer,
      subject,
      't→https://slsa.dev/provenance/v0.2→',
    ),
  ],
  [
    'a deployment',
    statement(DEPLOYMENT, {
      environment: 'prod eu',
      cluster: 'c-1',
      from: '2026-11-17T08:00:00Z',
      until: '2026-11-20T10:30:00Z',
      note: 'for people',
    }),
    tabs(
      'e→prod%20eu→→cluster=c-1→from=2026-11-17T08:00:00Z→until=2026-11-20T10:30:00Z',
      signer,
      subject,
      't→https://attestree.dev/deployment/v1→',
    ),
  ],
  [
    'an SBOM of syft for an RPM distribution, with aliases, epochs and CPEs',
    statement(
      CYCLONEDX,
      cycloneDx({
        metadata: {},
        components: [
          {
            type: 'library',
            name: 'openssl',
            version: '1.0.2k-24.amzn2',
            purl: 'pkg:rpm/amzn/openssl@1.0.2k-24.amzn2?arch=x86_64&epoch=1&distro=amzn-2&upstream=openssl-1.0.2k-24.amzn2.src.rpm',
            cpe: 'cpe:2.3:a:openssl:openssl:1.0.2k:*:*:*:*:*:*:*',
            hashes: [
              { alg: 'SHA-1', content: 'AB'.repeat(20) },
              { alg: 'SHA-512', content: sha512 },
              { alg: 'SHA-256', content: 'short' },
              { alg: 'MD5', content: '00'.repeat(16) },
              'no hash',
            ],
          },
          { type: 'application', name: 'nginx', version: '1.2', cpe: 'cpe:2.3:a:f5:nginx:*:*:*:*:*:*:*:*' },
          { type: 'file', name: 'x', purl: 'pkg:generic/x@1', hashes: [{ alg: 'SHA-256', content: digest }] },
        ],
      }),
    ),
    tabs(
      'c→a:f5:nginx→1.2',
      `f→sha1:${'ab'.repeat(20)}→→of=pkg:rpm/amazon/openssl@1:1.0.2k-24.amzn2`,
      `f→sha512:${sha512}→→of=pkg:rpm/amazon/openssl@1:1.0.2k-24.amzn2`,
      signer,
      'n→nginx→1.2',
      'p→pkg:generic/x→1',
      'p→pkg:rpm/amazon/openssl→1:1.0.2k-24.amzn2→arch=x86_64→distro=amazon-2→src=openssl@1:1.0.2k-24.amzn2',
      subject,
      't→https://cyclonedx.org/bom→',
      'w→→',
    ),
  ],
  [
    'an SBOM of trivy in CycloneDX: the system and the source packages stand beside the purls',
    statement(
      CYCLONEDX,
      cycloneDx({
        components: [
          { type: 'operating-system', name: 'debian', version: '11.6' },
          {
            type: 'library',
            name: 'libssl1.1',
            version: '1.1.1n',
            purl: 'pkg:deb/debian/libssl1.1@1.1.1n-0+deb11u3?epoch=2',
            properties: [
              { name: 'aquasecurity:trivy:SrcName', value: 'openssl' },
              { name: 'aquasecurity:trivy:SrcVersion', value: '1.1.1n' },
              { name: 'aquasecurity:trivy:SrcRelease', value: '0+deb11u3' },
              { name: 'aquasecurity:trivy:SrcEpoch', value: '2' },
            ],
          },
        ],
      }),
    ),
    tabs(
      signer,
      'p→pkg:deb/debian/libssl1.1→2:1.1.1n-0+deb11u3→distro=debian-11.6→src=openssl@2:1.1.1n-0+deb11u3',
      'p→pkg:oci/app→sha256:beef',
      subject,
      't→https://cyclonedx.org/bom→',
      'w→syft→1.4.1',
    ),
  ],
  [
    'an SBOM of trivy in SPDX: likewise, with checksums and CPEs',
    statement(
      SPDX,
      spdx({
        packages: [
          { SPDXID: 'SPDXRef-OperatingSystem-1', name: 'alpine', versionInfo: '3.16.2' },
          {
            SPDXID: 'SPDXRef-1',
            name: 'libcurl',
            sourceInfo: 'built package from: curl 7.83.1-r2',
            checksums: [{ algorithm: 'SHA256', checksumValue: digest }],
            externalRefs: [
              { referenceType: 'purl', referenceLocator: 'pkg:alpine/libcurl@7.83.1-r2?distro=3.16.2' },
            ],
          },
          {
            SPDXID: 'SPDXRef-2',
            name: 'busybox',
            versionInfo: '1.35',
            externalRefs: [
              { referenceType: 'cpe22Type', referenceLocator: 'cpe:/a:busybox:busybox:1.35.0' },
              {
                referenceType: 'cpe23Type',
                referenceLocator: 'cpe:2.3:a:vendor\\:x:busybox:-:*:*:*:*:*:*:*',
              },
              { referenceType: 'cpe23Type', referenceLocator: 'no cpe' },
            ],
          },
        ],
      }),
    ),
    tabs(
      'c→a:busybox:busybox→1.35.0',
      'c→a:vendor\\:x:busybox→1.35',
      `f→sha256:${digest}→→of=pkg:apk/alpine/libcurl@7.83.1-r2`,
      signer,
      'n→busybox→1.35→distro=alpine-3.16',
      'p→pkg:apk/alpine/libcurl→7.83.1-r2→distro=alpine-3.16→src=curl@7.83.1-r2',
      subject,
      't→https://spdx.dev/Document→',
      'w→syft→0.64.0',
    ),
  ],
  [
    'a CycloneDX SBOM with licences: ids, names and expressions, in the spelling of the list',
    statement(
      CYCLONEDX,
      cycloneDx({
        metadata: { licenses: [{ license: { id: 'CC0-1.0' } }] },
        components: [
          {
            type: 'library',
            name: 'a',
            licenses: [{ license: { id: 'mit' } }, { license: { name: 'ISC' } }],
          },
          {
            type: 'library',
            name: 'b',
            licenses: [{ expression: '(Apache-2.0 OR MIT) AND LicenseRef-own' }, 'MPL-2.0', { license: 'x' }],
            components: [{ type: 'file', name: 'c', licenses: [{ license: { name: 'GPL-2.0, Expat' } }] }],
          },
          { type: 'library', name: 'd', licenses: { license: { id: '0BSD' } } },
          { type: 'library', name: 'e', licenses: [{ license: { name: 'Apache License 2.0' } }] },
        ],
      }),
    ),
    tabs(
      signer,
      'l→Apache-2.0→',
      'l→GPL-2.0→',
      'l→ISC→',
      'l→MIT→',
      'n→a→',
      'n→b→',
      'n→d→',
      'n→e→',
      subject,
      't→https://cyclonedx.org/bom→',
      'w→→',
    ),
  ],
  [
    'an SPDX SBOM with licences: what is declared or concluded for packages',
    statement(
      SPDX,
      spdx({
        dataLicense: 'CC0-1.0',
        packages: [
          { name: 'a', licenseDeclared: 'LGPL-2.1+', licenseConcluded: 'NOASSERTION' },
          {
            name: 'b',
            licenseDeclared: 'NONE',
            licenseConcluded: 'GPL-2.0-only WITH x',
            licenseInfoFromFiles: ['MIT'],
          },
        ],
        files: [{ fileName: 'c', licenseConcluded: 'ISC' }],
      }),
    ),
    tabs(
      signer,
      'l→GPL-2.0-only→',
      'l→LGPL-2.1→',
      'n→a→',
      'n→b→',
      subject,
      't→https://spdx.dev/Document→',
      'w→syft→0.64.0',
    ),
  ],
  [
    'a predicate that is not opened',
    statement('https://example.com/scan', { a: 1 }),
    tabs(signer, subject, 't→https://example.com/scan→'),
  ],
  [
    'a trust root',
    statement(TRUST_ROOT, { version: 1 }),
    tabs(signer, 't→https://attestree.dev/trust-root/v1→'),
  ],
  ['a revocation', statement(REVOCATION, {}), tabs(signer, 't→https://attestree.dev/revocation/v1→')],
  [
    'another control statement',
    statement('https://attestree.dev/approval/v1', {}),
    tabs(signer, 't→https://attestree.dev/approval/v1→'),
  ],
  [
    'an SBOM without tool and components',
    statement(CYCLONEDX, { specVersion: '1.4' }),
    tabs(signer, subject, 't→https://cyclonedx.org/bom→', 'w→→'),
  ],
]

const platforms: readonly (readonly [name: string, platform: string | undefined])[] = [
  ['pkg:docker/a@1?platform=linux%2Famd64', 'linux/amd64'],
  ['pkg:oci/a@sha256:beef?arch=arm64&os=linux', 'linux/arm64'],
  ['pkg:oci/a@sha256:beef?arch=arm64', 'unknown/arm64'],
  ['pkg:oci/a@sha256:beef?repository_url=r.example%2Fa', undefined],
  ['registry.example/a:1?platform=linux/amd64', undefined],
  ['pkg:oci/%zz?arch=arm64', undefined],
]

const text = fc.string({ unit: 'grapheme', maxLength: 8 })
const filled = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
const line: fc.Arbitrary<ManifestLine> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('b', 'c', 'd', 'g', 'k', 'l', 't', 'v'),
    name: text,
    version: text,
    extras: fc.constant({}),
  }),
  fc.record({
    kind: fc.constant('p'),
    name: text,
    version: text,
    extras: fc.record({ arch: filled, distro: filled, src: filled }, { requiredKeys: [] }),
  }),
  fc.record({
    kind: fc.constant('e'),
    name: text,
    version: text,
    extras: fc.record({ cluster: filled, from: filled, until: filled }, { requiredKeys: [] }),
  }),
  fc.record({
    kind: fc.constant('f'),
    name: text,
    version: text,
    extras: fc.record({ of: filled }, { requiredKeys: [] }),
  }),
  fc.record({
    kind: fc.constant('s'),
    name: text,
    version: text,
    extras: fc.record({ name: filled }, { requiredKeys: [] }),
  }),
  fc.record({
    kind: fc.constant('w'),
    name: text,
    version: text,
    extras: fc.record({ platform: filled }, { requiredKeys: [] }),
  }),
)

describe('manifests', () => {
  for (const [title, one, expected] of golden) {
    it(`of ${title} have exactly these bytes`, () => {
      expect(MANIFEST_VERSION).to.equal(8)
      expect(manifestText(one)).to.equal(expected)
    })
  }

  it('name the platform that a subject states in its purl, and no other', () => {
    for (const [name, platform] of platforms) {
      const lines = manifestOf(statement(CYCLONEDX, cycloneDx(), [image, { ...image, name }]), key)
      expect(lines.find(({ kind }) => kind === 'w')?.extras['platform'], name).to.equal(platform)
    }
  })

  it('are the same for the same statement however its bytes are laid out', () => {
    const layouts = [JSON.stringify, (value: unknown) => JSON.stringify(value, null, 2)].map((write) =>
      utf8(
        write({
          _type: STATEMENT_V1,
          subject: [{ name: 'a', digest: { sha256: digest } }],
          predicateType: CYCLONEDX,
          predicate: cycloneDx(),
        }),
      ),
    )
    const [first, second] = layouts.map((bytes) => manifestText(parseStatement(bytes)))
    expect(first).to.equal(second)
  })

  it('are sorted by bytes and unique, beyond the order of UTF-16 too', () => {
    const names = ['\u{1f600}', '\uffee', 'a', 'ä', 'a', 'A', 'a b', 'a!']
    const components = names.map((name) => ({ name: 'x', purl: `pkg:generic/x@${name}` }))
    const bytes = formatManifest(manifestOf(statement(CYCLONEDX, cycloneDx({ components })), key))
    const lines = parseUtf8(bytes).trimEnd().split('\n')
    expect(lines.map((one) => one.split('\t')[2]).slice(1, 8)).to.deep.equal([
      'A',
      'a',
      'a!',
      'a%20b',
      'ä',
      '\uffee',
      '\u{1f600}',
    ])
    for (const [i, one] of lines.slice(1).entries())
      expect(compareBytes(utf8(lines[i] ?? ''), utf8(one))).to.be.lessThan(0)
    expect(parseManifest(bytes)).to.deep.equal(
      manifestOf(statement(CYCLONEDX, cycloneDx({ components })), key),
    )
  })

  it('are read back as they were made, whatever a document writes: the index is made of what is stored', () => {
    const marks = [
      'a',
      '@',
      '%',
      '%00',
      '\0',
      '\t',
      '\n',
      ' ',
      '/',
      ':',
      '\\',
      '\u{1f600}',
      '\u{1f601}',
      '\ufffe',
      '\u2028',
    ]
    const written = fc.array(fc.constantFrom(...marks), { maxLength: 4 }).map((some) => some.join(''))
    const component = fc
      .tuple(written, written, written, fc.boolean())
      .map(([name, version, product, isUri]) => ({
        name: `n${name}`,
        version,
        cpe: `cpe:${isUri ? '/' : '2.3:'}a:v${name}:p${product}:${version}`,
        ...(isUri ? {} : { purl: `pkg:generic/${product}x@${version}` }),
      }))
    const property = fc.property(fc.array(component, { maxLength: 4 }), (components) => {
      const lines = manifestOf(statement(CYCLONEDX, cycloneDx({ components })), key)
      expect(parseManifest(formatManifest(lines))).to.deep.equal(lines)
    })
    fc.assert(property, { numRuns: 500 })
  })

  it('name the place of what cannot be read', () => {
    const fault = expectFault('sbom-unacceptable', () =>
      manifestOf(statement(CYCLONEDX, cycloneDx({ components: [{}] })), key),
    )
    expect(fault.pointer).to.equal('/predicate/components/0/name')
    expectFault('sbom-format-unsupported', () =>
      manifestOf({ ...statement(SPDX, {}), predicate: 'SPDXVersion: SPDX-2.3' }, key),
    )
    expectFault('predicate-unacceptable', () =>
      manifestOf({ ...statement(SLSA_PROVENANCE_V1, {}), predicate: 'x' }, key),
    )
  })
})

describe('manifest lines', () => {
  it('escape "%", bytes up to 0x20 and 0x7F, and nothing else', () => {
    for (let code = 0; code < 0x180; code++) {
      const name = String.fromCodePoint(code)
      const isUnsafe = code <= 0x20 || code === 0x25 || code === 0x7f
      const expected = isUnsafe ? `%${code.toString(16).toUpperCase().padStart(2, '0')}` : name
      expect(formatLine({ kind: 'b', name, version: '', extras: {} })).to.equal(`b\t${expected}\t`)
    }
  })

  it('format and parse are inverse, for lines and for whole manifests', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        for (const one of lines) expect(parseLine(formatLine(one))).to.deep.equal(one)
        const sorted = sortLines(lines)
        expect(parseManifest(formatManifest(sorted))).to.deep.equal(sorted)
      }),
    )
  })

  it('are read only as they are written, whatever the text', () => {
    const part = fc.constantFrom(
      'p',
      'i',
      'b',
      '\t',
      '=',
      'arch',
      'of',
      'platform',
      'src',
      '%',
      '%25',
      '%20',
      '%41',
      '1',
      ' ',
      'é',
      '\u{1f600}',
    )
    const text = fc.array(part, { maxLength: 14 }).map((parts) => `p\ta\t${parts.join('')}`)
    fc.assert(
      fc.property(text, (one) => {
        let read
        try {
          read = parseLine(one)
        } catch (cause) {
          expect(cause).to.have.property('reason', 'manifest-malformed')
          return
        }
        expect(formatLine(read)).to.equal(one)
      }),
      { numRuns: 1_000 },
    )
  })

  it('in any other spelling are refused', () => {
    const refused = [
      '',
      'b',
      'b\tx',
      'x\ta\t',
      'bb\ta\t',
      'b\ta\t\t',
      'b\ta\t\tarch=x',
      'p\ta\t\tsrc=1\tarch=2',
      'p\ta\t\tarch=1\tarch=1',
      'p\ta\t\tarch=',
      'p\ta\t\t=x',
      'p\ta\t\tarch',
      'p\ta\t\t__proto__=x',
      'b\ta b\t',
      'b\ta%\t',
      'b\ta%2\t',
      'b\ta%7f\t',
      'b\ta%41\t',
      'b\ta%C3%A9\t',
      'b\ta\r\t',
      'toString\ta\t',
    ]
    for (const one of refused) expectFault('manifest-malformed', () => parseLine(one), JSON.stringify(one))
  })

  it('out of order, twice, or without the last newline are refused', () => {
    const [first, second] = ['b\ta\t', 'k\ta\t']
    expect(parseManifest(utf8(`${first}\n${second}\n`))).to.have.length(2)
    expect(parseManifest(utf8(''))).to.deep.equal([])
    for (const refused of [
      `${second}\n${first}\n`,
      `${first}\n${first}\n`,
      `${first}\n${second}`,
      '\n',
      `${first}\n\n`,
      `${first}\r\n`,
    ]) {
      expectFault('manifest-malformed', () => parseManifest(utf8(refused)), JSON.stringify(refused))
    }
    expectFault('encoding-malformed', () => parseManifest(Uint8Array.of(0x62, 9, 0xff, 9, 10)))
  })
})
