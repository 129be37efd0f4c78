/**
 * Packages as tools list them, and what a person says of each by one advisory: a case for each rule of search.md 6.1, and for what
 * the oracle with its two orders of versions cannot judge.
 */
import type { MadePackage } from './made-documents.ts'

type Affected = readonly [ecosystem: string, name: string, ...versions: readonly string[]]

/** Introduced and fixed in turns, as published; of the last two, the ecosystem's rules for names matter. */
const facts: Readonly<Record<string, readonly Affected[]>> = {
  'ALPINE-CVE-2022-32221': [['Alpine:v3.15', 'curl', '0', '7.80.0-r4']],
  'DSA-5103-1': [
    ['Debian:11', 'openssl', '0', '1.1.1k-1+deb11u2'],
    ['Debian:10', 'openssl', '0', '1.1.1d-0+deb10u8'],
  ],
  'ALSA-2022:1065': [['AlmaLinux:8', 'openssl', '0', '1:1.1.1k-6.el8_5']],
  'RHSA-2022:1065': [['Red Hat:enterprise_linux:8::baseos', 'openssl', '0', '1:1.1.1k-6.el8_5']],
  'GHSA-67hx-6x53-jw92': [
    ['npm', '@babel/traverse', '0', '7.23.2', '8.0.0-alpha.0', '8.0.0-alpha.4'],
    ['npm', 'babel-traverse', '0'],
  ],
  'GHSA-5crp-9r3c-p9vr': [['NuGet', 'Newtonsoft.Json', '0', '13.0.1']],
  'GHSA-8q59-q68h-6hv4': [['PyPI', 'PyYAML', '0', '5.4']],
  'GO-2022-0619': [
    ['Go', 'github.com/emicklei/go-restful', '0', '2.16.0'],
    ['Go', 'github.com/emicklei/go-restful/v2', '2.7.1'],
    ['Go', 'github.com/emicklei/go-restful/v3', '3.0.0', '3.8.0'],
  ],
  'GO-2022-0632': [['Go', 'github.com/hashicorp/vault', '0', '1.6.6', '1.7.0', '1.7.4']],
  'GO-2025-3553': [
    ['Go', 'github.com/golang-jwt/jwt', '0'],
    ['Go', 'github.com/golang-jwt/jwt/v5', '5.0.0-rc.1', '5.2.2'],
  ],
}

export const judgingAdvisories: readonly object[] = Object.entries(facts).map(([id, affected]) => ({
  id,
  modified: '2024-01-01T00:00:00Z',
  affected: affected.map(([ecosystem, name, ...versions]) => ({
    package: { ecosystem, name },
    ranges: [
      {
        type: 'ECOSYSTEM',
        events: versions.map((version, at) => ({ [at % 2 === 0 ? 'introduced' : 'fixed']: version })),
      },
    ],
  })),
}))

/** Undefined: it says nothing of the package. */
type Judged = readonly [
  rule: string,
  advisory: string,
  verdict: 'affected' | 'undetermined' | undefined,
  listed: MadePackage,
]

const [alpine = '', debian = '', alma = '', redhat = '', babel = '', newtonsoft = '', yaml = '', ...go] =
  Object.keys(facts)
const [restful = '', vault = '', jwt = ''] = go

/** What stands beside a purl is not believed. */
function purl(text: string, more: Partial<MadePackage> = {}): MadePackage {
  return { name: 'a-name', version: '99', purl: text, ...more }
}

/** syft cuts a module's path behind the third segment. */
function syftModule(path: string, version: string, rest: string): MadePackage {
  return { name: `${path}/${rest}`, version, purl: `pkg:golang/${path}@${version}#${rest}` }
}

function trivySource(
  name: string,
  version: string,
  more: Readonly<Record<string, string>> = {},
): Pick<MadePackage, 'properties'> {
  const stated = { SrcName: name, SrcVersion: version, ...more }
  return {
    properties: Object.entries(stated).map(([key, value]) => ({ name: `aquasecurity:trivy:${key}`, value })),
  }
}

/** Written by syft or trivy but for the ids of tests. Each is the only package of an image. */
export const judgedPackages: readonly Judged[] = [
  ['alpine is apk/alpine', alpine, 'affected', purl('pkg:alpine/curl@7.80.0-r3?distro=alpine-3.15.6')],
  ['the fix', alpine, undefined, purl('pkg:alpine/curl@7.80.0-r4?distro=alpine-3.15.6')],
  ['another release', alpine, undefined, purl('pkg:apk/alpine/curl@7.80.0-r3?distro=3.16.2')],
  ['no release', alpine, 'undetermined', purl('pkg:apk/alpine/curl@7.80.0-r3')],
  ['no release, out of the range', alpine, undefined, purl('pkg:apk/alpine/curl@7.80.0-r4')],
  ['no version', alpine, 'undetermined', purl('pkg:apk/alpine/curl?distro=3.15.6', { version: '' })],
  ['upstream', alpine, 'affected', purl('pkg:apk/alpine/libcurl@7.80.0-r3?upstream=curl&distro=3.15.6')],
  [
    'syft’s originPackage',
    alpine,
    'affected',
    purl('pkg:apk/alpine/libcurl@7.80.0-r3?distro=3.15.6', {
      properties: [{ name: 'syft:metadata:originPackage', value: 'curl' }],
    }),
  ],
  [
    'the name of a source that it was not built from',
    alpine,
    undefined,
    purl('pkg:apk/alpine/curl@1-r0?upstream=other&distro=3.15'),
  ],
  ['a name alone', alpine, 'undetermined', { name: 'curl', version: '7.80.0-r3' }],

  ['dpkg is deb', debian, 'affected', purl('pkg:dpkg/debian/openssl@1.1.1k-1%2Bdeb11u1?distro=debian-11')],
  [
    'source with its own version',
    debian,
    'affected',
    purl('pkg:deb/debian/libssl1.1@9?upstream=openssl%401.1.1k-1%2Bdeb11u1&distro=debian-11'),
  ],
  [
    'a plus that is not encoded',
    debian,
    undefined,
    purl('pkg:deb/debian/libssl1.1@1.1.1k-1+deb11u2?upstream=openssl&distro=debian-11'),
  ],
  [
    'the fix of an older release',
    debian,
    'affected',
    purl('pkg:deb/debian/openssl@1.1.1d-0%2Bdeb10u8?distro=debian-11'),
  ],
  ['its own release', debian, undefined, purl('pkg:deb/debian/openssl@1.1.1d-0%2Bdeb10u8?distro=debian-10')],
  ['a code name', debian, 'affected', purl('pkg:deb/debian/openssl@1.1.1k-1?distro=bullseye')],
  ['another distribution', debian, undefined, purl('pkg:deb/ubuntu/openssl@1.1.1d-0?distro=ubuntu-20.04')],
  [
    'trivy’s SrcName',
    debian,
    'affected',
    purl(
      'pkg:deb/debian/libssl1.1@1.1.1k-1?distro=debian-11',
      trivySource('openssl', '1.1.1k', { SrcRelease: '1' }),
    ),
  ],
  [
    'an epoch in the purl',
    debian,
    undefined,
    purl('pkg:deb/debian/openssl@1.1.1k-1?epoch=1&distro=debian-11'),
  ],

  [
    'alma is almalinux',
    alma,
    'affected',
    purl('pkg:rpm/alma/openssl@1.1.1k-5.el8_5?epoch=1&distro=almalinux-8.5'),
  ],
  [
    'an epoch as qualifier',
    alma,
    undefined,
    purl('pkg:rpm/almalinux/openssl@1.1.1k-6.el8_5?epoch=1&distro=almalinux-8.5'),
  ],
  [
    'an epoch in the version',
    alma,
    'affected',
    purl('pkg:rpm/almalinux/openssl@1:1.1.1k-5.el8_5?distro=almalinux-8.5'),
  ],
  [
    'no epoch, lower without it too',
    alma,
    'affected',
    purl('pkg:rpm/almalinux/openssl@1.1.1g-15.el8_3?distro=almalinux-8.5'),
  ],
  [
    'no epoch, and it would decide',
    alma,
    'undetermined',
    purl('pkg:rpm/almalinux/openssl@1.1.1k-6.el8_5?distro=almalinux-8.5'),
  ],
  [
    'a source RPM',
    alma,
    'affected',
    purl(
      'pkg:rpm/almalinux/openssl-libs@1.1.1k-5.el8_5?epoch=1&upstream=openssl-1.1.1k-5.el8_5.src.rpm&distro=almalinux-8.5',
    ),
  ],
  ['rhel is redhat', redhat, 'affected', purl('pkg:rpm/rhel/openssl@1.1.1k-5.el8_5?epoch=1&distro=rhel-8.5')],
  ['release 9', redhat, undefined, purl('pkg:rpm/redhat/openssl@1:1.1.1k-5.el8_5?distro=redhat-9.0')],
  [
    'source in SPDX',
    redhat,
    'affected',
    {
      name: 'openssl-libs',
      version: '1.1.1k',
      sourceInfo: 'built package from: openssl 1:1.1.1k-5.el8_5',
      purl: 'pkg:rpm/redhat/openssl-libs@1:1.1.1k-5.el8_5?distro=redhat-8.5',
    },
  ],
  [
    'the purl’s version, not the one beside it',
    redhat,
    undefined,
    {
      name: 'openssl',
      version: '1.1.1k',
      sourceInfo: 'NOASSERTION',
      purl: 'pkg:rpm/redhat/openssl@1:1.1.1k-6.el8_5?distro=redhat-8.5',
    },
  ],

  ['a scope', babel, 'affected', purl('pkg:npm/%40babel/traverse@7.23.0')],
  ['a scope that is not encoded', babel, 'affected', purl('pkg:npm/@babel/traverse@7.23.0')],
  ['a scope as one name', babel, 'affected', purl('pkg:npm/%40babel%2Ftraverse@7.23.0')],
  ['the name without its scope', babel, undefined, purl('pkg:npm/traverse@0.6.6')],
  ['a pre-release below the fix', babel, 'affected', purl('pkg:npm/%40babel/traverse@7.23.2-rc.1')],
  ['between two ranges', babel, undefined, purl('pkg:npm/%40babel/traverse@7.99.0')],
  ['the second range', babel, 'affected', purl('pkg:npm/%40babel/traverse@8.0.0-alpha.3')],
  ['never fixed', babel, 'affected', purl('pkg:npm/babel-traverse@0.0.1-security')],
  ['dotnet is nuget', newtonsoft, 'affected', purl('pkg:dotnet/Newtonsoft.Json@12.0.3')],
  ['dotnet-core is nuget', newtonsoft, undefined, purl('pkg:dotnet-core/Newtonsoft.Json@13.0.1')],
  ['NuGet’s ids are the same in any case', newtonsoft, 'affected', purl('pkg:nuget/newtonsoft.json@12.0.3')],
  ['PyPI’s names are folded', yaml, 'affected', purl('pkg:pypi/pyyaml@5.3.1')],
  ['a name in another case', yaml, 'undetermined', { name: 'pyyaml', version: '5.3.1' }],
  ['another ecosystem’s', yaml, undefined, purl('pkg:conda/pyyaml@5.3.1')],
  ['syft’s subpath', restful, 'affected', syftModule('github.com/emicklei/go-restful', 'v3.7.0', 'v3')],
  [
    'the fix of its major version',
    restful,
    undefined,
    syftModule('github.com/emicklei/go-restful', 'v3.8.0', 'v3'),
  ],
  [
    'no module of its own',
    restful,
    undefined,
    purl('pkg:golang/github.com/emicklei/go-restful@v2.16.0%2Bincompatible'),
  ],
  [
    'below the fix',
    restful,
    'affected',
    purl('pkg:golang/github.com/emicklei/go-restful@v2.15.0%2Bincompatible'),
  ],
  ['a module inside of another', vault, undefined, syftModule('github.com/hashicorp/vault', 'v1.0.4', 'api')],
  ['a package of a module', vault, 'affected', purl('pkg:golang/github.com/hashicorp/vault@v1.0.4#api/auth')],
  [
    'a path without its major version',
    jwt,
    undefined,
    syftModule('github.com/golang-jwt/jwt', 'v5.2.2', 'v5'),
  ],
]
