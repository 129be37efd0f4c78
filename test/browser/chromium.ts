/**
 * A real browser without a window (dependencies.md, "a real browser"): Chromium of the system where there is one, else
 * the one that @sparticuz/chromium carries inside its package. Nothing is downloaded, and it is kept nowhere.
 */
import { accessSync, constants, createReadStream, createWriteStream, existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { createBrotliDecompress } from 'node:zlib'
import type { Browser } from 'playwright-core'

const MAX_START_MS = 30_000

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** Where desktop systems put what is not on the PATH. */
const PLACES = [
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function systemChromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const onPath = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)))
  return [...onPath, ...PLACES].find(isExecutable)
}

/** The compressed program inside the package; undefined where it could not run. */
function packagedChromium(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined
  const path = fileURLToPath(new URL('../../bin/chromium.br', import.meta.resolve('@sparticuz/chromium')))
  return existsSync(path) ? path : undefined
}

export interface OpenBrowser {
  readonly browser: Browser
  /** Ends its process and leaves nothing behind. */
  close(): Promise<void>
}

/** Without the sandbox: containers and root have none, and it shows nothing but our own pages. */
async function launch(executablePath: string): Promise<OpenBrowser> {
  // Loaded late: on a platform that it does not know, loading it fails.
  const { chromium } = await import('playwright-core')
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'], timeout: MAX_START_MS })
  return { browser, close: () => browser.close() }
}

/** Its package would unpack to one name in the temporary folder, where a second run finds half a program. */
async function launchPackaged(compressed: string): Promise<OpenBrowser> {
  const folder = await mkdtemp(join(tmpdir(), 'attestree-chromium-'))
  try {
    const program = join(folder, 'chromium')
    await pipeline(
      createReadStream(compressed),
      createBrotliDecompress({ chunkSize: 2 ** 20 }),
      createWriteStream(program, { mode: 0o700 }),
    )
    const { browser, close } = await launch(program)
    // Only when its process has ended: while it goes, it still makes folders.
    return { browser, close: () => close().then(() => rm(folder, { recursive: true, force: true })) }
  } catch (cause) {
    await rm(folder, { recursive: true, force: true })
    throw cause
  }
}

/**
 * Undefined where there is none for this platform.
 *
 * @throws Error if the packaged one does not start; one of the system that does not (a stub of Snap) counts as absent
 */
export async function openChromium(): Promise<OpenBrowser | undefined> {
  const installed = systemChromium()
  const own = installed === undefined ? undefined : await launch(installed).catch(() => undefined)
  const packaged = packagedChromium()
  return own ?? (packaged === undefined ? undefined : launchPackaged(packaged))
}
