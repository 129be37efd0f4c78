import { expect } from 'chai'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { parseCpe } from '../../src/sbom/cpe.ts'
import { distroOf, identityOf, identityVersion, sourcePackageOf } from '../../src/sbom/identity.ts'
import { formatPurl, parsePurl, type Purl } from '../../src/sbom/purl.ts'
import { inRange, parseRange } from '../../src/sbom/range.ts'
import { parseQuestion } from '../../src/verify/rows.ts'

function purl(text: string): Purl {
  return parsePurl(text, { lenient: true })
}

/** What tools write, and what it is. */
const identities: readonly (readonly [written: string, identity: string])[] = [
  ['pkg:alpine/Curl@8.0-r1', 'pkg:apk/alpine/curl@8.0-r1'],
  ['pkg:alpine/wolfi/curl@8.0-r1', 'pkg:apk/wolfi/curl@8.0-r1'],
  ['pkg:rpm/rhel/openssl@1.1-2', 'pkg:rpm/redhat/openssl@1.1-2'],
  ['pkg:rpm/amzn/openssl', 'pkg:rpm/amazon/openssl'],
  ['pkg:rpm/ol/openssl', 'pkg:rpm/oracle/openssl'],
  ['pkg:rpm/opensuse-leap/openssl', 'pkg:rpm/opensuse/openssl'],
  ['pkg:rpm/alma/openssl', 'pkg:rpm/almalinux/openssl'],
  ['pkg:dotnet/Newtonsoft.Json@13.0.1', 'pkg:nuget/Newtonsoft.Json@13.0.1'],
  ['pkg:dotnet-core/System.Text.Json@6.0', 'pkg:nuget/System.Text.Json@6.0'],
  ['pkg:dpkg/debian/Zlib1g@1', 'pkg:deb/debian/zlib1g@1'],
  ['pkg:rpm/redhat/openssl@1.0.2k-24?epoch=1', 'pkg:rpm/redhat/openssl@1:1.0.2k-24'],
  ['pkg:rpm/redhat/openssl@1:1.0.2k-24?epoch=1', 'pkg:rpm/redhat/openssl@1:1.0.2k-24'],
  ['pkg:deb/debian/x@2?epoch=3&arch=amd64', 'pkg:deb/debian/x@3:2?arch=amd64'],
  ['pkg:deb/debian/x@0:2', 'pkg:deb/debian/x@2'],
  ['pkg:rpm/redhat/x@2?epoch=0', 'pkg:rpm/redhat/x@2'],
  ['pkg:rpm/redhat/x@2?epoch=one', 'pkg:rpm/redhat/x@2'],
  ['pkg:rpm/opensuse.leap/x@1-1', 'pkg:rpm/opensuse/x@1-1'],
  ['pkg:npm/%40babel%2Fcore@7.0.0', 'pkg:npm/%40babel/core@7.0.0'],
  ['pkg:golang/github.com%2FPkg%2Ferrors@v0.9.1', 'pkg:golang/github.com/pkg/errors@v0.9.1'],
  ['pkg:composer/symfony%2Fconsole@v5', 'pkg:composer/symfony/console@v5'],
  ['pkg:maven/org.example:lib@1', 'pkg:maven/org.example/lib@1'],
  ['pkg:maven/org.example/lib@1', 'pkg:maven/org.example/lib@1'],
  // Not of these types: aliases and epochs are theirs alone.
  ['pkg:npm/rhel/x@0:1?epoch=1', 'pkg:npm/rhel/x@0:1?epoch=1'],
  ['pkg:apk/alpine/x@1?epoch=1', 'pkg:apk/alpine/x@1?epoch=1'],
]

const distros: readonly (readonly [written: string, distro: string])[] = [
  ['pkg:apk/alpine/x?distro=alpine-3.16.0', 'alpine-3.16'],
  ['pkg:apk/alpine/x?distro=3.16.0', 'alpine-3.16'],
  ['pkg:alpine/x?distro=3.16.0', 'alpine-3.16'],
  ['pkg:rpm/amazon/x?distro=amazon-2%20%28Karoo%29', 'amazon-2'],
  ['pkg:rpm/amzn/x?distro=amzn-2', 'amazon-2'],
  ['pkg:rpm/rhel/x?distro=rhel-8.6', 'redhat-8.6'],
  ['pkg:rpm/opensuse-leap/x?distro=opensuse-leap-15.4', 'opensuse-15.4'],
  ['pkg:deb/debian/x?distro=debian-11', 'debian-11'],
  ['pkg:deb/debian/x?distro=Bookworm', 'bookworm'],
  ['pkg:deb/debian/x', 'system-1'],
  ['pkg:dpkg/debian/x', 'system-1'],
  ['pkg:npm/x', ''],
]

describe('package identity', () => {
  it('is one for what tools write in several ways', () => {
    for (const [written, identity] of identities)
      expect(formatPurl(identityOf(purl(written))), written).to.equal(identity)
  })

  it('of an identity is itself', () => {
    const types = ['alpine', 'apk', 'deb', 'dpkg', 'dotnet', 'dotnet-core', 'npm', 'nuget', 'rpm']
    const namespaces = ['', 'rhel', 'redhat', 'alma', 'alpine', 'opensuse-leap']
    const version = fc.stringMatching(/^[0-9:a-z.-]{0,6}$/)
    const epoch = fc.constantFrom('', '0', '00', '1', 'x')
    fc.assert(
      fc.property(
        fc.constantFrom(...types),
        fc.constantFrom(...namespaces),
        version,
        epoch,
        (type, space, v, e) => {
          const once = identityOf(purl(`pkg:${type}/${space}/Name@${encodeURIComponent(v)}?epoch=${e}`))
          expect(identityOf(once)).to.deep.equal(once)
          expect(purl(formatPurl(once))).to.deep.equal(once)
        },
      ),
    )
  })

  it('is what a question asks for, however it is written', () => {
    for (const [written, identity] of identities.filter(([, one]) => !one.includes('?'))) {
      const question = parseQuestion(written, undefined, parseRange)
      expect(question.asked.component, written).to.equal(identity)
      expect(parseQuestion(identity, undefined, parseRange), written).to.deep.equal(question)
    }
  })

  it('takes the version beside the purl where the purl has none, with the epoch of the purl', () => {
    expect(identityVersion(purl('pkg:rpm/rhel/x?epoch=2'), '1-1')).to.equal('2:1-1')
    expect(identityVersion(purl('pkg:rpm/rhel/x@3-1?epoch=2'), '1-1')).to.equal('2:3-1')
    expect(identityVersion(purl('pkg:npm/x'), '0:1')).to.equal('0:1')
    expect(identityVersion(purl('pkg:deb/x?epoch=2'), '')).to.equal('')
  })

  it('tells distributions by id, major and minor, and takes the system where the package names none', () => {
    for (const [written, distro] of distros)
      expect(distroOf(identityOf(purl(written)), 'system-1'), written).to.equal(distro)
  })

  it('takes source packages from the purl first, and source RPMs apart', () => {
    const sources = [
      ['pkg:deb/debian/x?upstream=util-linux%402.36.1-8%2Bdeb11u1', 'util-linux@2.36.1-8+deb11u1'],
      ['pkg:rpm/amzn/x?upstream=basesystem-10.0-7.amzn2.0.1.src.rpm', 'basesystem@10.0-7.amzn2.0.1'],
      ['pkg:rpm/amzn/x@1:9-1?upstream=openssl-1.0.2k-24.src.rpm', 'openssl@1:1.0.2k-24'],
      ['pkg:rpm/amzn/x?upstream=odd', 'odd'],
      ['pkg:rpm/amzn/x', 'stated@1'],
    ] as const
    for (const [written, source] of sources)
      expect(sourcePackageOf(purl(written), 'stated@1'), written).to.equal(source)
  })
})

describe('versions of RPMs without an epoch', () => {
  const place = (range: string, version: string): string => inRange(parseRange(range, 'rpm'), version)
  it('are undetermined where the epoch of the range would make the difference', () => {
    expect(place('<1:1.0.2k-25', '1.0.2k-24')).to.equal('in')
    expect(place('<1:1.0.2k-25', '1.0.2k-26')).to.equal('undetermined')
    expect(place('<1:1.0.2k-25', '0:1.0.2k-26')).to.equal('in')
    expect(place('<1.0.2k-25', '1:1.0.2k-24')).to.equal('out')
    expect(place('<0:1.0.2k-25', '1.0.2k-26')).to.equal('out')
  })
})

describe('CPEs', () => {
  it('in both spellings name part, vendor, product and version', () => {
    const cpes = [
      ['cpe:2.3:a:F5:nginx:1.2:*:*:*:*:*:*:*', 'a:f5:nginx', '1.2'],
      ['cpe:/a:f5:nginx:1.2', 'a:f5:nginx', '1.2'],
      ['cpe:2.3:o:v:p:-:*:*:*:*:*:*:*', 'o:v:p', ''],
      ['cpe:2.3:a:v:p:*', 'a:v:p', ''],
      ['cpe:/a:v:p', 'a:v:p', ''],
      ['cpe:2.3:a:ve\\:ndor:p\\+:1\\+b\\:2:*', 'a:ve\\:ndor:p\\+', '1+b:2'],
      ['cpe:/a:ve%3andor:p%2b:1%2bb%3a2', 'a:ve\\:ndor:p\\+', '1+b:2'],
    ] as const
    for (const [text, name, version] of cpes) expect(parseCpe(text), text).to.deep.equal({ name, version })
  })

  it('that name no product are none', () => {
    const none = [
      '',
      'cpe',
      'cpe:2.3:',
      'cpe:2.3:a:v',
      'cpe:2.3:a:*:p:1',
      'cpe:2.3:a:v:-:1',
      'cpe:2.3:x:v:p:1',
      'cpe:/',
    ]
    for (const text of none) expect(parseCpe(text), text).to.equal(undefined)
    expect(parseCpe(`cpe:2.3:a:v:${'p'.repeat(3_000)}`)).to.equal(undefined)
  })
})
