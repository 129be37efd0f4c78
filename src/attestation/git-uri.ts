/**
 * URIs of git repositories as provenance writes them (formats.md C/1.4), brought to one spelling: host and path.
 *
 *     git+https://github.com/o/r.git@refs/heads/main      https://github.com/o/r.git#v1.0      git@github.com:o/r.git
 *     pkg:github/o/r@<commit>                             https://github.com/o/r/commit/<commit>
 *
 * All of these name `github.com/o/r`. Which of a provenance's URIs are sources is decided in provenance.ts.
 */

export interface GitUri {
  /** `host/path`: lower-case host; no scheme, user, port, `.git`, ref. */
  readonly repo: string
  /** 40 or 64 lower-case hex digits, if the URI itself names a commit. */
  readonly commit?: string
  /** Whether the URI can be nothing but a git repository; a bare `https://host/path` may be any download. */
  readonly isCertain: boolean
}

/** As for predicate types (uri.ts) and twice over; also keeps the patterns below from running long. */
const MAX_GIT_URI = 4_096

const purlHosts: ReadonlyMap<string, string> = new Map([
  ['github', 'github.com/'],
  ['gitlab', 'gitlab.com/'],
  ['bitbucket', 'bitbucket.org/'],
  ['git', ''],
])

/** Hosts where a path of owner and name is a repository. */
const forges: ReadonlySet<string> = new Set(['github.com', 'gitlab.com', 'bitbucket.org'])

/** Undefined for what names no repository on a host. */
export function parseGitUri(uri: string): GitUri | undefined {
  if (uri.length > MAX_GIT_URI) return undefined
  const text = uri.trim()
  if (/^pkg:/i.test(text)) return parseGitPurl(text)
  const url = /^(git\+)?([a-z][a-z0-9.-]*):\/\/(?:[^/@]*@)?([^/]+)\/(.*)$/is.exec(text)
  if (url !== null) {
    const [, git, scheme = '', host = '', path = ''] = url
    const isGit = git !== undefined || ['git', 'ssh'].includes(scheme.toLowerCase())
    return isGit || /^https?$/i.test(scheme) ? makeGitUri(host, path, isGit) : undefined
  }
  // The scp-like form: user@host:path.
  const [, host, path] = /^(?:git\+)?[\w.-]+@([^/:@]+):(.+)$/s.exec(text) ?? []
  return host === undefined || path === undefined ? undefined : makeGitUri(host, path, true)
}

/** 40 or 64 hex digits in lower case (SHA-1 or SHA-256 repositories), quotes trimmed; else undefined. */
export function parseCommit(text: string): string | undefined {
  const hex = text
    .trim()
    .replace(/^['"]|['"]$/g, '')
    .toLowerCase()
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(hex) ? hex : undefined
}

function parseGitPurl(text: string): GitUri | undefined {
  const [, type = '', rest = ''] = /^pkg:\/*([^/]+)\/([^?#]*)/.exec(text) ?? []
  const prefix = purlHosts.get(type.toLowerCase())
  if (prefix === undefined) return undefined
  const [, host, path] = /^([^/]+)\/(.+)$/s.exec(prefix + decode(rest)) ?? []
  return host === undefined || path === undefined ? undefined : makeGitUri(host, path, true)
}

/** Percent-encoding that cannot be read is kept: the URI then names something else, and nothing is lost. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function makeGitUri(authority: string, rest: string, isGit: boolean): GitUri | undefined {
  const host = authority.replace(/:\d*$/, '').toLowerCase()
  const { path, ref } = splitRef(rest)
  const [, before = path, named] = /^(.+?)\/(?:-\/)?commit\/([^/]+)$/s.exec(path) ?? []
  const bare = before.replace(/^\/+|\/+$/g, '')
  const name = bare.replace(/\.git$/, '')
  if (name === '' || host === '') return undefined
  const commit = parseCommit(named ?? /^[0-9A-Fa-f]*/.exec(ref)?.[0] ?? '')
  const isForge = forges.has(host) && /^[^/]+\/[^/]+$/.test(name)
  return {
    repo: `${host}/${name}`,
    ...(commit === undefined ? {} : { commit }),
    isCertain: isGit || isForge || name !== bare || named !== undefined,
  }
}

/** The ref stands behind "@" or "#"; a query says nothing about the repository. */
function splitRef(rest: string): { readonly path: string; readonly ref: string } {
  const at = rest.search(/[@#?]/)
  if (at < 0) return { path: rest, ref: '' }
  const ref = rest.slice(at).replace(/^\?[^#]*/, '')
  return { path: rest.slice(0, at), ref: ref.slice(1) }
}
