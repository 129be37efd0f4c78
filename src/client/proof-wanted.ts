/**
 * The proof that an answer is to come with. `cosigned`: against roots that auditors have cosigned, if they do within a
 * few seconds; whoever asks for that looks at the signatures, since a server may have none.
 */
export type ProofWanted = 'complete' | 'cosigned'
