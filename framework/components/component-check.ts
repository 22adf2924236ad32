/** Something that a component can try about itself: its version, its rights, its clock. `sluice stack doctor` runs it for real. */
export interface ComponentCheck {
  /** What is tried, in a word or two: `version`, `rights`, `clock`, `bucket`. */
  readonly check: string;
  /** Tries it; returns what was found. Leaves nothing behind. @throws an error that says what is wrong; a SluiceError's own hint wins over `hint`. */
  run(): Promise<string>;
  /** The way out, when it fails. */
  readonly hint: string;
  /** Puts it right where that destroys nothing (`doctor --fix`): makes the bucket, creates the schema. Returns what was done. */
  readonly fix?: () => Promise<string>;
}
