/**
 * What the body of a look-up in a map says: `{"prefixes": [base64], "keys": [base64], "postings": true, "minSize": 17,
 * "cosigned": true}`.
 */
import { elements, documentField, optionalMember, refuseOthers, type Field } from '../attestation/field.ts'
import { treeSize, type TreeSize } from '../brand.ts'
import { parseBase64 } from '../encoding/base64.ts'
import { parseJson } from '../encoding/strict-json.ts'
import { Fault } from '../errors.ts'
import type { Moment } from '../ledger/moment.ts'
import type { MapAsked } from '../ledger/query-map.ts'
import { isManifestKey } from '../map/keys.ts'
import { MAX_KEY_BYTES } from '../map/mpt.ts'
import { refuseLonger } from './body-length.ts'

/** Some thousand images with all that may be revoked of each; a proof is about a kilobyte. */
const MAX_ASKED = 20_000
/** That many keys of ordinary length. */
const MAX_LOOKUP_BYTES = 4 * 1024 * 1024

const MAX_KEY_CHARS = 4 * Math.ceil(MAX_KEY_BYTES / 3)

const document = { subject: 'look-up', reason: 'lookup-malformed' } as const

export interface ParsedLookup {
  readonly asked: MapAsked
  readonly moment: Omit<Moment, 'at'>
}

/** @throws Fault `malformed` (`lookup-malformed`, `base64-malformed`), `too-large` (`lookup-too-large`) */
export function parseLookup(bytes: Uint8Array): ParsedLookup {
  refuseLonger(bytes, { subject: 'look-up', most: MAX_LOOKUP_BYTES, reason: 'lookup-too-large' })
  const body = parseJson(bytes, { subject: 'look-up', strictNumbers: true, forbidProto: true })
  const field = documentField(document, body)
  refuseOthers(field, ['prefixes', 'keys', 'postings', 'minSize', 'cosigned'])
  const [prefixes, keys] = [keysIn(field, 'prefixes'), keysIn(field, 'keys')]
  if (prefixes.length + keys.length > MAX_ASKED)
    throw new Fault('lookup-too-large', `look-up: expected at most ${MAX_ASKED} keys and prefixes, got more`)
  const wanted = flagIn(field, 'postings')
  const minSize = sizeIn(field, 'minSize')
  return {
    asked: {
      prefixes: eachOnce(prefixes),
      keys: eachOnce(keys),
      postings: (key) => wanted && !isManifestKey(key),
    },
    moment: { cosigned: flagIn(field, 'cosigned'), ...(minSize === undefined ? {} : { minSize }) },
  }
}

function keysIn(field: Field, name: string): readonly string[] {
  const list = optionalMember(field, name)
  if (list === undefined) return []
  return elements(list).map(textOf)
}

/** A few bytes that are asked for again and again would be answered again and again. They have one text in base64 each. */
function eachOnce(texts: readonly string[]): readonly Uint8Array[] {
  return [...new Set(texts)].map((text) => parseBase64(text))
}

/** Empty as a prefix: the whole map. */
function textOf({ value }: Field): string {
  if (typeof value === 'string' && value.length <= MAX_KEY_CHARS) return value
  throw new Fault('lookup-malformed', `look-up: expected keys in base64, of at most ${MAX_KEY_BYTES} bytes`)
}

function flagIn(field: Field, name: string): boolean {
  const value = optionalMember(field, name)?.value ?? false
  if (typeof value === 'boolean') return value
  throw new Fault('lookup-malformed', `look-up: expected true or false at /${name}`, { pointer: `/${name}` })
}

function sizeIn(field: Field, name: string): TreeSize | undefined {
  const value = optionalMember(field, name)?.value
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return treeSize(value)
  throw new Fault('lookup-malformed', `look-up: expected a tree size at /${name}`, { pointer: `/${name}` })
}
