import { describe, it } from 'mocha'
import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import type { Router } from 'express'
import { MAX_SUBMISSIONS } from '../../src/http/batch.ts'
import { createRouters } from '../../src/http/app.ts'
import { createMetrics } from '../../src/http/metrics.ts'
import { MAX_VALUE_CHARS } from '../../src/http/query-params.ts'
import { createBodyReader } from '../../src/http/request-body.ts'
import { DEFAULT_PAGE_ROWS, MAX_PAGE_ROWS } from '../../src/ledger/limits.ts'
import { createDoor, serveDoor } from './door.ts'
import { differences, expectMembers, openApi, resolve } from './openapi-document.ts'
import type { Json } from './openapi-document.ts'

const paths = Object.entries(expectMembers(openApi['paths']))
const operations = paths.flatMap(([path, item]) =>
  Object.entries(expectMembers(item)).map(([method, operation]) => ({
    path,
    method,
    operation: expectMembers(operation),
  })),
)

/** The routes of Express, in the spelling of OpenAPI. */
function routesOf(router: Router): string[] {
  return router.stack.flatMap(({ route }) => {
    if (route === undefined) return []
    const path = route.path.replace(/(?<!\\)[:*](\w+)/g, '{$1}').replaceAll('\\', '')
    const methods = new Set(route.stack.map(({ method }) => method).filter((method) => method !== undefined))
    return [...methods].map((method) => `${method} ${path}`)
  })
}

function everyReference(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(everyReference)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) =>
    name === '$ref' ? [String(member)] : everyReference(member),
  )
}

describe('schema/openapi.yaml', () => {
  it('lists exactly the routes of the app', () => {
    const routes = createRouters(createDoor(), {
      readBody: createBodyReader(),
      metrics: createMetrics(),
      report: () => undefined,
    }).flatMap(routesOf)
    expect(routes.length).to.be.above(10)
    expect(operations.map(({ method, path }) => `${method} ${path}`).sort()).to.deep.equal(routes.sort())
  })

  it('lists exactly the parameters that each route takes', async () => {
    await using server = await serveDoor(createDoor())
    const kinds = ['commit', 'builder', 'signer', 'type', 'base', 'licence', 'hash']
    const examples: Record<string, string> = {
      component: 'pkg:npm/a',
      target: 'key:sha256:00',
      limit: '5',
      range: '<1',
      cursor: 'a',
      from: '1',
      at: '5',
      min_size: '5',
      to: '2',
      after: '1',
      environment: 'prod',
      image: `sha256:${'ab'.repeat(32)}`,
      time: '2026-11-17T16:45:00Z',
      match: 'prefix',
      deployed_at: '2026-11-17T16:45:00Z',
      recorded_after: '1',
      recorded_before: '5',
    }
    for (const { path, method, operation } of operations.filter((one) => one.method === 'get')) {
      const parameters = (Array.isArray(operation['parameters']) ? operation['parameters'] : []).map(
        (parameter) => {
          const { $ref, ...rest } = expectMembers(parameter)
          return typeof $ref === 'string' ? resolve($ref) : rest
        },
      )
      const inPath = parameters.filter((one) => one['in'] === 'path').map((one) => String(one['name']))
      expect(
        [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
        path,
      ).to.have.members(inPath)
      const inQuery = parameters.filter((one) => one['in'] === 'query').map((one) => String(one['name']))
      const filled = path
        .replace(
          /\/tile\/(\{level\}|entries)\/\{index\}/,
          (_, level) => `/tile/${level === 'entries' ? level : 0}/000`,
        )
        .replace('{index}', '0')
        .replace(/\{(id|digest)\}/, `sha256:${'ab'.repeat(32)}`)
      // Only one of them may be asked for; each is tried by itself.
      const alternatives = path === '/ledger/v1/images' ? kinds : []
      for (const name of inQuery.filter((one) => alternatives.includes(one))) {
        const alone = `${server.url}${filled}?${name}=${examples[name] ?? 'x'}`
        expect((await fetch(alone)).status, `${path}?${name}`).to.equal(200)
      }
      const query = inQuery
        .filter((name) => !alternatives.includes(name))
        .map((name) => `${name}=${examples[name] ?? 'x'}`)
        .join('&')
      expect((await fetch(`${server.url}${filled}?${query}`)).status, `${method} ${path}`).to.equal(200)
      const other = await fetch(`${server.url}${filled}?${query}${query === '' ? '' : '&'}other=1`)
      expect(other.status, `${path} with another parameter`).to.equal(400)
    }
  })

  it('names only what it defines, and each operation once', () => {
    for (const reference of everyReference(openApi))
      expect(() => resolve(reference), reference).to.not.throw()
    const ids = operations.map(({ operation }) => operation['operationId'])
    expect(new Set(ids).size).to.equal(operations.length)
  })

  it('says the limits that the program has, and its version', () => {
    const parameters = expectMembers(
      expectMembers(expectMembers(openApi['paths'])['/ledger/v1/images'])['get'],
    )['parameters']
    const schemas = new Map(
      (Array.isArray(parameters) ? parameters : []).flatMap((one) => {
        const { name, schema } = expectMembers(one)
        return name === undefined ? [] : [[String(name), expectMembers(schema)] as const]
      }),
    )
    expect(schemas.get('limit')).to.include({
      minimum: 1,
      maximum: MAX_PAGE_ROWS,
      default: DEFAULT_PAGE_ROWS,
    })
    for (const name of ['component', 'range', 'cursor'])
      expect(schemas.get(name)).to.include({ maxLength: MAX_VALUE_CHARS })
    const batch = expectMembers(resolve('#/components/schemas/SubmitBatch'))
    expect(batch['maxItems']).to.equal(MAX_SUBMISSIONS)
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    expect(expectMembers(openApi['info'])['version']).to.equal(manifest.version)
  })

  it('describes every problem, with any facts', async () => {
    await using server = await serveDoor(createDoor())
    for (const path of ['/nowhere', '/ledger/v1/entries/300', '/ledger/v1/images?limt=1']) {
      const problem = JSON.parse(await (await fetch(server.url + path)).text()) as Json
      expect(differences(resolve('#/components/schemas/Problem'), problem), path).to.deep.equal([])
    }
  })
})
