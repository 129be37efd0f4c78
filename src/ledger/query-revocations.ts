/** "Is this revoked?": the live revocations that name a target, and what they and others amount to (contracts.md 7). */
import { logIndex } from '../brand.ts'
import { parseTarget, type Target } from '../attestation/revocation.ts'
import { signerKey, subjectKey } from '../map/keys.ts'
import { stateOfTarget, verdictOf, targetsOf } from '../trust/status.ts'
import { principalOf } from '../trust/trust-state.ts'
import type { RevocationsAnswer, Verdict } from '../verify/answer.ts'
import type { EntryFacts } from '../verify/entry-facts.ts'
import { revocationRows } from '../verify/revocation-rows.ts'
import type { ProveKeys } from './complete.ts'
import { controlAsked } from './control-asked.ts'
import { readEntryRows } from './index-rows.ts'
import { asOf, provenEntries, type View } from './view.ts'

/**
 * A target that was never seen is answered too, with `known: false`.
 *
 * @param prove for the proof that no revocation is missing; the view is then not of more entries than the status map
 * @throws Fault `malformed` for a bad target URI
 */
export async function queryRevocations(
  view: View,
  uri: string,
  prove?: ProveKeys,
): Promise<RevocationsAnswer> {
  const target = parseTarget(uri)
  const judged = await judgedEntries(view, target)
  const images = judged.flatMap(imagesJudged).map((image) => `image:${image}`)
  const control = await controlAsked(view, [uri, ...judged.flatMap(targetsOf), ...images])
  const proven = [...control.entries, ...judged.map((facts) => facts.index)]
  return {
    target: uri,
    state: stateOfTarget(view.trust, view.through, uri),
    known: judged.length > 0 || (await isKnown(view, target)),
    ...revocationRows(view.trust, view.through, uri),
    verdicts: judged.flatMap((facts) => verdictsOf(view, facts)),
    entries: await provenEntries(view, proven),
    asOf: asOf(view, view.through),
    ...(prove === undefined
      ? { assurance: 'rows', notEstablished: ['absence'] }
      : {
          complete: { status: await prove('status', control.asked) },
          assurance: 'complete',
          notEstablished: [],
        }),
  }
}

/** The entries whose verdicts the answer spells out: those of an attestation, or of one signature. */
async function judgedEntries(view: View, target: Target): Promise<readonly EntryFacts[]> {
  if (target.type !== 'attestation' && target.type !== 'signature') return []
  const key = target.type === 'signature' ? target.key : undefined
  const stored = await view.log.find(target.attestation, key)
  const indexed = stored.map((entry) => entry.index).filter((index) => index < view.through)
  return (await readEntryRows(view.reader, indexed)).map((row) => row.facts)
}

function verdictsOf(view: View, facts: EntryFacts): readonly Verdict[] {
  return imagesJudged(facts).map((subject) => verdictOf(view.trust, view.through, { ...facts, subject }))
}

/**
 * The subjects that are judged, each once, by the SHA-256 that revocations name images by. Under another digest of the
 * same subject a revoked image would seem valid.
 */
function imagesJudged(facts: EntryFacts): readonly string[] {
  const digests = facts.subjects.map((subject) => subject.digest)
  return [...new Set(digests)].filter((digest) => digest.startsWith('sha256:'))
}

async function isKnown(view: View, target: Target): Promise<boolean> {
  switch (target.type) {
    case 'key':
      return (
        isRegistered(view, target) ||
        (await view.reader.postings('components', signerKey(target.key))).length > 0
      )
    case 'image':
      return (await view.reader.postings('components', subjectKey(target.image))).length > 0
    case 'attestation':
    case 'signature':
      return false
  }
}

function isRegistered(view: View, target: Target & { readonly type: 'key' }): boolean {
  // For the next entry: a key is known as soon as the trust root that registers it is in force.
  const next = logIndex(view.through)
  return principalOf(view.trust, next, target.key) !== undefined
}
