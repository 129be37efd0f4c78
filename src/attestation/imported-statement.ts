/**
 * Statements that an importer makes around documents nobody signed (trust.md; issue 5): the importer says so itself, in
 * `annotations.importedFrom` of each subject (in-toto v1, ResourceDescriptor), and signs with its own key.
 */
import { concatBytes } from '../encoding/bytes.ts'
import { utf8 } from '../encoding/utf8.ts'
import { STATEMENT_V1, type Subject } from './statement.ts'

export interface ImportedParts {
  readonly subjects: readonly Subject[]
  readonly predicateType: string
  /** Where the document came from, as the importer names it: the same every time, so that nothing is imported twice. */
  readonly importedFrom: string
}

/** The predicate's bytes stay as they are, as in `spliceStatement`. */
export function importedStatement(parts: ImportedParts, predicate: Uint8Array): Uint8Array {
  const annotations = { importedFrom: parts.importedFrom }
  const head = {
    _type: STATEMENT_V1,
    predicateType: parts.predicateType,
    subject: parts.subjects.map(({ name, digest }) => ({
      annotations,
      digest,
      ...(name === '' ? {} : { name }),
    })),
  }
  return concatBytes(utf8(`${JSON.stringify(head).slice(0, -1)},"predicate":`), predicate, utf8('}'))
}
