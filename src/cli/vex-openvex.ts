/**
 * A search as a draft of OpenVEX (https://github.com/openvex/spec, 0.2.0): every statement is `under_investigation`, since
 * nobody has decided yet. A person who makes it `affected` has to add an `action_statement`.
 */
import type { SearchMatch } from '../verify/search.ts'
import {
  DRAFT,
  imagePurl,
  noteOf,
  vexFindings,
  type VexContext,
  type VexFinding,
  type VexImage,
} from './vex-findings.ts'

/** OpenVEX has no document without statements: ask only if something was found. */
export function openVex(context: VexContext): object {
  const statements = vexFindings(context).map((one) => statementOf(one, context))
  const { origin, treeSize } = context.answer.asOf
  return {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': context.serial,
    author: DRAFT,
    timestamp: context.now,
    version: 1,
    tooling: `attestree ${context.version}, ${origin} as of ${treeSize} entries`,
    statements,
  }
}

function statementOf(finding: VexFinding, context: VexContext): object {
  const { advisory, aliases, images } = finding
  const others = [...new Set(aliases)].filter((alias) => alias !== advisory)
  return {
    vulnerability: {
      '@id': `https://osv.dev/vulnerability/${encodeURIComponent(advisory)}`,
      name: advisory,
      ...(others.length === 0 ? {} : { aliases: others }),
    },
    products: images.map(productOf),
    status: 'under_investigation',
    status_notes: noteOf(finding, context),
  }
}

function productOf(one: VexImage): object {
  const purl = imagePurl(one)
  const components = new Set(one.matches.map((match: SearchMatch) => match.component))
  return {
    '@id': purl ?? one.image,
    ...(purl === undefined ? {} : { identifiers: { purl } }),
    hashes: { 'sha-256': one.image.slice('sha256:'.length) },
    subcomponents: [...components].map((component) => ({
      '@id': component,
      ...(component.startsWith('pkg:') ? { identifiers: { purl: component } } : {}),
    })),
  }
}
