/** What an answer of the embedded cloud keeps to, and who says so. */
export interface Behaviour {
  /** What is kept to, and where it is stricter than the source. */
  readonly keeps: string;
  /** Documentation page, service model or public sample; never this project's own guess. */
  readonly source: string;
  /** What the source leaves open: what is chosen, or the switch that gives either answer. */
  readonly open?: string;
}

/** By route or operation. */
export type Behaviours = Readonly<Record<string, Behaviour>>;
