/** What a part of the bench gives: figures by the names of the issue, with the unit at the end of the name. */
export type Figures = Readonly<Record<string, number>>

/** Says on stderr what is going on. */
export type Note = (text: string) => void
