// Puts a part of what the demo prints into README.md, between its two marks: `npm run -s demo | node scripts/demo-excerpt.mjs`.
// The steps are whole, as they were printed; only which of them are shown is chosen here.
import { readFileSync, writeFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'

const SHOWN = [
  'A responder asks',
  'And a package that none contains',
  'CI’s key leaks',
  'The administrator revokes',
  'What it signed afterwards',
  'An answer to keep',
  'Somebody would like',
]
const README = new URL('../README.md', import.meta.url)

const steps = (await text(process.stdin)).split(/\n\n(?=# )/)
const shown = SHOWN.map((start) => {
  const step = steps.find((each) => each.replaceAll("'", '’').trimStart().startsWith(`# ${start}`))
  if (step === undefined) throw new Error(`the demo printed no step that starts with: ${start}`)
  return step.trimEnd()
})
const readme = readFileSync(README, 'utf8')
const excerpt = /(?<=<!-- demo:begin -->[^]*?```console\n)[^]*?(?=\n```\n\n<!-- demo:end -->)/
if (!excerpt.test(readme))
  throw new Error('README.md has no marks for the demo, or no console block between them')
writeFileSync(
  README,
  readme.replace(excerpt, () => shown.join('\n\n')),
)
