/** The pin store of the command line: the contract, and what only files can show. */
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { filePins } from '../../src/cli/pin-files.ts'
import { readSettings } from '../../src/cli/settings.ts'
import { describePinStore } from '../contracts/pin-store.ts'

const LOG = 'c'.repeat(64)

const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'attestree-pins-'))

describePinStore('files', async () => {
  const folder = await newFolder()
  return {
    pins: filePins(join(folder, 'state', 'pins')),
    discard: () => rm(folder, { recursive: true }),
  }
})

describe('pin files', () => {
  let folder: string

  before(async () => {
    folder = await newFolder()
  })

  after(() => rm(folder, { recursive: true }))

  it('makes nothing before there is something to remember, and then for its owner alone', async () => {
    const pins = filePins(join(folder, 'mine'))
    await pins.read(LOG)
    expect(existsSync(join(folder, 'mine'))).to.equal(false)
    await pins.replace(LOG, 'note\n', [])
    const [name = ''] = readdirSync(join(folder, 'mine', LOG))
    const modes = [join(folder, 'mine', LOG), join(folder, 'mine', LOG, name)].map(
      (path) => statSync(path).mode,
    )
    expect(modes.map((mode) => mode & 0o777)).to.deep.equal([0o700, 0o600])
  })

  it('takes what a killed program left half written for nothing', async () => {
    const pins = filePins(join(folder, 'killed'))
    await pins.replace(LOG, 'whole\n', [])
    writeFileSync(join(folder, 'killed', LOG, `${'0'.repeat(32)}.part`), 'hal')
    expect(await pins.read(LOG)).to.deep.equal(['whole\n'])
  })

  it('leaves nothing half written where a note cannot be written', async () => {
    const place = join(folder, 'taken', LOG)
    await filePins(join(folder, 'taken')).replace(LOG, 'note\n', [])
    const [name = ''] = readdirSync(place)
    await rm(join(place, name))
    // A folder of the note's name: renaming onto it fails.
    mkdirSync(join(place, name, 'full'), { recursive: true })
    const error: unknown = await filePins(join(folder, 'taken'))
      .replace(LOG, 'note\n', [])
      .catch((cause: unknown) => cause)
    expect(error).to.be.an('error')
    expect(readdirSync(place)).to.deep.equal([name])
  })

  it('stand in the state directory of the user, which a relative path does not move', () => {
    expect(readSettings({ XDG_STATE_HOME: '/var/state' }).stateFolder).to.equal('/var/state/attestree')
    for (const env of [{}, { XDG_STATE_HOME: '' }, { XDG_STATE_HOME: 'here' }])
      expect(readSettings(env).stateFolder).to.match(/^\/.*\/\.local\/state\/attestree$/)
  })
})
