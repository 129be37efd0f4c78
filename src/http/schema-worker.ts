/** The thread of schema-check.ts: one submission in, what the schema finds out. */
import { parentPort } from 'node:worker_threads'
import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { parseSubmission } from '../attestation/envelope.ts'
import { parseStatement } from '../attestation/statement.ts'
import { rawMember } from '../encoding/raw-member.ts'
import { isObject } from '../encoding/strict-json.ts'
import { parseUtf8 } from '../encoding/utf8.ts'
import type { SchemaResult } from './schema-check.ts'

/** One mistake shows as several findings; the first tell enough. */
const MAX_FINDINGS = 20
/** Places hold names out of the document. */
const MAX_TEXT_CHARS = 200

type Versioned = keyof typeof validators
const validators = {
  '1.2': Spec.Version.v1dot2,
  '1.3': Spec.Version.v1dot3,
  '1.4': Spec.Version.v1dot4,
  '1.5': Spec.Version.v1dot5,
  '1.6': Spec.Version.v1dot6,
  '1.7': Spec.Version.v1dot7,
} as const

/** A validator compiles its schema when it is first used. */
const made = new Map<Versioned, Validation.JsonValidator>()

parentPort?.on('message', (body: Uint8Array) => void answer(body))

async function answer(body: Uint8Array): Promise<void> {
  parentPort?.postMessage(await run(body))
}

async function run(body: Uint8Array): Promise<SchemaResult> {
  try {
    const { payload } = parseSubmission(body).envelope
    const { predicate } = parseStatement(payload)
    const version = isObject(predicate) ? predicate['specVersion'] : undefined
    const document = rawMember(payload, 'predicate')
    if (!isVersioned(version) || document === undefined) return { bug: 'no CycloneDX document' }
    const validator = made.get(version) ?? new Validation.JsonValidator(validators[version])
    made.set(version, validator)
    return { findings: findingsOf(await validator.validate(parseUtf8(document))) }
  } catch (cause) {
    return { bug: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) }
  }
}

function isVersioned(version: unknown): version is Versioned {
  return typeof version === 'string' && Object.hasOwn(validators, version)
}

/** The library gives what ajv found, without a type. */
function findingsOf(errors: unknown): Extract<SchemaResult, { findings: unknown }>['findings'] {
  if (!Array.isArray(errors)) return []
  return errors.slice(0, MAX_FINDINGS).map((error: Record<string, unknown>) => ({
    pointer: textOf(error['instancePath']),
    message: textOf(error['message']),
  }))
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, MAX_TEXT_CHARS) : ''
}
