import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { repositoryRoot } from '../helpers/repository.ts'

const CONFIG = join(repositoryRoot, 'scripts/tsconfig.portable.json')

interface Compiled {
  readonly code: number
  readonly output: string
}

function compile(project: string): Promise<Compiled> {
  const compiler = join(repositoryRoot, 'node_modules/typescript/bin/tsc')
  return new Promise((resolve) => {
    execFile(process.execPath, [compiler, '-p', project], (error, stdout) => {
      resolve({ code: error === null ? 0 : 1, output: stdout })
    })
  })
}

describe('portable verification', () => {
  it('compiles for a browser: verifier and client use nothing of Node', async () => {
    expect(await compile(CONFIG)).to.deep.equal({ code: 0, output: '' })
  })

  it('would not compile with something of Node in it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'portable-'))
    try {
      await writeFile(
        join(folder, 'probe.ts'),
        "import { readFileSync } from 'node:fs'\nreadFileSync(Buffer.from(process.cwd()))\n",
      )
      const config = { extends: CONFIG, include: ['probe.ts'], exclude: [] }
      await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
      const { code, output } = await compile(join(folder, 'tsconfig.json'))
      expect(code).to.equal(1)
      for (const name of ['node:fs', 'Buffer', 'process']) expect(output).to.include(`'${name}'`)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
