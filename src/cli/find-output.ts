/** `-o FORMAT` and `-o FORMAT=FILE` of `find`: one answer, written in several forms at once (interface.md 3.2). */
import { writeFile } from 'node:fs/promises'
import { Option } from 'commander'
import type { CliContext } from './context.ts'
import type { Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'
import { utf8 } from '../encoding/utf8.ts'

const FIND_FORMATS = ['table', 'json', 'ndjson', 'csv', 'cyclonedx-vex', 'openvex'] as const

export type FindFormat = (typeof FIND_FORMATS)[number]

export interface Output {
  readonly format: FindFormat
  /** Undefined: stdout. */
  readonly file?: string
}

/** Writes the whole answer in one format. */
export type Writer = (terminal: Terminal) => void

/** Undefined, with what to tell the person, where there is nothing to write in this format. */
export type WriterOf = (format: FindFormat) => Writer | { readonly nothing: string }

export function findOutputOption(): Option {
  return new Option(
    '-o, --output <FORMAT[=FILE]>',
    'how to print the answer; =FILE writes it there, beside the table (repeatable; default: table)',
  )
    .choices(FIND_FORMATS)
    .argParser(parseOutput)
}

/** @throws UsageError for other formats, and for two that would go to the same place */
export function parseOutput(text: string, before: readonly Output[] = []): readonly Output[] {
  const at = text.indexOf('=')
  const [name, file] = at === -1 ? [text, '-'] : [text.slice(0, at), text.slice(at + 1)]
  const format = FIND_FORMATS.find((one) => one === name)
  if (format === undefined)
    throw new UsageError(
      `--output: expected one of ${FIND_FORMATS.join(', ')}, got ${name.slice(0, 100)}`,
      'For a file: -o csv=hits.csv',
    )
  if (file === '') throw new UsageError(`--output: expected a file behind ${name}=`)
  const output = { format, ...(file === '-' ? {} : { file }) }
  if (before.some((one) => one.file === output.file))
    throw new UsageError(
      `--output: expected one format for each place, got two for ${output.file ?? 'stdout'}`,
      `Write one of them to a file: -o ${format}=FILE`,
    )
  return [...before, output]
}

/** To each place, stdout first; the table goes there if nothing else does. */
export async function deliver(
  { terminal }: CliContext,
  outputs: readonly Output[],
  writerOf: WriterOf,
): Promise<void> {
  const { format } = outputs.find((one) => one.file === undefined) ?? { format: 'table' as const }
  const writer = writerOf(format)
  if (typeof writer === 'function') writer(terminal)
  else terminal.note(`${format}: ${writer.nothing}`)
  await writeFiles(terminal, outputs, writerOf)
}

/** To those places that are files. */
export async function writeFiles(
  terminal: Terminal,
  outputs: readonly Output[],
  writerOf: WriterOf,
): Promise<void> {
  for (const { format, file } of outputs) {
    if (file === undefined) continue
    const writer = writerOf(format)
    if (typeof writer === 'function') {
      await writeFile(file, collect(terminal, writer))
      terminal.note(`Wrote ${file} (${format}).`)
    } else terminal.note(`${format}: ${writer.nothing}`)
  }
}

/** What would have been printed, in lines that nobody's terminal cuts. */
function collect(terminal: Terminal, writer: Writer): Uint8Array {
  const chunks: Uint8Array[] = []
  writer({
    ...terminal,
    print: (line = '') => void chunks.push(utf8(`${line}\n`)),
    write: (bytes) => void chunks.push(bytes),
    columns: undefined,
  })
  return Buffer.concat(chunks)
}
