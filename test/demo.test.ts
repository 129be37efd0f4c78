/** `npm run demo` is what a newcomer sees first: it comes to its end, in time, and leaves nothing behind. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { afterEach, beforeEach, describe, it } from 'mocha'
import { repositoryRoot } from './helpers/repository.ts'

/** The promise, after installation. */
const MAX_DEMO_MS = 60_000

describe('the demo', () => {
  let temporary: string

  beforeEach(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'attestree-demo-test-'))
  })

  afterEach(() => rm(temporary, { recursive: true, force: true }))

  /** Beside them, tsx keeps its cache there. */
  const foldersOfDemo = async () => (await readdir(temporary)).filter((name) => name.startsWith('attestree'))

  function startDemo() {
    const env = { ...process.env, TMPDIR: temporary, NO_COLOR: '1' }
    const child = spawn(process.execPath, ['--import=tsx', 'scripts/demo.ts'], { cwd: repositoryRoot, env })
    const output = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
    return { child, output, ended: once(child, 'close') }
  }

  it('runs the whole job on real SBOMs in under a minute, exits 0 and removes its folder', async function () {
    this.timeout(2 * MAX_DEMO_MS)
    const began = Date.now()
    const { child, output, ended } = startDemo()
    await ended
    expect(child.exitCode, output.stdout + output.stderr).to.equal(0)
    expect(Date.now() - began).to.be.below(MAX_DEMO_MS)
    expect(await foldersOfDemo()).to.deep.equal([])
    expect(output.stderr).to.equal('')
    expect(output.stdout, 'no colours where nobody looks').not.to.include('\u001b')
    for (const step of [
      'server init',
      'submit "$PROD"',
      'find pkg:npm/event-stream',
      'revoke "key:$KEY"',
      'kill %1',
      'verify forged',
    ]) {
      expect(output.stdout).to.include(step)
    }
  })

  it('stopped half-way it removes its folder and stops its server', async () => {
    const { child, output, ended } = startDemo()
    while (!output.stdout.includes('trust init')) await once(child.stdout, 'data')
    child.kill('SIGTERM')
    await ended
    expect(child.exitCode).to.equal(130)
    expect(await foldersOfDemo()).to.deep.equal([])
    const url = /http:\/\/\S+/.exec(output.stdout)?.[0] ?? ''
    expect(await fetch(url).catch((cause: unknown) => String(cause))).to.equal('TypeError: fetch failed')
  })
})
