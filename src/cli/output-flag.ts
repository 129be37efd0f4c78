/** `-o, --output table|json`, the same on every command that answers. */
import { Option } from 'commander'

export type OutputFormat = 'table' | 'json'

export interface OutputFlags {
  readonly output: OutputFormat
}

export function outputOption(): Option {
  return new Option('-o, --output <FORMAT>', 'how to print the answer')
    .choices(['table', 'json'])
    .default('table')
}

export function serverOption(): Option {
  return new Option('--server <URL>', 'which log of the trust file (or ATTESTREE_SERVER)')
}

export function trustOption(): Option {
  return new Option('--trust <FILE>', 'the trust file (or ATTESTREE_TRUST; else ./attestree-trust.yaml)')
}
