import { expect } from 'chai'
import { describe, it } from 'mocha'
import { DEPLOYMENT } from '../../src/attestation/predicate-types.ts'
import type { Reason } from '../../src/errors.ts'
import { judgeSubmission, type Candidate } from '../../src/trust/admission.ts'
import { createTrustState, rootAt, type TrustState } from '../../src/trust/trust-state.ts'
import { refusal } from '../helpers/mangle.ts'
import {
  admit,
  attestationUri,
  idOf,
  imageUri,
  keyUri,
  ORIGIN,
  revocationEntry,
  revocationOf,
  rootEntry,
  rootOf,
  SBOM,
  signatureUri,
  submission,
  worldOf,
} from '../helpers/trust-world.ts'

function reasonOf(state: TrustState, candidate: Candidate): Reason {
  return refusal(() => judgeSubmission(state, candidate)).reason
}

const people = { admins: ['admin', 'second'], revokers: ['secops'], submitters: ['ci'] }

describe('trust/admission of the first trust root', () => {
  it('admits version 1 for this log, signed by its own administrator', () => {
    judgeSubmission(createTrustState(ORIGIN), rootEntry(0, 'root 1', 'admin', rootOf(people)))
  })

  it('admits nothing else before it', () => {
    const state = createTrustState(ORIGIN)
    expect(reasonOf(state, submission(0, 'sbom', 'ci'))).to.equal('trust-root-unacceptable')
    expect(reasonOf(state, revocationEntry(0, 'r', 'admin', revocationOf(keyUri('x'))))).to.equal(
      'trust-root-unacceptable',
    )
    const second = rootOf({ ...people, version: 2, previous: idOf('root 1') })
    expect(reasonOf(state, rootEntry(0, 'root 2', 'admin', second))).to.equal('trust-root-unacceptable')
  })

  it('refuses one for another log, and one that its administrators did not sign', () => {
    const state = createTrustState(ORIGIN)
    expect(reasonOf(state, rootEntry(0, 'r', 'admin', rootOf({ log: 'other.test' })))).to.equal('wrong-log')
    expect(reasonOf(state, rootEntry(0, 'r', 'stranger', rootOf(people)))).to.equal('untrusted-signer')
    expect(reasonOf(state, rootEntry(0, 'r', 'secops', rootOf(people)))).to.equal('unauthorized')
  })

  it('admits the other signatures on it right after, by its administrators, and never later', () => {
    const state = worldOf(people)
    expect(reasonOf(state, rootEntry(1, 'root 1', 'ci', rootOf(people)))).to.equal('unauthorized')
    admit(state, rootEntry(1, 'root 1', 'second', rootOf(people)))
    expect(rootAt(state, 2)?.index).to.equal(0)
    expect(reasonOf(state, rootEntry(3, 'root 1', 'admin', rootOf(people)))).to.equal(
      'trust-root-unacceptable',
    )
  })
})

describe('trust/admission of attestations', () => {
  const grants = [
    { to: 'scanner', role: 'submit', predicateTypes: ['https://a.example/v1', 'https://b.example/*'] },
  ] as const

  it('admits registered signers for the predicate types granted to them', () => {
    const state = worldOf({ ...people, grants })
    judgeSubmission(state, submission(1, 'a', 'ci'))
    for (const type of ['https://a.example/v1', 'https://b.example/', 'https://b.example/x']) {
      judgeSubmission(state, submission(1, 'a', 'scanner', type))
    }
    for (const type of [
      'https://a.example/v1.1',
      'https://a.example/',
      'https://b.example',
      'https://B.example/x',
      SBOM,
    ]) {
      expect(reasonOf(state, submission(1, 'a', 'scanner', type)), type).to.equal('unauthorized')
    }
  })

  it('refuses unknown keys before it looks at grants, and missing grants before revoked keys', () => {
    const state = worldOf(people)
    expect(reasonOf(state, submission(1, 'a', 'stranger'))).to.equal('untrusted-signer')
    expect(reasonOf(state, submission(1, 'a', 'secops'))).to.equal('unauthorized')
    admit(state, revocationEntry(1, 'r', 'admin', revocationOf(keyUri('secops'))))
    expect(reasonOf(state, submission(2, 'a', 'secops'))).to.equal('unauthorized')
  })

  it('takes strangers’ only where admission is open, never control statements, and never a principal without grant', () => {
    const state = worldOf(people, 'open')
    judgeSubmission(state, submission(1, 'a', 'stranger'))
    expect(reasonOf(state, submission(1, 'a', 'secops'))).to.equal('unauthorized')
    const next = rootOf({ ...people, version: 2, previous: idOf('root 1') })
    for (const entry of [
      rootEntry(1, 'root 2', 'stranger', next),
      revocationEntry(1, 'r', 'stranger', revocationOf(imageUri('app'))),
    ])
      expect(reasonOf(state, entry)).to.equal('untrusted-signer')
    admit(state, revocationEntry(1, 'r', 'secops', revocationOf(keyUri('stranger'), 0)))
    expect(reasonOf(state, submission(2, 'a', 'stranger'))).to.equal('revoked-key')
  })

  it('takes no image outside a signer’s scope by name; what is named as no image is no matter of scope', () => {
    const images = ['r.test/shop/**']
    const scoped = [{ to: 'scoped', role: 'submit', predicateTypes: ['*'], images }] as const
    const state = worldOf({ ...people, grants: scoped })
    const naming = (...names: string[]): Candidate => ({ ...submission(1, 'a', 'scoped'), names })
    for (const good of [
      [],
      ['r.test/shop/app:1'],
      ['R.test/shop/a/b@sha256:' + 'a'.repeat(64)],
      ['binary-linux'],
    ])
      judgeSubmission(state, naming(...good))
    for (const bad of [['r.test/pay/app'], ['r.test/shop/app', 'r.test/shop'], ['pkg:docker/app']])
      expect(reasonOf(state, naming(...bad)), bad.join()).to.equal('unauthorized')
    const wide = worldOf({
      ...people,
      grants: [...scoped, { to: 'scoped', role: 'submit', predicateTypes: [SBOM] }],
    })
    judgeSubmission(wide, naming('r.test/pay/app'))
  })

  it('takes deployments in the environments of a grant, and only with the image scope of that same grant', () => {
    const to = { to: 'deployer', role: 'submit', predicateTypes: [DEPLOYMENT] } as const
    const grants = [
      { ...to, environments: ['test'] },
      { ...to, environments: ['prod'], images: ['r.test/shop/*'] },
    ]
    const state = worldOf({ ...people, grants })
    const recorded = (environment: string, name: string): Candidate => ({
      ...submission(1, 'a', 'deployer', DEPLOYMENT),
      environment,
      names: [name],
    })
    judgeSubmission(state, recorded('test', 'r.test/pay/app'))
    judgeSubmission(state, recorded('prod', 'r.test/shop/app'))
    for (const refused of [
      recorded('prod', 'r.test/pay/app'),
      recorded('production', 'r.test/shop/app'),
      recorded('', 'r.test/shop/app'),
    ])
      expect(reasonOf(state, refused)).to.equal('unauthorized')
  })

  it('gives administrators no right to submit', () => {
    expect(reasonOf(worldOf(people), submission(1, 'a', 'admin'))).to.equal('unauthorized')
  })

  it('refuses a key with a live revocation, whole or from a cut-off on', () => {
    for (const cutoff of [undefined, 0, 1]) {
      const state = worldOf(people)
      admit(state, revocationEntry(1, 'r', 'secops', revocationOf(keyUri('ci'), cutoff)))
      expect(reasonOf(state, submission(2, 'a', 'ci'))).to.equal('revoked-key')
    }
  })

  it('still admits statements about a revoked image, and again what was revoked', () => {
    const state = worldOf(people)
    admit(state, revocationEntry(1, 'r', 'secops', revocationOf(imageUri('app'))))
    admit(state, revocationEntry(2, 's', 'secops', revocationOf(attestationUri('a'))))
    judgeSubmission(state, submission(3, 'a', 'ci'))
  })

  it('judges by the root in force at the index: a grant given or taken later changes nothing before', () => {
    const state = worldOf(people)
    const next = rootOf({ ...people, submitters: ['other'], version: 2, previous: idOf('root 1') })
    admit(state, rootEntry(5, 'root 2', 'admin', next))
    judgeSubmission(state, submission(5, 'a', 'ci'))
    expect(reasonOf(state, submission(6, 'a', 'ci'))).to.equal('untrusted-signer')
    judgeSubmission(state, submission(6, 'a', 'other'))
  })

  it('lets no submit grant reach control statements', () => {
    const state = worldOf(people)
    expect(reasonOf(state, revocationEntry(1, 'r', 'ci', revocationOf(imageUri('app'))))).to.equal(
      'unauthorized',
    )
    const next = rootOf({ ...people, version: 2, previous: idOf('root 1') })
    expect(reasonOf(state, rootEntry(1, 'root 2', 'ci', next))).to.equal('unauthorized')
  })
})

describe('trust/admission of later trust roots', () => {
  const next = rootOf({ ...people, version: 2, previous: idOf('root 1') })

  it('admits version n + 1 that names version n, signed by an administrator of both', () => {
    const state = worldOf(people)
    admit(state, rootEntry(3, 'root 2', 'second', next))
    expect(rootAt(state, 3)?.root.version).to.equal(1)
    expect(rootAt(state, 4)?.root.version).to.equal(2)
    admit(state, rootEntry(4, 'root 3', 'admin', rootOf({ ...people, version: 3, previous: idOf('root 2') })))
  })

  const refused: readonly (readonly [string, Reason, Partial<Parameters<typeof rootOf>[0]>, string?])[] = [
    ['a gap', 'trust-root-unacceptable', { version: 3 }],
    ['the same version', 'trust-root-unacceptable', { version: 1 }],
    ['another previous one', 'trust-root-unacceptable', { previous: idOf('root 0') }],
    ['another log', 'wrong-log', { log: 'other.test' }],
    ['a revoker’s signature', 'unauthorized', {}, 'secops'],
    ['a stranger’s signature', 'untrusted-signer', {}, 'stranger'],
    [
      'a new administrator’s signature before one in force has signed',
      'untrusted-signer',
      { admins: ['admin', 'new'] },
      'new',
    ],
  ]
  for (const [title, reason, parts, signer = 'admin'] of refused) {
    it(`refuses ${title}: ${reason}`, () => {
      const root = rootOf({ ...people, version: 2, previous: idOf('root 1'), ...parts })
      expect(reasonOf(worldOf(people), rootEntry(1, 'root 2', signer, root))).to.equal(reason)
    })
  }

  it('lets the last administrator in force hand over: its signature alone completes nothing', () => {
    const state = worldOf(people)
    const handed = rootOf({ ...people, admins: ['new'], version: 2, previous: idOf('root 1') })
    admit(state, rootEntry(1, 'root 2', 'admin', handed))
    expect(rootAt(state, 9)?.root.version).to.equal(1)
    admit(state, rootEntry(4, 'root 2', 'new', handed))
    expect([4, 5].map((index) => rootAt(state, index)?.root.version)).to.deep.equal([1, 2])
  })

  it('refuses a revoked administrator', () => {
    const state = worldOf(people)
    admit(state, revocationEntry(1, 'r', 'admin', revocationOf(keyUri('second'))))
    expect(reasonOf(state, rootEntry(2, 'root 2', 'second', next))).to.equal('revoked-key')
  })

  it('admits the other signatures of the same envelope, and new administrators’ once one in force has signed', () => {
    const state = worldOf(people)
    const joined = rootOf({
      ...people,
      admins: ['admin', 'second', 'new'],
      version: 2,
      previous: idOf('root 1'),
    })
    admit(state, rootEntry(1, 'root 2', 'admin', joined))
    admit(state, rootEntry(2, 'root 2', 'new', joined))
    admit(state, rootEntry(3, 'root 2', 'second', joined))
    expect(rootAt(state, 4)?.index).to.equal(1)
    expect(reasonOf(state, rootEntry(4, 'root 2', 'ci', joined))).to.equal('unauthorized')
  })
})

describe('trust/admission of revocations', () => {
  const judge = (state: TrustState, signer: string, uri: string, cutoff?: number, index = 9): void =>
    judgeSubmission(state, revocationEntry(index, 'r', signer, revocationOf(uri, cutoff)))
  const refusedFor = (state: TrustState, signer: string, uri: string, cutoff?: number): Reason =>
    refusal(() => judge(state, signer, uri, cutoff)).reason

  it('admits them by revokers and administrators, for targets known or not', () => {
    for (const signer of ['secops', 'admin']) {
      for (const uri of [
        keyUri('ci'),
        keyUri('nobody'),
        attestationUri('a'),
        signatureUri('a', 'ci'),
        imageUri('app'),
      ]) {
        judge(worldOf(people), signer, uri)
        judge(worldOf(people), signer, uri, 9)
      }
    }
  })

  it('refuses others, revoked signers, and those for another log', () => {
    const state = worldOf(people)
    expect(refusedFor(state, 'ci', imageUri('app'))).to.equal('unauthorized')
    expect(refusedFor(state, 'stranger', imageUri('app'))).to.equal('untrusted-signer')
    const elsewhere = revocationOf(imageUri('app'), undefined, { log: 'other.test' })
    expect(reasonOf(state, revocationEntry(9, 'r', 'secops', elsewhere))).to.equal('wrong-log')
    admit(state, revocationEntry(1, 'r1', 'admin', revocationOf(keyUri('secops'))))
    expect(refusedFor(state, 'secops', imageUri('app'))).to.equal('revoked-key')
  })

  it('lets only administrators revoke keys of revokers and administrators', () => {
    for (const victim of ['secops', 'admin', 'second']) {
      expect(refusedFor(worldOf(people), 'secops', keyUri(victim)), victim).to.equal('unauthorized')
      judge(worldOf(people), 'admin', keyUri(victim))
    }
  })

  it('never lets the last usable administrator’s key be revoked', () => {
    expect(refusedFor(worldOf({ admins: ['admin'] }), 'admin', keyUri('admin'))).to.equal('would-lock-out')
    const state = worldOf(people)
    admit(state, revocationEntry(1, 'r1', 'admin', revocationOf(keyUri('second'), 1)))
    expect(refusedFor(state, 'admin', keyUri('admin'))).to.equal('would-lock-out')
    expect(refusedFor(state, 'admin', keyUri('admin'), 0)).to.equal('would-lock-out')
    judge(state, 'admin', keyUri('second'))
    judge(state, 'admin', keyUri('secops'))
  })

  it('never leaves fewer administrators than the threshold, counted as persons', () => {
    const keys = { admin: ['admin', 'spare'] }
    const state = worldOf({ admins: ['admin', 'second', 'third'], threshold: 2, keys })
    admit(
      state,
      rootEntry(1, 'root 1', 'second', rootOf({ admins: ['admin', 'second', 'third'], threshold: 2, keys })),
    )
    admit(state, revocationEntry(2, 'r1', 'admin', revocationOf(keyUri('third'))))
    expect(refusedFor(state, 'admin', keyUri('second'))).to.equal('would-lock-out')
    judge(state, 'admin', keyUri('admin'))
    admit(state, revocationEntry(3, 'r2', 'admin', revocationOf(keyUri('spare'))))
    expect(refusedFor(state, 'second', keyUri('admin'))).to.equal('would-lock-out')
  })

  it('counts keys, not persons: an administrator may give up one of two', () => {
    const state = worldOf({ admins: ['admin'], keys: { admin: ['admin', 'spare'] } })
    judge(state, 'admin', keyUri('spare'))
    admit(state, revocationEntry(1, 'r1', 'admin', revocationOf(keyUri('admin'))))
    expect(refusedFor(state, 'spare', keyUri('spare'))).to.equal('would-lock-out')
  })

  it('never revokes a control statement', () => {
    const state = worldOf(people)
    admit(state, revocationEntry(1, 'r1', 'secops', revocationOf(imageUri('app'))))
    for (const uri of [
      attestationUri('root 1'),
      attestationUri('r1'),
      signatureUri('root 1', 'admin'),
      signatureUri('r1', 'secops'),
    ]) {
      expect(refusedFor(state, 'admin', uri), uri).to.equal('not-revocable')
    }
  })

  it('admits a cut-off up to its own entry and none beyond', () => {
    judge(worldOf(people), 'secops', keyUri('ci'), 9, 9)
    const fault = refusal(() => judge(worldOf(people), 'secops', keyUri('ci'), 10, 9))
    expect([fault.reason, fault.pointer]).to.deep.equal([
      'cutoff-in-the-future',
      '/predicate/cutoff/treeSize',
    ])
  })

  it('admits a second signature on the same revocation', () => {
    const state = worldOf(people)
    admit(state, revocationEntry(1, 'r', 'secops', revocationOf(keyUri('ci'))))
    admit(state, revocationEntry(4, 'r', 'admin', revocationOf(keyUri('ci'))))
  })
})

describe('trust/admission', () => {
  it('takes a control statement without its meaning for a bug of ours, not for a refusal', () => {
    const state = worldOf(people)
    const { control: _control, ...bare } = revocationEntry(1, 'r', 'admin', revocationOf(keyUri('ci')))
    expect(() => judgeSubmission(state, bare)).to.throw('admission')
    expect(() =>
      judgeSubmission(state, { ...rootEntry(1, 'x', 'ci', rootOf()), predicateType: SBOM }),
    ).to.throw('admission')
  })

  it('judges the signatures of one envelope alike, whether the first is folded before the second or not', () => {
    const nextRoot = rootOf({ ...people, version: 2, previous: idOf('root 1') })
    const envelopes = [
      // Its own key among the signers: the first entry must not shut the second out.
      (index: number, signer: string) => revocationEntry(index, 'r', signer, revocationOf(keyUri('second'))),
      (index: number, signer: string) => revocationEntry(index, 'r', signer, revocationOf(keyUri('ci'), 5)),
      (index: number, signer: string) => rootEntry(index, 'root 2', signer, nextRoot),
    ]
    for (const entry of envelopes) {
      for (const [first, second] of [
        ['admin', 'second'],
        ['second', 'admin'],
      ] as const) {
        const [sequencer, auditor] = [worldOf(people), worldOf(people)]
        judgeSubmission(sequencer, entry(5, first))
        judgeSubmission(sequencer, entry(6, second))
        admit(auditor, entry(5, first))
        admit(auditor, entry(6, second))
      }
    }
  })

  it('judges a signature that comes after other entries by what is true then', () => {
    const state = worldOf(people)
    admit(state, revocationEntry(5, 'r', 'admin', revocationOf(keyUri('second'))))
    expect(reasonOf(state, revocationEntry(7, 'r', 'second', revocationOf(keyUri('second'))))).to.equal(
      'revoked-key',
    )
  })
})
