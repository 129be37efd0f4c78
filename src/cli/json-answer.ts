/** What `-o json` prints: one object that says of which kind it is (interface.md 3.4). Fields are only ever added. */
import { formatJson } from './terminal.ts'

export const JSON_API_VERSION = 'attestree.dev/v1'

export function answerJson(kind: string, answer: object): string {
  return formatJson({ apiVersion: JSON_API_VERSION, kind, ...answer })
}
