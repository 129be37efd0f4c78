/**
 * Runs dependency-cruiser with the rules of layers.cjs over src/, prints what is broken and what to do about it.
 *
 *     node scripts/check-layers.mjs [ROOT] [--json]      ROOT is the folder that holds src/, here by default
 *
 * A program of its own, since dependency-cruiser finds no parser of TypeScript inside a process that tsx runs.
 * Exit code 1 if a rule is broken, or if fewer modules were read than src/ holds: a tool that reads nothing
 * finds nothing.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Visitor } from '@swc/core/Visitor.js'
import { cruise } from 'dependency-cruiser'
import layers from './layers.cjs'

// The visitor that dependency-cruiser extends throws at a declaration it does not know, and `using` is one.
const { visitStatement } = Visitor.prototype
Visitor.prototype.visitStatement = function (statement) {
  if (statement.type !== 'UsingDeclaration') return visitStatement.call(this, statement)
  for (const declaration of statement.decls) this.visitVariableDeclarator(declaration)
  return statement
}

const [root = process.cwd()] = process.argv.slice(2).filter((argument) => argument !== '--json')
const { output } = await cruise(
  ['src'],
  { ...layers.options, baseDir: root, validate: true, ruleSet: { forbidden: layers.rules } },
  layers.resolveOptions,
)
const present = readdirSync(join(root, 'src'), { recursive: true }).filter((path) =>
  path.endsWith('.ts'),
).length
const modules = output.modules.map(({ source }) => source).filter((source) => source.startsWith('src/'))
const { violations } = output.summary

if (process.argv.includes('--json')) {
  const broken = violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)
  process.stdout.write(JSON.stringify({ modules, violations: broken }))
} else {
  for (const { name, comment } of layers.rules) {
    const broken = violations.filter(({ rule }) => rule.name === name)
    if (broken.length > 0) console.log(`${name}: ${comment}`)
    for (const { from, to } of broken) console.log(`  ${from} → ${to}`)
  }
  console.log(`layers: ${modules.length} of ${present} modules read, ${violations.length} violations`)
}
process.exitCode = violations.length > 0 || modules.length !== present || present === 0 ? 1 : 0
