/**
 * Package identity: from a purl as tools write it to the one under which a package is found (search.md 6.1).
 *
 *     pkg:alpine/curl@8.0-r1                     pkg:apk/alpine/curl       8.0-r1
 *     pkg:rpm/rhel/openssl@1.0.2k-24?epoch=1     pkg:rpm/redhat/openssl    1:1.0.2k-24
 *     pkg:dotnet/Newtonsoft.Json@13.0.1          pkg:nuget/Newtonsoft.Json 13.0.1
 *
 * Questions go through the same function as documents, so that what is asked for is what was indexed. What each purl
 * type folds by itself (case, dashes) stands in purl-types.ts. A change here is a new MANIFEST_VERSION.
 */
import { makePurl, type Purl } from './purl.ts'

/** Types that tools write for another one. */
const typeAliases: ReadonlyMap<string, string> = new Map([
  ['alpine', 'apk'],
  ['dotnet', 'nuget'],
  ['dotnet-core', 'nuget'],
  ['dpkg', 'deb'],
])

/** What os-release calls a distribution, and what its advisories do. */
const distroAliases: ReadonlyMap<string, string> = new Map([
  ['alma', 'almalinux'],
  ['amzn', 'amazon'],
  ['ol', 'oracle'],
  ['opensuse-leap', 'opensuse'],
  ['opensuse.leap', 'opensuse'],
  ['rhel', 'redhat'],
])

const epochTypes: ReadonlySet<string> = new Set(['deb', 'rpm'])
const distroTypes: ReadonlySet<string> = new Set(['apk', 'deb', 'rpm'])

/** Between namespace and name, for types whose names hold no such mark: tools encode it, or leave the two together. */
const joinedBy: ReadonlyMap<string, string> = new Map([
  ['bitbucket', '/'],
  ['composer', '/'],
  ['github', '/'],
  ['golang', '/'],
  ['maven', ':'],
  ['npm', '/'],
])

/** File names of source RPMs are shorter; this keeps the pattern below from running long. */
const MAX_SOURCE_LENGTH = 1_000

/** The purl under which a package is found; what is canonical already stays as it is. */
export function identityOf(written: Purl): Purl {
  const purl = withNamespace(written)
  const type = typeAliases.get(purl.type) ?? purl.type
  if (type === purl.type && !distroTypes.has(type)) return purl
  const namespace = identityNamespace(purl, type)
  const qualifiers = identityQualifiers(purl, type)
  const version = foldEpoch(type, purl.qualifiers, purl.version ?? '')
  const { name, subpath } = purl
  // The other type may fold the name otherwise.
  return makePurl(
    {
      type,
      name,
      version,
      qualifiers,
      ...(namespace === '' ? {} : { namespace }),
      ...(subpath === undefined ? {} : { subpath }),
    },
    { lenient: true },
  )
}

/** `pkg:npm/%40babel%2Fcore` is `pkg:npm/%40babel/core`, `pkg:maven/org.example:lib` is `pkg:maven/org.example/lib`. */
function withNamespace(purl: Purl): Purl {
  const mark = joinedBy.get(purl.type)
  const at = mark === undefined || purl.namespace !== undefined ? -1 : purl.name.lastIndexOf(mark)
  const [namespace, name] = [purl.name.slice(0, Math.max(at, 0)), purl.name.slice(at + 1)]
  if (namespace === '' || name === '') return purl
  return makePurl({ ...purl, namespace, name }, { lenient: true })
}

/**
 * Of Go: syft cuts a module's path behind the third segment and writes the rest as subpath
 * (`pkg:golang/github.com/hashicorp/vault@v1.9.2#api`), which the specification means for a package inside of a module.
 * Where the component's own name is the whole path, it is the module.
 */
export function wholeModule(purl: Purl, stated: string): Purl {
  const { type, namespace = '', name, subpath } = purl
  if (type !== 'golang' || subpath === undefined) return purl
  const path = `${namespace}/${name}/${subpath}`.toLowerCase()
  if (stated.toLowerCase() !== path) return purl
  const at = path.lastIndexOf('/')
  return makePurl(
    { ...purl, namespace: path.slice(0, at), name: path.slice(at + 1), subpath: '' },
    { lenient: true },
  )
}

/** The version under which a component is found: the purl's, else the one beside it, with the epoch in it. */
export function identityVersion(purl: Purl, stated: string): string {
  return foldEpoch(typeAliases.get(purl.type) ?? purl.type, purl.qualifiers, purl.version ?? stated)
}

function identityNamespace({ type: written, namespace = '' }: Purl, type: string): string {
  if (written === 'alpine' && namespace === '') return 'alpine'
  return distroTypes.has(type) ? (distroAliases.get(namespace) ?? namespace) : namespace
}

function identityQualifiers({ qualifiers, version }: Purl, type: string): Purl['qualifiers'] {
  // Kept without a version: then there is nothing to fold it into.
  if (!epochTypes.has(type) || version === undefined) return qualifiers
  return Object.fromEntries(Object.entries(qualifiers).filter(([key]) => key !== 'epoch'))
}

/** Epoch 0 is the same as none (Debian Policy 5.6.12; RPM compares so too), and has one spelling here. */
function foldEpoch(type: string, { epoch = '' }: Purl['qualifiers'], version: string): string {
  if (!epochTypes.has(type) || version === '') return version
  const isStated = /^\d+:/.test(version)
  const whole = !isStated && /^\d+$/.test(epoch) ? `${epoch}:${version}` : version
  return whole.replace(/^(?:0+:)+/, '')
}

/**
 * `<id>-<major>[.<minor>]` of a package, by its identity; '' if nobody says. Tools write `alpine-3.16.0`, `3.16.0` or
 * `amazon-2 (Karoo)`; where they write nothing, `system` is what the document says of the operating system.
 */
export function distroOf({ type, namespace = '', qualifiers }: Purl, system: string): string {
  const { distro = '' } = qualifiers
  if (distro !== '') return normaliseDistro(distro, namespace)
  return distroTypes.has(type) ? system : ''
}

/** `namespace` is the id where the text has none. What is no id and number stays as it is, in lower case. */
export function normaliseDistro(text: string, namespace: string): string {
  const lower = text.trim().toLowerCase()
  const [, written = '', version] = /^(?:([a-z][a-z0-9._-]*?)[- ])?(\d+(?:\.\d+)?)/.exec(lower) ?? []
  if (version === undefined) return lower
  const id = written === '' ? namespace : (distroAliases.get(written) ?? written)
  return id === '' ? version : `${id}-${version}`
}

/**
 * The source package, `name` or `name@version`: of the purl's `upstream`, else as the document says it elsewhere. For
 * RPMs tools give the source RPM's file name. `purl` is an identity.
 */
export function sourcePackageOf(purl: Purl, stated: string): string {
  const { upstream = stated } = purl.qualifiers
  if (purl.type !== 'rpm' || upstream.length > MAX_SOURCE_LENGTH) return upstream
  const [, name, version] = /^(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm$/.exec(upstream) ?? []
  if (name === undefined || version === undefined) return upstream
  // File names have no epoch. It is that of all that is built from the source, but for rare packages.
  const [epoch = ''] = /^\d+:/.exec(purl.version ?? '') ?? []
  return `${name}@${epoch}${version}`
}

/**
 * Whether a purl does not say for sure what its package is called: Maven's group is a guess where it is missing, or the same
 * as the artifact (tools take it from the file's name), and `none` is no ecosystem. Then it is looked for by its name as well.
 */
export function isNameDoubtful({ type, namespace = '', name }: Purl): boolean {
  return type === 'none' || (type === 'maven' && (namespace === '' || namespace === name))
}
