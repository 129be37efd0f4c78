/**
 * Metrics in the text format of Prometheus (0.0.4), by hand: five families of numbers need no library.
 *
 * A label value is the template of a route of ours or one of five status classes, never anything that a caller sent:
 * otherwise whoever asks for a million paths fills the memory (robustness.md, "metrics labels").
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Gauges } from '../ledger/readiness.ts'

export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

export interface Metrics {
  /** Counts the request once it is answered or its client has left. */
  observe(request: IncomingMessage, response: ServerResponse): void
  format(gauges: Gauges, ready: boolean): string
}

interface Served {
  count: number
  seconds: number
}

export function createMetrics(): Metrics {
  const served = new Map<string, Served>()
  return {
    observe: (request, response) => {
      const started = performance.now()
      response.once('close', () => {
        const labels = `route="${routeOf(request)}",status="${String(response.statusCode)[0] ?? '?'}xx"`
        const sum = served.get(labels) ?? { count: 0, seconds: 0 }
        sum.count++
        sum.seconds += (performance.now() - started) / 1000
        served.set(labels, sum)
      })
    },
    format: (gauges, ready) => {
      const durations = [...served].sort(([a], [b]) => (a < b ? -1 : 1))
      return [
        ...gauge('attestree_ready', 'Whether /readyz says ready.', ready ? 1 : 0),
        ...gauge('attestree_tree_size', 'Entries that are public.', gauges.treeSize),
        ...gauge('attestree_indexed_through', 'Entries that are in the index.', gauges.indexedThrough),
        ...gauge(
          'attestree_index_lag_seconds',
          'How long the index has owed an entry.',
          gauges.indexBehindMs / 1000,
        ),
        '# HELP attestree_http_request_seconds Requests by route, and the time that they took.',
        '# TYPE attestree_http_request_seconds summary',
        ...durations.flatMap(([labels, { count, seconds }]) => [
          `attestree_http_request_seconds_sum{${labels}} ${seconds}`,
          `attestree_http_request_seconds_count{${labels}} ${count}`,
        ]),
        '',
      ].join('\n')
    },
  }
}

function gauge(name: string, help: string, value: number): readonly string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name} ${value}`]
}

/** Express leaves the route that it found on the request; what matched none has no name of its own. */
function routeOf(request: IncomingMessage & { readonly route?: { readonly path?: unknown } }): string {
  const path = request.route?.path
  return typeof path === 'string' ? path.replaceAll('\\', '') : 'none'
}
