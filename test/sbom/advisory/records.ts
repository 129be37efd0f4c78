/** Advisories as they are published, cut to what a search needs. */

interface Range {
  readonly type: string
  readonly events: readonly Readonly<Record<string, string>>[]
}

/** Events in turns: introduced, fixed, introduced, … */
function range(type: string, ...versions: readonly string[]): Range {
  return {
    type,
    events: versions.map((version, at) => ({ [at % 2 === 0 ? 'introduced' : 'fixed']: version })),
  }
}

function affected(
  ecosystem: string,
  name: string,
  ranges: readonly Range[],
  versions: readonly string[] = [],
) {
  return { package: { ecosystem, name }, ranges, versions }
}

function record(id: string, list: readonly unknown[], more: Readonly<Record<string, unknown>> = {}) {
  return { schema_version: '1.6.0', id, modified: '2024-01-01T00:00:00Z', affected: list, ...more }
}

const log4j = 'org.apache.logging.log4j:log4j-core'

export const log4shell = record(
  'GHSA-jfh8-c2jp-5v3q',
  [
    affected('Maven', log4j, [range('ECOSYSTEM', '2.13.0', '2.15.0')]),
    affected('Maven', log4j, [range('ECOSYSTEM', '2.0-beta9', '2.3.1')]),
    affected('Maven', log4j, [range('ECOSYSTEM', '2.4', '2.12.2')]),
    affected('Maven', 'org.ops4j.pax.logging:pax-logging-log4j2', [range('ECOSYSTEM', '1.8.0', '1.9.2')]),
  ],
  { aliases: ['CVE-2021-44228'], severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N' }] },
)

export const text4shell = record('GHSA-599f-7c49-w659', [
  affected(
    'Maven',
    'org.apache.commons:commons-text',
    [range('ECOSYSTEM', '1.5', '1.10.0')],
    ['1.5', '1.6', '1.9'],
  ),
])

export const spring4shell = record('GHSA-36p3-wjmg-h94x', [
  affected('Maven', 'org.springframework:spring-beans', [
    range('ECOSYSTEM', '0', '5.2.20.RELEASE', '5.3.0', '5.3.18'),
  ]),
])

export const rapidReset = record('GO-2023-2102', [
  affected('Go', 'stdlib', [range('SEMVER', '0', '1.20.10', '1.21.0-0', '1.21.3')]),
  affected('Go', 'golang.org/x/net', [range('SEMVER', '0', '0.17.0')]),
])

export const goCrypto = record('GO-2020-0012', [
  affected('Go', 'golang.org/x/crypto', [range('SEMVER', '0', '0.0.0-20200220183623-bac4c82f6975')]),
])

export const xz = record('DEBIAN-CVE-2024-3094', [
  {
    ...affected('Debian:13', 'xz-utils', [range('ECOSYSTEM', '5.5.1alpha-0.1', '5.6.1+really5.4.5-1')]),
    package: { ecosystem: 'Debian:13', name: 'xz-utils', purl: 'pkg:deb/debian/xz-utils?arch=source' },
  },
])

export const security = record('MAL-2022-1', [affected('npm', '@evil/package', [range('SEMVER', '0')])])

export const byCommit = record('OSV-2020-1', [
  {
    ...affected('OSS-Fuzz', 'lib', []),
    package: { ecosystem: 'OSS-Fuzz', name: 'lib', purl: 'pkg:generic/lib' },
  },
  { ranges: [range('GIT', '0')] },
  affected('PyPI', 'lib', [range('GIT', '0', 'f00')], ['1.0']),
  affected('crates.io', 'later', [
    { type: 'SEMVER', events: [{ introduced: '1.0.0' }, { last_affected: '1.2.0' }] },
  ]),
  affected('crates.io', 'limited', [
    { type: 'SEMVER', events: [{ introduced: '1.0.0' }, { limit: '2.0.0' }] },
  ]),
  affected('crates.io', 'new', [{ type: 'SEMVER', events: [{ introduced: '1.0.0' }, { unheard: '2.0.0' }] }]),
])

const vulnerabilities = [
  {
    package: { ecosystem: 'maven', name: log4j },
    vulnerable_version_range: '>= 2.13.0, < 2.15.0',
    first_patched_version: '2.15.0',
  },
  { package: { ecosystem: 'maven', name: log4j }, vulnerable_version_range: '>= 2.0-beta9, < 2.3.1' },
  { package: { ecosystem: 'pip', name: 'Some_Package' }, vulnerable_version_range: '<= 1.2' },
  { package: { ecosystem: 'npm', name: 'left-pad' }, vulnerable_version_range: '= 1.0.0' },
  { package: { ecosystem: 'npm', name: 'all' }, vulnerable_version_range: '>= 0' },
  { package: { ecosystem: 'npm', name: 'odd' }, vulnerable_version_range: 'some of them' },
  { package: { ecosystem: 'actions', name: 'tj-actions/changed-files' }, vulnerable_version_range: '<= 45' },
]

export const githubRest = {
  ghsa_id: 'GHSA-jfh8-c2jp-5v3q',
  cve_id: 'CVE-2021-44228',
  withdrawn_at: null,
  vulnerabilities,
}

export const githubGraphql = {
  data: {
    securityAdvisory: {
      ghsaId: 'GHSA-jfh8-c2jp-5v3q',
      withdrawnAt: null,
      vulnerabilities: {
        nodes: [
          {
            package: { ecosystem: 'MAVEN', name: log4j },
            vulnerableVersionRange: '>= 2.13.0, < 2.15.0',
            firstPatchedVersion: { identifier: '2.15.0' },
          },
        ],
        pageInfo: { hasNextPage: false },
      },
    },
  },
}
