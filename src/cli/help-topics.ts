/** What `attestree help TOPIC` explains beside the commands. Whatever the code knows is taken from there, never copied. */
import { classOfReason, Fault, type Reason } from '../errors.ts'
import { exitCodeOf, exitCodeTable } from './exit-codes.ts'
import { wrap } from './table.ts'

export interface HelpTopic {
  readonly summary: string
  /** @param columns undefined: nothing is wrapped */
  readonly text: (columns: number | undefined) => string
}

export const helpTopics: Readonly<Record<string, HelpTopic>> = {
  'exit-codes': { summary: 'what each exit code means, and which reasons end with it', text: exitCodesText },
  formats: { summary: 'what is read and what is printed', text: () => FORMATS },
  trust: { summary: 'what is believed, by whom, and what is not', text: () => TRUST },
}

/** The table alone, as `attestree exit-codes` prints it. */
export function exitCodeLines(): readonly string[] {
  return exitCodeTable.map(([code, meaning]) => `${String(code).padStart(4)}  ${meaning}`)
}

function exitCodesText(columns: number | undefined): string {
  const lines = exitCodeTable.flatMap(([code, meaning]) => [
    `${String(code).padStart(4)}  ${meaning}`,
    ...reasonsOf(code).flatMap((reasons) => wrap('        ', reasons, columns)),
  ])
  return `Exit codes, and the reasons that end with each:\n\n${lines.join('\n')}\n\nNo option turns a check that failed or could not be made into 0.`
}

/** Empty, or one line with all of them. */
function reasonsOf(code: number): readonly string[] {
  const reasons = (Object.keys(classOfReason) as Reason[]).filter(
    (reason) => exitCodeOf(new Fault(reason, '')) === code,
  )
  return reasons.length === 0 ? [] : [reasons.join(' ')]
}

const FORMATS = `What is read

  SBOM         CycloneDX JSON 1.2 to 1.7; SPDX JSON 2.2 and 2.3; SPDX 3.0 JSON-LD. XML, RDF, YAML, tag-value and the own
               JSON of syft and trivy are refused, with the command that converts them. The bytes are signed as they are.
  Provenance   SLSA v1 and v0.2 (v0.1 inside of envelopes)
  Deployment   https://attestree.dev/deployment/v1, as attestree deploy record makes them
  Attestation  in-toto statement v1 or v0.1 in a DSSE envelope, or in a Sigstore bundle that was signed with a key;
               .jsonl holds one on each line
  Keys         cosign's encrypted key files; P-256, P-384, P-521, Ed25519, RSA
  Advisories   OSV and GitHub (REST, GraphQL), one or a JSON array or one on each line: find --osv
  Lists        purls, NAME@VERSION, or CSV with "," ";" or TAB, with or without a line of column names (purl, name, version,
               ecosystem): find --iocs
  Ranges       VERS, or < <= > >= = joined by "," (and) or "||" (or), in the order of the package's ecosystem;
               or intervals as Maven and NuGet have them: [1.0,2.0)

What is printed

  table        for people: the same facts on a terminal and in a pipe. Nothing is cut; colours only on a terminal
  json         one object with apiVersion and kind; fields are only ever added
  ndjson       one object on each line (watch; find, where the last one says whether rows were left out)
  csv          for spreadsheets, one line for each match; the last line, #END, has the counts and the assurance (find)
  cyclonedx-vex, openvex
               drafts of VEX (1.6, 0.2.0) for the images that an advisory affects: find --osv. They decide nothing: a
               person edits and signs them
  FORMAT=FILE  writes that format to a file, beside the table: find -o csv=hits.csv -o openvex=draft.json
  evidence     one file with the question, the rows, the proofs and all that was signed: attestree get evidence
               one file of a few kilobytes about what is revoked: attestree show key:… --status -o evidence=FILE
  bundle       an entry as a Sigstore bundle v0.3: attestree get bundle
  proof        an entry's inclusion as a C2SP tlog-proof file: attestree get proof

Answers go to stdout; progress, notes and errors go to stderr.`

const TRUST = `What is believed

  The trust file names each log with three things: its URL, its key, and its trust root (the attestation in entry 0).
  Everything else follows from these: a checkpoint counts if the key signed it, an entry if it is proven in the
  checkpoint, a signature if the trust root in force at that entry lets its key sign such a statement.

  --trust FILE, else ATTESTREE_TRUST, else ./attestree-trust.yaml, else <config>/attestree/trust.yaml

What is not

  ✓ marks what was checked here, ? what is the server's word: counts, times, and that no row is missing where an answer
  came without the proof of it; verify FILE --require complete,not-revoked then ends with 16.
  The server may be down or withhold things. It cannot make up an entry, change one, or go back: the checkpoints
  seen before are remembered (<state>/attestree/pins), and a log that does not continue them ends with 15.

  A key that leaked is revoked since a size of the log: what was recorded before stays good.

Set up: attestree trust init URL, then compare what it shows with what the operator published.`
