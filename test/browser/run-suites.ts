/** Runs test files in a page of a real browser; the page reaches nothing but what is handed to it. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { repositoryRoot } from '../helpers/repository.ts'
import { bundleSuites } from './bundle.ts'

export interface PageTest {
  /** Relative to the repository; empty for a hook outside every file. */
  readonly file: string
  readonly title: string
  readonly state: 'passed' | 'failed' | 'skipped'
  /** Message and stack; empty unless it failed. */
  readonly trace: string
  readonly ms: number
}

/** Not a secure context: whatever needs WebCrypto would fail here. Served by the test itself, from memory. */
const PAGE = 'http://attestree.test/'
const VECTORS = ['cctv', 'cosign', 'merkle', 'purl', 'sigstore', 'vers', 'wycheproof']
/** Beside the repository as the page knows it (bundle.ts, `import.meta.dirname`). */
const VECTORS_IN_PAGE = '/shared/vectors'

function textsUnder(folder: string, as: string): [path: string, text: string][] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .map((path) => [`${as}/${path}`, readFileSync(join(folder, path), 'utf8')])
}

function handedFiles(): Record<string, string> {
  const root = resolve(repositoryRoot, process.env['ATTESTREE_VECTORS'] ?? '../shared/vectors')
  return Object.fromEntries([
    ...VECTORS.flatMap((name) => textsUnder(join(root, name), `${VECTORS_IN_PAGE}/${name}`)),
    ...textsUnder(join(repositoryRoot, 'schema'), '/repository/schema'),
  ])
}

const HTML = `<!doctype html><meta charset="utf-8"><title>Attestree</title>
<script src="/mocha.js"></script><script>mocha.setup({ ui: 'bdd', timeout: 60000, reporter: function () {} })</script>
<script src="/files.js"></script><script type="module" src="/suites.js"></script>`

async function serve(page: Page, files: readonly string[]): Promise<void> {
  const script = (body: string): { contentType: string; body: string } => ({
    contentType: 'text/javascript; charset=utf-8',
    body,
  })
  const answers: Record<string, { contentType: string; body: string }> = {
    [PAGE]: { contentType: 'text/html; charset=utf-8', body: HTML },
    [`${PAGE}mocha.js`]: script(readFileSync(join(repositoryRoot, 'node_modules/mocha/mocha.js'), 'utf8')),
    [`${PAGE}files.js`]: script(`globalThis.attestreeFiles = ${JSON.stringify(handedFiles())}`),
    [`${PAGE}suites.js`]: script(await bundleSuites(files)),
  }
  await page.route('**/*', (route) => {
    const answer = answers[route.request().url()]
    return answer === undefined ? route.abort() : route.fulfill(answer)
  })
}

/** @throws Error at once if the page itself breaks: a test may then wait for ever, and none can say that it failed */
export async function runSuites(browser: Browser, files: readonly string[]): Promise<PageTest[]> {
  const page = await browser.newPage()
  const broken = new Promise<never>((_resolve, reject) => {
    page.on('pageerror', (error) => reject(new Error(`in the page: ${error.stack ?? error.message}`)))
  })
  // It may also break before anybody waits for it.
  broken.catch(() => undefined)
  try {
    await serve(page, files)
    await page.goto(PAGE, { waitUntil: 'load' })
    return await Promise.race([page.evaluate<PageTest[]>('attestreeRun()'), broken])
  } finally {
    await page.close()
  }
}
