/** The public entries (index.ts, verify.ts): each name is listed where a reader looks for it, so two lists have to agree. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { repositoryRoot } from './helpers/repository.ts'

/** `type Evidence ./verify/evidence.ts`, one for each name that a source exports. */
function exportsOf(path: string): string[] {
  const source = readFileSync(join(repositoryRoot, path), 'utf8')
  const lists = source.matchAll(/^export (type )?\{([^}]+)\} from '([^']+)'$/gm)
  return [...lists].flatMap(([, type = '', names = '', from = '']) =>
    names.split(',').flatMap((name) => (name.trim() === '' ? [] : [`${type}${name.trim()} ${from}`])),
  )
}

describe('public entries', () => {
  it('the SDK has all that the verifier has', () => {
    const [sdk, verifier] = [exportsOf('src/index.ts'), exportsOf('src/verify.ts')]
    expect(verifier)
      .to.include('verifyEvidence ./verify/evidence.ts')
      .and.include('type Evidence ./verify/evidence.ts')
    expect(verifier.filter((name) => !sdk.includes(name))).to.deep.equal([])
  })
})
