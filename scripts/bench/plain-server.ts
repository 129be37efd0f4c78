/** The baseline: our HTTP door with no ledger behind it. Prints where it listens. */
import { attestationId, treeSize } from '../../src/brand.ts'
import { emptyIntake } from '../../src/sbom/intake.ts'
import { createApp } from '../../src/http/app.ts'
import type { LedgerDoor } from '../../src/http/ledger-door.ts'
import { startServer } from '../../src/http/serve.ts'

function absent(): never {
  throw new Error('there is no ledger behind this door')
}

const door: LedgerDoor = {
  submit: async () => ({
    created: true,
    answer: {
      attestation: attestationId(`sha256:${'0'.repeat(64)}`),
      signatures: [],
      intake: emptyIntake,
      entries: {},
      asOf: {
        origin: 'bench.test',
        treeSize: treeSize(0),
        rootHash: '',
        checkpoint: '',
        recordedAt: null,
        servedAt: '',
        indexedThrough: treeSize(0),
      },
    },
  }),
  status: absent,
  entry: absent,
  attestation: absent,
  pae: absent,
  image: absent,
  images: absent,
  revocations: absent,
  checkpoint: absent,
  tile: absent,
  entryBundle: absent,
  maps: {
    outputDoor: () => ({ checkpoint: absent, cosign: absent, tile: absent, entryBundle: absent }),
    versions: () => ['v1'],
    checkServed: absent,
  },
  proofs: {
    lookUp: absent,
    images: absent,
    found: absent,
    search: absent,
    revocations: absent,
    statusMap: absent,
  },
  admission: () => 'registered',
  notReady: absent,
  gauges: absent,
  found: absent,
  packages: absent,
  names: absent,
  unknownImages: absent,
  deployments: absent,
  search: absent,
  records: {
    consistency: absent,
    bundle: absent,
    proofFile: absent,
    events: absent,
    signed: absent,
    entryList: absent,
    manifests: absent,
  },
}

const server = await startServer(createApp(door, { report: console.error }), { host: '127.0.0.1', port: 0 })
console.log(server.url)
process.once('SIGTERM', () => void server.close().then(() => process.exit(0)))
